// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// A workflow of three steps: search, summarize, check. Its own span has the total cost of all steps.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "workflows"))
let model = try ScriptedModel { question in
    .text(question.hasPrefix("Check") ? "yes" : "Mix descaler with water and run half of it.")
}

let answer = try await invokeWorkflow("manual-answer", id: "run-1", type: "rag") {
    let passages = retrieve(from: "manual", query: "descale", topK: 1) {
        ["Descaling: mix 100 ml with a litre of water."]
    }
    let summary = try await model.client.chat.completions.create(
        .init(model: "gpt-4o-mini", messages: [.system(passages[0]), .user("How do I descale it?")]))
    let verdict = try await model.client.chat.completions.create(
        .init(model: "gpt-4o", messages: [.user("Check this answer: \(summary.text)")]))
    recordEvaluation(EvaluationResult("grounded", score: verdict.text == "yes" ? 1 : 0, label: verdict.text))
    return summary.text
}

print(answer)
if let totals = telemetry.ledger.totals(.workflow, "run-1") {
    print("run-1: \(totals.llmCalls) calls, \(totals.inputTokens + totals.outputTokens) tokens, \(totals.cost) USD")
}
await telemetry.shutdown()
