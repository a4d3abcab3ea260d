// SPDX-License-Identifier: MIT

import GenAIHTTP
import LoopbackServer
import Testing

@Suite("LoopbackServer", .timeLimit(.minutes(1)))
struct LoopbackServerTests {
    @Test("gives scripted replies in order and repeats the last")
    func script() async throws {
        let server = try LoopbackServer(replies: [.text(503, "busy"), .text(200, "ok")])
        let statuses = try await withTransport(.some) { transport in
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await transport.get(server.url).status) }
            return statuses
        }
        #expect(statuses == [503, 200, 200])
        #expect(server.requests.map(\.index) == [0, 1, 2])
    }

    @Test("records requests without their bodies when told to")
    func unrecorded() async throws {
        let server = try LoopbackServer(recordsBodies: false) { .text(200, "\($0.body.count)") }
        let text = try await withTransport(.some) { try await $0.post(server.url, [1, 2, 3]).body.text() }
        #expect(text == "3")
        #expect(server.requests.first?.body == [])
    }

    @Test("lets waiters go when it stops")
    func stopWhileWaiting() async throws {
        let server = try LoopbackServer { _ in .hang }
        let waiter = Task { await server.waitForRequests(5) }
        let request = Task { try await withTransport(.some) { try await $0.get(server.url).status } }
        await server.waitForRequests(1)
        server.stop()
        server.stop()
        #expect(await waiter.value.count == 1)
        #expect(server.openConnectionCount == 0)
        await #expect(throws: HTTPTransportError.self) { try await request.value }
    }

    @Test("lets a waiter go when its task is cancelled")
    func cancelWaiting() async throws {
        let server = try LoopbackServer { _ in .hang }
        let waiter = Task { await server.waitForRequests(1) }
        waiter.cancel()
        #expect(await waiter.value.isEmpty)
    }

    @Test("frees its port when the last reference goes")
    func release() async throws {
        var server: LoopbackServer? = try LoopbackServer { _ in .text(200, "") }
        let url = try #require(server?.url)
        server = nil
        let error = try await failure { try await withTransport(.some) { _ = try await $0.get(url) } }
        #expect(error.code == .connection)
    }

    @Test("may be stopped by its own handler")
    func stopInHandler() async throws {
        let box = ServerBox()
        let server = try LoopbackServer { _ in
            box.server?.stop()
            return .text(200, "")
        }
        box.server = server
        try await withTransport(.some) { transport in
            _ = try? await transport.get(server.url)
            let error = try await failure { _ = try await transport.get(server.url) }
            #expect(error.code == .connection)
        }
        #expect(server.requests.count == 1)
        box.server = nil
    }
}

/// Hands a server to its own handler.
private final class ServerBox: @unchecked Sendable {
    // Sendable: written before the first request and after the last, read by the handler in between.
    var server: LoopbackServer?
}
