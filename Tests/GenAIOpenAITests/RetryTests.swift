// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAITelemetry
import Testing

@testable import GenAIOpenAI

@Suite("Retries")
struct RetryTests {
    static let models = #"{"object":"list","data":[{"id":"gpt-4o","object":"model","owned_by":"openai"}]}"#

    @Test("follow statuses that may pass", arguments: [408, 409, 429, 500, 502, 503, 504, 529])
    func transient(status: Int) async throws {
        let clock = RecordingClock()
        let transport = StubTransport(.json("{}", status: status), .json("{}", status: status), .json(Self.models))
        let list = try await OpenAIClient(transport, clock: clock).models.list()
        #expect(list.map(\.id) == ["gpt-4o"])
        #expect(transport.requests.count == 3)
        #expect(clock.waits.count == 2)
        for (wait, ceiling) in zip(clock.waits, [0.5, 1.0]) {
            #expect(wait >= .zero && wait <= .seconds(ceiling))
        }
    }

    @Test("do not follow statuses that will not pass", arguments: [400, 401, 403, 404, 413, 422])
    func permanent(status: Int) async throws {
        let transport = StubTransport(.json("{}", status: status), .json(Self.models))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport, clock: RecordingClock()).models.list()
        }
        #expect(error.status == status)
        #expect(transport.requests.count == 1)
    }

    @Test("give up after the configured number, with the last error")
    func exhausted() async throws {
        let transport = StubTransport(
            .json("{}", status: 500), .json("{}", status: 502), .json("{}", status: 503), .json(Self.models))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport, clock: RecordingClock()).models.list()
        }
        #expect(error.status == 503)
        #expect(transport.requests.count == 3)
    }

    @Test("are as many as one call asks for", arguments: [0, 1, 4])
    func perCall(maxRetries: Int) async throws {
        let transport = StubTransport()  // every attempt fails to connect
        var options = CallOptions()
        options.maxRetries = maxRetries
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport, clock: RecordingClock()).models.list(options: options)
        }
        #expect(error.code == .connection)
        #expect(transport.requests.count == maxRetries + 1)
    }

    static let waits: [(headers: HTTPHeaders, wait: Duration)] = [
        (["Retry-After": "7"], .seconds(7)), (["retry-after-ms": "1500"], .milliseconds(1500)),
        (["retry-after-ms": "20", "Retry-After": "7"], .milliseconds(20)), (["Retry-After": "60"], .seconds(60)),
    ]

    @Test("wait at least as long as the server asks", arguments: waits)
    func retryAfter(headers: HTTPHeaders, wait: Duration) async throws {
        let clock = RecordingClock()
        let transport = StubTransport(.json("{}", status: 429, headers: headers), .json(Self.models))
        _ = try await OpenAIClient(transport, clock: clock).models.list()
        // Never shorter; longer only where the client's own first wait is.
        let waited = try #require(clock.waits.first)
        #expect(waited >= wait && waited <= max(wait, .milliseconds(500)))
        #expect(clock.waits.count == 1)
    }

    @Test("give up at once where the server asks for too long")
    func retryAfterTooLong() async throws {
        let transport = StubTransport(.json("{}", status: 429, headers: ["Retry-After": "61"]), .json(Self.models))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport, clock: RecordingClock()).models.list()
        }
        #expect(error.retryAfter == .seconds(61))
        #expect(transport.requests.count == 1)
    }

    @Test("do as x-should-retry says", arguments: [(400, "true", 2), (500, "false", 1), (429, "maybe", 2)])
    func shouldRetry(status: Int, header: String, requestCount: Int) async throws {
        let transport = StubTransport(
            .json("{}", status: status, headers: ["x-should-retry": header]), .json(Self.models))
        _ = try? await OpenAIClient(transport, clock: RecordingClock()).models.list()
        #expect(transport.requests.count == requestCount)
    }

    @Test("do not follow an empty account")
    func quota() async throws {
        let body = #"{"error":{"message":"no credit","code":"insufficient_quota"}}"#
        let transport = StubTransport(.json(body, status: 429), .json(Self.models))
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport, clock: RecordingClock()).models.list()
        }
        #expect(error.code == .quotaExceeded)
        #expect(transport.requests.count == 1)
    }

    static let faults: [(code: HTTPTransportError.Code, expected: OpenAIClientError.Code, isRetried: Bool)] = [
        (.connection, .connection, true), (.timedOut, .timedOut, true), (.protocolViolation, .connection, true),
        (.cancelled, .cancelled, false), (.badURL, .configuration, false), (.tls, .untrustedServer, false),
        (.tooLarge, .responseTooLarge, false), (.shutDown, .configuration, false),
    ]

    @Test("follow a broken connection, and no other fault below HTTP", arguments: faults)
    func belowHTTP(code: HTTPTransportError.Code, expected: OpenAIClientError.Code, isRetried: Bool) async throws {
        let fault = StubTransport.Answer.failure(HTTPTransportError(code, "fault"))
        let transport = StubTransport(fault, fault, fault)
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport, clock: RecordingClock()).models.list()
        }
        #expect(error.code == expected)
        #expect(transport.requests.count == (isRetried ? 3 : 1))
    }

    @Test("repeat the same request under the same idempotency key, and another call under another")
    func idempotency() async throws {
        let transport = StubTransport(
            .json("{}", status: 500), .json(ChatCompletionTests.hello), .json(ChatCompletionTests.hello))
        let client = OpenAIClient(transport, clock: RecordingClock())
        let request = ChatCompletionRequest(model: "m", messages: [.user("Hi")])
        _ = try await client.chat.completions.create(request)
        _ = try await client.chat.completions.create(request)
        let requests = transport.requests
        let keys = requests.map { $0.headers["Idempotency-Key"] }
        #expect(keys[0] != nil)
        #expect(keys[0] == keys[1])
        #expect(keys[1] != keys[2])
        #expect(requests[0].body == requests[1].body)
    }

    @Test("follow a plain answer that breaks off")
    func brokenBody() async throws {
        let transport = StubTransport(
            .broken(#"{"object":"#, HTTPTransportError(.connection, "reset")), .json(Self.models))
        #expect(try await OpenAIClient(transport, clock: RecordingClock()).models.list().count == 1)
    }

    @Test("never follow a stream that has begun")
    func begunStream() async throws {
        let event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
        let transport = StubTransport(
            .broken(event, HTTPTransportError(.connection, "reset")), .events("data: [DONE]\n\n"))
        let client = OpenAIClient(transport, clock: RecordingClock())
        let stream = try await client.chat.completions.stream(.init(model: "m", messages: [.user("Hi")]))
        var iterator = stream.makeAsyncIterator()
        #expect(try await iterator.next()?.choices.first?.delta.content == "a")
        let error = try await failure { () throws(OpenAIClientError) in try await iterator.next() }
        #expect(error.code == .connection)
        #expect(try await iterator.next() == nil)
        #expect(transport.requests.count == 1)
    }

    @Test("follow a stream that did not begin")
    func refusedStream() async throws {
        let transport = StubTransport(.json("{}", status: 503), .events("data: [DONE]\n\n"))
        let client = OpenAIClient(transport, clock: RecordingClock())
        _ = try await client.chat.completions.stream(.init(model: "m", messages: [.user("Hi")])).collect()
        #expect(transport.requests.count == 2)
    }

    @Test("wait on a clock that keeps nothing of waits that were cancelled")
    func clock() {
        #expect(OpenAIClient().sender.clock is TimerThreadClock)
    }

    @Test("end when the task is cancelled during a wait")
    func cancelledWait() async throws {
        let transport = StubTransport(.json("{}", status: 500), .json(Self.models))
        let clock = RecordingClock { throw CancellationError() }
        let error = try await failure { () throws(OpenAIClientError) in
            try await OpenAIClient(transport, clock: clock).models.list()
        }
        #expect(error.code == .cancelled)
        #expect(transport.requests.count == 1)
    }

    @Test("show each response to the caller")
    func onResponse() async throws {
        let seen = Log<ResponseInfo>()
        var options = CallOptions()
        options.onResponse = { seen.append($0) }
        let transport = StubTransport(
            .json("{}", status: 500, headers: ["x-request-id": "a"]),
            .json(Self.models, headers: ["x-request-id": "b", "x-ratelimit-remaining-requests": "9"]))
        _ = try await OpenAIClient(transport, clock: RecordingClock()).models.list(options: options)
        #expect(seen.entries.map(\.status) == [500, 200])
        #expect(seen.entries.map(\.requestID) == ["a", "b"])
        #expect(seen.entries.map(\.retryCount) == [0, 1])
        #expect(seen.entries.last?.rateLimits?.requestsRemaining == 9)
    }
}
