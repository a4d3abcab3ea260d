// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// Tools whose arguments are Swift types: the schema that the model sees is derived from them. The loop runs what the
// model asks for, after a person approved it, and each tool may call helpers of its own: a span for each.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "typed-tools"))
let model = try ScriptedModel { message in
    if message.hasPrefix("{") { return .text("Your order 1007 has shipped.") }
    if message.contains("declined") { return .text("I may not refund it.") }
    return message.contains("money")
        ? .tool("refund", arguments: #"{"number": 1007}"#) : .tool("find_order", arguments: #"{"number": 1007}"#)
}

struct Query: Codable, Sendable { var number: Int }
struct Order: Codable, Sendable { var number: Int, state: String }

let findOrder = LocalTool("find_order", description: "Finds an order by its number.") { (query: Query) in
    let order = executeTool("query_database", type: .datastore, arguments: AttributeValue(encoding: query)) {
        Order(number: query.number, state: "shipped")
    }
    return #"{"number": \#(order.number), "state": "\#(order.state)"}"#
}
let refund = LocalTool("refund", description: "Pays an order back.") { (query: Query) in "paid back" }

var options = ToolLoopOptions()
options.approveTool = { call in
    call.function?.name == "refund" ? .refused("it was declined by the clerk") : .approved
}

for question in ["Where is my order 1007?", "I want my money back."] {
    let result = try await invokeWorkflow("order-status") {
        try await model.client.chat.completions.runTools(
            .init(model: "gpt-4o", messages: [.user(question)]), tools: [findOrder, refund], options: options)
    }
    print("\(result.rounds) rounds: \(result.completion.text)")
}
if let totals = telemetry.ledger.totals(.workflowName, "order-status") {
    print("\(totals.llmCalls) calls to the model, \(totals.toolCalls) tools, \(totals.cost) USD")
}
await telemetry.shutdown()
