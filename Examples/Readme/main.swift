import Last9GenAI

let telemetry = try Last9.install()  // reads OTEL_*; wires everything, exporters included
let openai = OpenAIClient()  // OPENAI_API_KEY, OPENAI_BASE_URL

try await withConversation("thread-123", userID: "user-456") {
    try await withWorkflow("support-flow", type: "chat") {
        let reply = try await openai.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.user("Hello!")]))
        print(reply.choices[0].message.content ?? "")
    }
}
await telemetry.shutdown()
