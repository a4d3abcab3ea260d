// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// A triage agent passes a question to a billing agent, which might run in another process. The trace and the
// conversation are sent to it as text, in HTTP headers or the metadata of a message.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "agents"))
let model = try ScriptedModel { question in
    .text(question.hasPrefix("Route") ? "billing" : "The second charge is a reservation; it goes away.")
}

/// The other process, which receives only the message.
func billingService(_ message: [String: String]) async throws -> String {
    let context = GenAIContext().extracting(from: message, accepting: [.conversation, .user])
    return try await context.run {
        try await invokeAgent(Agent(name: "Billing", id: "agent-billing"), provider: .openAI) {
            let answer = try await model.client.chat.completions.create(
                .init(model: "gpt-4o", messages: [.user("Why was I charged twice?")]))
            let current = GenAIContext.current
            print("  \(current.agent?.name ?? "-") answers in \(current.conversationID ?? "-")")
            return answer.text
        }
    }
}

let answer = try await withConversation("thread-7", userID: "ada") {
    try await invokeAgent(Agent(name: "Triage", id: "agent-triage"), provider: .openAI) {
        let route = try await model.client.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.user("Route: why was I charged twice?")]))
        print("Triage sends it to \(route.text)")
        var message: [String: String] = ["to": route.text]
        GenAIContext.current.inject(into: &message, propagating: [.conversation, .user])
        return try await billingService(message)
    }
}

print(answer)
for entry in telemetry.ledger.entries(.agent) { print("\(entry.id): \(entry.totals.cost) USD") }
print("thread-7: \(telemetry.ledger.conversation("thread-7")?.totals.llmCalls ?? 0) calls in one conversation")
await telemetry.shutdown()
