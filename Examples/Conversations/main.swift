// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// Two concurrent conversations. Turns are counted automatically, also across separate scopes with the same identifier.

let telemetry = try Last9.install(Last9.Configuration(serviceName: "conversations"))
let model = try ScriptedModel()

@Sendable func say(_ text: String, in conversation: String, as user: String) async throws {
    try await withConversation(conversation, userID: user) {
        _ = try await model.client.chat.completions.create(.init(model: "gpt-4o-mini", messages: [.user(text)]))
    }
}

async let ada: Void = {
    try await say("Hello", in: "thread-1", as: "ada")
    try await say("Where is my order?", in: "thread-1", as: "ada")
}()
async let bob: Void = say("Hi", in: "thread-2", as: "bob")
_ = try await (ada, bob)

for conversation in telemetry.ledger.conversations.sorted(by: { $0.id < $1.id }) {
    print(
        "\(conversation.id): user \(conversation.userID ?? "-"), \(conversation.turns) turns, "
            + "\(conversation.models.joined(separator: ", ")), \(conversation.totals.cost) USD")
}
await telemetry.shutdown()
