// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// One call to a model: with one import and one line to install, every call has a span with its cost.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "basic-usage"))
let model = try ScriptedModel()

let answer = try await model.client.chat.completions.create(
    .init(model: "gpt-4o-mini", messages: [.user("Why is the sky blue?")]))
print(answer.text)

// A call by a client that is not instrumented is recorded by hand.
try withModelCall(ModelRequest(model: "claude-3-5-sonnet-20241022", provider: .anthropic)) { call in
    call.answer = ModelAnswer(finishReasons: ["stop"], usage: TokenUsage(inputTokens: 150, outputTokens: 250))
}

for entry in telemetry.ledger.entries(.model) {
    print("\(entry.id): \(entry.totals.llmCalls) call, \(entry.totals.cost) USD")
}
await telemetry.shutdown()
