// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// An agent that never stops searching. A budget refuses the next call once it is used up.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "budget-guard"))
let model = try ScriptedModel { _ in .tool("search", arguments: #"{"query": "the answer"}"#) }

let search = LocalTool("search", description: "Searches.", parameters: .object(["query": .string()])) { _ in
    "nothing found"
}
var options = ToolLoopOptions()
options.maxRounds = 1_000

do {
    try await withBudget(usd: 0.001, name: "research") {
        _ = try await model.client.chat.completions.runTools(
            .init(model: "gpt-4o", messages: [.user("Find the answer.")]), tools: [search], options: options)
    }
} catch let error as OpenAIClientError where error.code == .budgetExceeded {
    print((error.underlying as? BudgetExceeded)?.description ?? "refused")
}
print("stopped after \(telemetry.ledger.total.llmCalls) calls, \(telemetry.ledger.total.cost) USD")

// In mode `warn`, calls continue. The first one beyond the limit is reported on standard error and marked on the span.
let soft = Budget(tokens: 10, mode: .warn, name: "soft")
try await withBudget(soft) {
    for _ in 0..<3 {
        _ = try await model.client.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.user("Say something short, please.")]))
    }
}
print("the soft budget of 10 tokens let \(soft.spent.tokens) through")
await telemetry.shutdown()
