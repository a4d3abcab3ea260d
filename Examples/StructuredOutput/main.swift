// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// An answer as a Swift type: its schema is derived and sent along, in strict mode, and the answer is decoded.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "structured-output"))
let model = try ScriptedModel { question in
    .text(
        question.contains("descale")
            ? #"{"title": "Descale", "minutes": 40, "steps": ["Fill the tank", "Run half of it"], "tool": null}"#
            : #"{"title": "Clean the grinder"}"#)
}

/// The form of the answer.
struct Chore: Codable, Sendable {
    enum Tool: String, Codable, CaseIterable { case brush, cloth }
    var title: String
    var minutes: Int
    var steps: [String]
    var tool: Tool?
}

try await invokeWorkflow("plan") {
    let chore = try await model.client.chat.completions.create(
        .init(model: "gpt-4o-mini", messages: [.user("How do I descale it?")]), as: Chore.self)
    print("\(chore.title): \(chore.minutes) minutes, \(chore.steps.count) steps, \(chore.tool?.rawValue ?? "no tool")")

    // An answer that is not of the form says where, and nothing of what the model wrote. It was paid for all the same.
    do throws(OpenAIClientError) {
        _ = try await model.client.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.user("And the grinder?")]), as: Chore.self)
    } catch {
        print("\(error.code): \(error.message)")
    }
}
print("\(telemetry.ledger.total.llmCalls) calls, \(telemetry.ledger.total.cost) USD")
await telemetry.shutdown()
