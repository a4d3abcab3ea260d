// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// The model requests a tool, the tool loop runs it, and the tool calls a helper. Each of them has a span.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "tools"))
let model = try ScriptedModel { message in
    message.hasPrefix("{")
        ? .text("Your order 1007 has shipped.") : .tool("find_order", arguments: #"{"number": 1007}"#)
}

struct Query: Codable, Sendable { var number: Int }
struct Order: Codable, Sendable { var number: Int, state: String }

let findOrder = LocalTool("find_order", description: "Finds an order by its number.") { (query: Query) in
    let order = executeTool("query_database", type: .datastore, arguments: AttributeValue(encoding: query)) {
        Order(number: query.number, state: "shipped")
    }
    return #"{"number": \#(order.number), "state": "\#(order.state)"}"#
}

let result = try await invokeWorkflow("order-status") {
    try await model.client.chat.completions.runTools(
        .init(model: "gpt-4o", messages: [.user("Where is my order 1007?")]), tools: [findOrder])
}
print(result.completion.text)
if let totals = telemetry.ledger.totals(.workflowName, "order-status") {
    print("\(totals.llmCalls) calls to the model, \(totals.toolCalls) tools, \(totals.cost) USD")
}
await telemetry.shutdown()
