// SPDX-License-Identifier: MIT
import GenAICore
import GenAIOpenAI
import GenAITelemetry
import LoopbackServer
import Testing

private let firstChunk =
    #"{"id":"c","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}"#

@Suite("Telemetry of calls that go wrong")
struct FailureTelemetryTests {
    private static let request = ChatCompletionRequest(model: "m", messages: [.user("x")])

    static let refusals: [(status: Int, errorType: String)] = [
        (400, "bad_request"), (401, "authentication"), (404, "not_found"), (429, "rate_limited"), (500, "server"),
    ]

    @Test("names the error of a call that was refused", arguments: refusals, [false, true])
    func refused(refusal: (status: Int, errorType: String), isStream: Bool) async throws {
        let exchange = try Exchange(.json(refusal.status, #"{"error":{"message":"No"}}"#))
        let chat = exchange.client.chat.completions
        await #expect(throws: OpenAIClientError.self) { () async throws in
            if isStream { _ = try await chat.stream(Self.request) } else { _ = try await chat.create(Self.request) }
        }
        let span = try exchange.recorded.span()
        let expected: Attributes = [
            "gen_ai.system": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "m",
            "error.type": .string(refusal.errorType),
        ]
        #expect(span.attributes == expected.merging(exchange.address))
        #expect(span.status != .unset)
        #expect(exchange.recorded.records.map(\.eventName) == ["gen_ai.user.message", "gen_ai.choice"])
        #expect(
            exchange.recorded.records.last?.body
                == ["index": 0, "finish_reason": "error", "message": ["role": "assistant"]])
    }

    @Test("tells of the exception in a record of its own, latest form", arguments: [true, false])
    func exception(capturing: Bool) async throws {
        let exchange = try Exchange(
            .json(400, #"{"error":{"message":"Invalid: 'secret'"}}"#), capture: capturing ? .everywhere : .nowhere,
            conventions: .latest)
        await #expect(throws: OpenAIClientError.self) {
            try await exchange.client.chat.completions.create(Self.request)
        }
        let record = try #require(exchange.recorded.records.last)
        #expect(record.eventName == "gen_ai.client.operation.exception" && record.severity == .warn)
        #expect(record.attributes["exception.type"] == "bad_request")
        #expect(exchange.recorded.everything.contains("secret") == capturing)
        #expect(try exchange.recorded.span().context == record.spanContext)
    }

    @Test("keeps what had come before a stream broke", arguments: [GenAIConventions.v1_36, .latest])
    func midStream(conventions: GenAIConventions) async throws {
        let exchange = try Exchange(
            .events([.event(firstChunk), .event(#"{"error":{"message":"Overloaded","type":"server_error"}}"#)]),
            conventions: conventions)
        let stream = try await exchange.client.chat.completions.stream(Self.request)
        await #expect(throws: OpenAIClientError.self) { for try await _ in stream {} }
        let span = try exchange.recorded.span()
        #expect(span.attributes["error.type"] == "server")
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["error"])
        #expect(span.attributes["gen_ai.response.id"] == "c")
        if conventions == .v1_36 {
            #expect(exchange.recorded.records.last?.body?["message"]?["content"] == "Hel")
        } else {
            #expect(
                try span.attributes.json("gen_ai.output.messages")
                    == [
                        ["role": "assistant", "parts": [["type": "text", "content": "Hel"]], "finish_reason": "error"]
                    ])
        }
    }

    @Test("says that a stream was cut off")
    func truncated() async throws {
        let exchange = try Exchange(.events([.event(firstChunk), .close]))
        let stream = try await exchange.client.chat.completions.stream(Self.request)
        await #expect(throws: OpenAIClientError.self) { for try await _ in stream {} }
        let errorType = try exchange.recorded.span().attributes["error.type"]
        #expect(errorType == "truncated" || errorType == "connection")
    }

    @Test("ends at once when the task is cancelled", arguments: [false, true])
    func cancellation(isStream: Bool) async throws {
        let (arrived, arrival) = AsyncStream<Void>.makeStream()
        let exchange = try Exchange(isStream ? .events([.event(firstChunk), .hang]) : .hang)
        let call = Task {
            if isStream {
                for try await _ in try await exchange.client.chat.completions.stream(Self.request) { arrival.yield() }
            } else {
                _ = try await exchange.client.chat.completions.create(Self.request)
            }
        }
        if isStream {
            for await _ in arrived { break }
        } else {
            _ = await exchange.server.waitForRequests(1)
        }
        call.cancel()
        let result = await call.result
        #expect(throws: OpenAIClientError.self) { try result.get() }
        let span = try exchange.recorded.span()
        #expect(span.attributes["error.type"] == "cancelled")
        #expect(span.attributes["gen_ai.response.finish_reasons"] == (isStream ? ["error"] : nil))
    }

    @Test("of a stream that is opened and dropped ends with it")
    func dropped() async throws {
        // The first event opens the stream.
        let exchange = try Exchange(.events([.event(#"{"id":"c","choices":[]}"#), .hang]))
        _ = try await exchange.client.chat.completions.stream(Self.request)
        let span = try exchange.recorded.span()
        #expect(span.status == .unset && span.attributes["gen_ai.response.finish_reasons"] == nil)
    }

    @Test("has one span for all attempts, with what went wrong between them")
    func retries() async throws {
        let exchange = try Exchange(
            .json(503, "{}"), .json(429, "{}"),
            .json(200, #"{"id":"c","model":"m","choices":[]}"#)
        ) { $0.maxRetries = 2 }
        _ = try await exchange.client.chat.completions.create(Self.request)
        let span = try exchange.recorded.span()
        #expect(span.status == .unset && span.attributes["error.type"] == nil)
        #expect(span.attributes["http.request.resend_count"] == 2)
        #expect(
            span.events.map(\.attributes) == [
                ["error.type": "server", "http.response.status_code": 503],
                ["error.type": "rate_limited", "http.response.status_code": 429],
            ])
        #expect(span.events.allSatisfy { $0.name == "retry" })
        #expect(exchange.recorded.points("gen_ai.client.operation.duration").map(\.count) == [1])
    }

    @Test("has nothing where a budget stops the call before it is made")
    func budget() async throws {
        struct Spent: Error {}
        let exchange = try Exchange(.json(200, "{}")) { $0.beforeCall = { _ in throw Spent() } }
        let error = try await failure { () throws(OpenAIClientError) in
            try await exchange.client.chat.completions.create(Self.request)
        }
        #expect(error.code == .budgetExceeded)
        #expect(exchange.recorded.spans.isEmpty && exchange.recorded.records.isEmpty)
        #expect(exchange.recorded.metrics.collect().isEmpty)
    }
}
