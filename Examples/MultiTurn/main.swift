// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// A chat with history: the whole history is sent with each question, and each question is one turn.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "multi-turn"))
let model = try ScriptedModel { question in
    .text(question.hasPrefix("My name is") ? "Hello Ada!" : "You are Ada, as you said.")
}

/// One conversation with its history.
actor Chat {
    let id: String
    private var history: [ChatMessage] = [.system("Be brief.")]

    init(id: String) { self.id = id }

    func ask(_ question: String) async throws -> String {
        try await withConversation(id, userID: "ada") {
            history.append(.user(question))
            let answer = try await model.client.chat.completions.create(.init(model: "gpt-4o-mini", messages: history))
            history.append(.assistant(answer.text))
            return answer.text
        }
    }
}

let chat = Chat(id: "thread-1")
print(try await chat.ask("My name is Ada."))
print(try await chat.ask("What is my name?"))

if let conversation = telemetry.ledger.conversation("thread-1") {
    print(
        "\(conversation.turns) turns, \(conversation.totals.inputTokens) tokens in, "
            + "\(conversation.totals.cost) USD")
}
await telemetry.shutdown()
