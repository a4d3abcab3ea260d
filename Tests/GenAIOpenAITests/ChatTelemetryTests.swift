// SPDX-License-Identifier: MIT
import GenAICore
import GenAIOpenAI
import GenAITelemetry
import LoopbackServer
import Testing

private let plainReply = LoopbackServer.Reply.json(
    200,
    """
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024-07-18",
     "service_tier":"default","system_fingerprint":"fp_1",
     "choices":[{"index":0,"message":{"role":"assistant","content":"Hi!"},"finish_reason":"stop"}],
     "usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,
              "prompt_tokens_details":{"cached_tokens":4}}}
    """)

@Suite("Chat telemetry")
struct ChatTelemetryTests {
    @Test("has one client span with the request and the answer, legacy names")
    func legacySpan() async throws {
        let exchange = try Exchange(plainReply)
        var request = ChatCompletionRequest(model: "gpt-4o-mini", messages: [.system("Be brief."), .user("Hello!")])
        request.temperature = 0.5
        request.maxCompletionTokens = 100
        _ = try await exchange.client.chat.completions.create(request)
        let span = try #require(exchange.recorded.spans.first)
        #expect(exchange.recorded.spans.count == 1)
        #expect(span.name == "chat gpt-4o-mini" && span.kind == .client && span.status == .unset)
        let expected: Attributes = [
            "gen_ai.system": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.request.temperature": 0.5, "gen_ai.request.max_tokens": 100, "server.address": "127.0.0.1",
            "server.port": .int(Int(exchange.server.port)), "gen_ai.response.id": "chatcmpl-1",
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 3,
            "gen_ai.openai.response.service_tier": "default", "gen_ai.openai.response.system_fingerprint": "fp_1",
        ]
        #expect(span.attributes == expected)
        #expect(span.usage?.cacheReadTokens == 4)
    }

    @Test("has one record per message and per choice, on the call's span")
    func legacyRecords() async throws {
        let exchange = try Exchange(plainReply)
        _ = try await exchange.client.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.system("Be brief."), .user("Hello!")]))
        let span = try #require(exchange.recorded.spans.first)
        let records = exchange.recorded.records
        #expect(records.map(\.eventName) == ["gen_ai.system.message", "gen_ai.user.message", "gen_ai.choice"])
        #expect(records.allSatisfy { $0.spanContext == span.context && $0.attributes == ["gen_ai.system": "openai"] })
        #expect(records[1].body == ["content": "Hello!"])
        #expect(
            records[2].body == [
                "index": 0, "finish_reason": "stop", "message": ["role": "assistant", "content": "Hi!"],
            ])
    }

    @Test("has no content where capture is off", arguments: [false, true])
    func withoutContent(byScope: Bool) async throws {
        let exchange = try Exchange(plainReply, capture: byScope ? .everywhere : .nowhere)
        try await withContentCapture(!byScope) {
            _ = try await exchange.client.chat.completions.create(
                .init(model: "gpt-4o-mini", messages: [.user("Hello!")]))
        }
        let texts = exchange.recorded.records.map { String(describing: $0) }.joined()
        #expect(exchange.recorded.records.count == 2)
        #expect(!texts.contains("Hello!") && !texts.contains("Hi!"))
    }

    @Test("of a stream ends with it, with usage and finish reasons")
    func stream() async throws {
        let exchange = try Exchange(
            .events([
                .event(#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}"#),
                .event(
                    #"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#),
                .event(#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#),
                .event("[DONE]"),
            ]))
        let stream = try await exchange.client.chat.completions.stream(.init(model: "m", messages: [.user("x")]))
        #expect(exchange.recorded.spans.isEmpty)
        for try await _ in stream {}
        let span = try #require(exchange.recorded.spans.first)
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["stop"])
        #expect(span.attributes["gen_ai.usage.input_tokens"] == 7)
        #expect(exchange.recorded.records.last?.body?["message"]?["content"] == "Hello")
    }

    @Test("of a stream whose reader stops early ends at once")
    func earlyBreak() async throws {
        let exchange = try Exchange(
            .events([
                .event(#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}"#),
                .hang,
            ]))
        do {
            for try await _ in try await exchange.client.chat.completions.stream(
                .init(model: "m", messages: [.user("x")]))
            { break }
        }
        let span = try #require(exchange.recorded.spans.first)
        #expect(span.status == .unset)
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["error"])
        #expect(exchange.recorded.records.last?.body?["message"]?["content"] == "Hel")
    }

    @Test(
        "of a failure names the error, and quotes the server only where content is captured", arguments: [true, false])
    func failure(capturing: Bool) async throws {
        let exchange = try Exchange(
            .json(400, #"{"error":{"message":"Invalid: 'my secret prompt'","type":"invalid_request_error"}}"#),
            capture: capturing ? .everywhere : .nowhere)
        await #expect(throws: OpenAIClientError.self) { () async throws in
            _ = try await exchange.client.chat.completions.create(.init(model: "m", messages: [.user("x")]))
        }
        let span = try #require(exchange.recorded.spans.first)
        #expect(span.attributes["error.type"] == "bad_request")
        #expect(String(describing: span.status).contains("my secret prompt") == capturing)
        #expect(span.status != .unset)
    }

    @Test("follows the latest conventions when asked to")
    func latest() async throws {
        let exchange = try Exchange(plainReply, conventions: .latest)
        _ = try await exchange.client.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.user("Hello!")]))
        let attributes = try #require(exchange.recorded.spans.first).attributes
        #expect(attributes["gen_ai.provider.name"] == "openai" && attributes["gen_ai.system"] == nil)
        #expect(attributes["gen_ai.usage.cache_read.input_tokens"] == 4)
        #expect(
            attributes["gen_ai.input.messages"]
                == #"[{"role":"user","parts":[{"type":"text","content":"Hello!"}]}]"#)
        #expect(
            attributes["gen_ai.output.messages"]
                == #"[{"role":"assistant","parts":[{"type":"text","content":"Hi!"}],"finish_reason":"stop"}]"#)
    }
}
