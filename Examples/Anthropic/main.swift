// SPDX-License-Identifier: MIT
import Last9GenAI

// Another library's client, recorded like `OpenAIClient`: span, messages, metrics, cost, budget and turn.
//
//     swift run anthropic     # no key, no account, no network: a scripted server in this process

var configuration = Last9.Configuration(serviceName: "anthropic")
configuration.spanExporters = [ConsoleSpanExporter()]
let telemetry = try Last9.install(configuration)
let anthropic = try ScriptedAnthropic()

try await withConversation("thread-9", userID: "user-456") {
    let reply = try await recorded("How do I descale it?")
    print("plain:    \(reply.text)")
    print("streamed: \(try await recordedStream("And how often?"))")
}

print("\(telemetry.ledger.total.llmCalls) calls, \(telemetry.ledger.total.cost) USD")
await telemetry.shutdown()

// The mapping, which a program needs once for each client.

func request(_ question: String) -> ModelRequest {
    ModelRequest(
        model: "claude-sonnet-4-5", provider: .anthropic, messages: [.system("Be brief."), .user(question)],
        maxTokens: 500)
}

func recorded(_ question: String) async throws -> ScriptedAnthropic.Reply {
    try await withModelCall(request(question)) { call in
        let reply = try await anthropic.messages(question)
        call.answer = ModelAnswer(
            id: reply.id, model: reply.model, messages: [.assistant(reply.text)], finishReasons: [reply.stopReason],
            usage: reply.usage.tokenUsage)
        return reply
    }
}

func recordedStream(_ question: String) async throws -> String {
    let events = try await withModelCall(request(question), stream: { _ in try await anthropic.stream(question) }) {
        event, answer in
        if let id = event.id { (answer.id, answer.model) = (id, event.model) }
        if let text = event.text { answer.appendText(text, block: event.index) }
        if let reason = event.stopReason { answer.finish(reason) }
        if let usage = event.usage { answer.updateUsage(withCumulative: usage.tokenUsage) }
    }
    var text = ""
    for try await event in events { text += event.text ?? "" }
    return text
}

extension ScriptedAnthropic.Usage {
    /// Anthropic reports cached tokens separately from the input.
    var tokenUsage: TokenUsage {
        .partsBeside(input: input, cacheRead: cacheRead, cacheWrite: cacheWrite, output: output)
    }
}
