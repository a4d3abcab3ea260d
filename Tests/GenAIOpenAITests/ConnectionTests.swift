// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIOpenAI
import LoopbackServer
import Testing

/// The client on the package's own transport against a real server.
@Suite("Over a connection", .timeLimit(.minutes(2)))
struct ConnectionTests {
    static let piece = #"{"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}"#
    static let last = #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#

    @Test("a plain call goes there and back")
    func plain() async throws {
        let server = try LoopbackServer { _ in .json(200, ChatCompletionTests.hello) }
        let reply = try await client(server).chat.completions.create(.init(model: "m", messages: [.user("Hi")]))
        #expect(reply.choices.first?.message.content == "Hello there")
        let request = try #require(server.requests.first)
        #expect(request.path == "/v1/chat/completions")
        #expect(request.header("Authorization") == "Bearer \(testKey)")
        #expect(request.header("Content-Type") == "application/json")
    }

    @Test("chunks are there before the stream is over")
    func streamed() async throws {
        let gate = LoopbackServer.Gate()
        let server = try LoopbackServer { _ in
            .events([.event(Self.piece), .wait(gate), .event(Self.last), .event("[DONE]")])
        }
        var iterator = try await client(server).chat.completions.stream(.init(model: "m", messages: []))
            .makeAsyncIterator()
        #expect(try await iterator.next()?.choices.first?.delta.content == "a")
        gate.open()
        #expect(try await iterator.next()?.choices.first?.finishReason == .stop)
        #expect(try await iterator.next() == nil)
    }

    @Test("leaving the loop closes the connection, though the stream is still there")
    func earlyBreak() async throws {
        let server = try LoopbackServer { _ in .events([.event(Self.piece), .hang]) }
        let stream = try await client(server).chat.completions.stream(.init(model: "m", messages: []))
        for try await _ in stream { break }
        await server.waitForDisconnects(1)
        await server.waitForNoConnections()
        withExtendedLifetime(stream) {}
    }

    @Test("dropping a stream nobody read closes the connection")
    func dropped() async throws {
        let server = try LoopbackServer { _ in .events([.event(Self.piece), .hang]) }
        _ = try await client(server).chat.completions.stream(.init(model: "m", messages: []))
        await server.waitForDisconnects(1)
        await server.waitForNoConnections()
    }

    @Test("cancelling the reader closes the connection and throws")
    func cancelledStream() async throws {
        let server = try LoopbackServer { _ in .events([.event(Self.piece), .hang]) }
        let client = client(server)
        let (read, didRead) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await failure { () throws(OpenAIClientError) in
                let stream = try await client.chat.completions.stream(.init(model: "m", messages: []))
                for try await _ in stream { didRead.yield() }
            }
        }
        for await _ in read { break }
        task.cancel()
        #expect(try await task.value.code == .cancelled)
        await server.waitForDisconnects(1)
    }

    @Test("cancelling a plain call closes the connection and does not try again")
    func cancelledCall() async throws {
        let server = try LoopbackServer { _ in .hang }
        let client = client(server)
        let task = Task {
            try await failure { () throws(OpenAIClientError) in
                try await client.chat.completions.create(.init(model: "m", messages: []))
            }
        }
        _ = await server.waitForRequests(1)
        task.cancel()
        #expect(try await task.value.code == .cancelled)
        await server.waitForDisconnects(1)
        #expect(server.requests.count == 1)
    }

    @Test("a server that resets is asked again, and one that is not there is an error")
    func connectionFaults() async throws {
        let server = try LoopbackServer(replies: [.resetAfterRequest, .json(200, ChatCompletionTests.hello)])
        _ = try await client(server).chat.completions.create(.init(model: "m", messages: []))
        #expect(server.requests.count == 2)
        let nowhere = OpenAIClient(
            configuration: .init(baseURL: try LoopbackServer.refusedURL(), apiKey: testKey),
            transport: makeDefaultTransport(), clock: RecordingClock())
        let error = try await failure { () throws(OpenAIClientError) in try await nowhere.models.list() }
        #expect(error.code == .connection)
    }

    @Test("a silent stream ends when the time between two pieces is over")
    func silence() async throws {
        let server = try LoopbackServer { _ in .events([.event(Self.piece), .hang]) }
        var options = CallOptions()
        options.timeouts = HTTPTimeouts(betweenChunks: .seconds(5))
        let stream = try await client(server).chat.completions.stream(
            .init(model: "m", messages: []), options: options)
        let error = try await failure { () throws(OpenAIClientError) in try await stream.collect() }
        #expect(error.code == .timedOut)
    }

    @Test("a key does not follow a redirect to another port")
    func redirected() async throws {
        let other = try LoopbackServer { _ in .json(200, RetryTests.models) }
        let server = try LoopbackServer { [url = other.url] _ in .redirect(to: "\(url)/v1/models", status: 307) }
        let error = try await failure { () throws(OpenAIClientError) in try await client(server).models.list() }
        #expect(error.code == .redirect)
        #expect(other.requests.isEmpty)
    }

    private func client(_ server: LoopbackServer) -> OpenAIClient {
        OpenAIClient(
            configuration: .init(baseURL: "\(server.url)/v1", apiKey: testKey), transport: makeDefaultTransport(),
            clock: RecordingClock())
    }
}
