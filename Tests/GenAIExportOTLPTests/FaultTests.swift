// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import LoopbackServer
import Synchronization
import Testing

@testable import GenAIExportOTLP

@Suite("Faults of connection and server")
struct FaultTests {
    // MARK: - No answer

    @Test("a refused connection is tried again with growing waits until the deadline is near")
    func refused() async throws {
        let clock = SkippingClock()
        let client = try client(to: try LoopbackServer.refusedURL(), clock: clock)
        let error = try await failure(client, spans(3))
        #expect(error.code == .unreachable && error.rejectedCount == nil)
        #expect(clock.waits == [.seconds(1), .seconds(2), .seconds(4)], "5 s more would pass the timeout of 10 s")
        #expect(client.statistics == OTLPStatistics(failed: 3, requests: 4, retries: 3))
    }

    @Test("a connection reset before the request is tried again")
    func resetBefore() async throws {
        let server = try LoopbackServer(admission: { $0 == 0 ? .reset : .serve }, handler: { _ in .accepted })
        let client = try client(to: server.url)
        try await client.export(spans(3))
        #expect(server.requests.count == 1)
        #expect(client.statistics == OTLPStatistics(delivered: 3, requests: 2, retries: 1))
    }

    @Test(
        "a connection that ends after the request is tried again with the same body",
        arguments: [LoopbackServer.Reply.resetAfterRequest, .closeAfterRequest])
    func resetAfter(reply: LoopbackServer.Reply) async throws {
        let server = try LoopbackServer(replies: [reply, .accepted])
        let client = try client(to: server.url)
        try await client.export(spans(3))
        #expect(client.statistics.delivered == 3 && client.statistics.failed == 0)
        #expect(server.requests.count == 2 && server.requests[0].body == server.requests[1].body)
    }

    @Test("a server that never answers costs the timeout and no repeat")
    func hang() async throws {
        let server = try LoopbackServer(replies: [.hang])
        let client = try client(to: server.url, OTLPConfiguration(timeout: .milliseconds(200)))
        #expect(try await failure(client, spans(3)).code == .timedOut)
        // On a busy machine the time may be over before the server has read the request.
        #expect(server.requests.count <= 1)
        #expect(client.statistics == OTLPStatistics(failed: 3, requests: 1))
    }

    @Test("cancelling ends a request that hangs")
    func cancelRequest() async throws {
        let server = try LoopbackServer(replies: [.hang])
        // The request's own timeout must not come first, on however busy a machine.
        let client = try client(to: server.url, OTLPConfiguration(timeout: .seconds(600)))
        let export = Task { try await failure(client, spans(3)) }
        await server.waitForRequests(1)
        export.cancel()
        #expect(try await export.value.code == .cancelled)
        await server.waitForNoConnections()
        #expect(client.statistics == OTLPStatistics(failed: 3, requests: 1))
    }

    @Test("cancelling ends the wait for a repeat")
    func cancelWait() async throws {
        let server = try LoopbackServer(replies: [.text(503, "", headers: [("Retry-After", "3600")])])
        let client = try client(
            to: server.url, OTLPConfiguration(timeout: .seconds(100_000)), clock: ContinuousClock())
        let export = Task { try await failure(client, spans(3)) }
        await server.waitForRequests(1)
        export.cancel()
        #expect(try await export.value.code == .cancelled)
        #expect(client.statistics == OTLPStatistics(failed: 3, requests: 1))
    }

    @Test("a server that does not speak HTTP delivers nothing, and is named for it")
    func garbage() async throws {
        let server = try LoopbackServer(replies: [.garbage])
        let client = try client(to: server.url)
        let error = try await failure(client, spans(3))
        #expect(error.code == .invalidResponse || error.code == .unreachable, "platforms differ in what they call it")
        #expect(error.message.contains("127.0.0.1:\(server.port)"))
        #expect(client.statistics.delivered == 0)
    }

    // MARK: - Refusals

    @Test("a refusal is not repeated, and its words are passed on", arguments: [400, 401, 403, 404, 500, 501])
    func refusal(status: Int) async throws {
        let words = message((2, Array("bad\nwords".utf8)))
        let server = try LoopbackServer(replies: [.protobuf(status, words)])
        let client = try client(to: server.url)
        let error = try await failure(client, spans(3))
        #expect(error.code == .rejected && error.rejectedCount == nil)
        #expect(error.message.hasPrefix("the server answered \(status): bad words"))
        #expect(client.statistics == OTLPStatistics(rejected: 3, requests: 1))
    }

    @Test("the server's words are read from JSON and plain text, but not from web pages")
    func words() async throws {
        let replies: [LoopbackServer.Reply] = [
            .json(400, #"{"code":3,"message":"from JSON"}"#), .text(400, "from text"),
            .response(400, headers: [("Content-Type", "text/html")], body: Array("<html>page</html>".utf8)),
        ]
        let server = try LoopbackServer(replies: replies)
        let client = try client(to: server.url)
        #expect(try await failure(client, spans(1)).message.hasSuffix(": from JSON"))
        #expect(try await failure(client, spans(1)).message.hasSuffix(": from text"))
        #expect(try await failure(client, spans(1)).message == "the server answered 400")
    }

    @Test("a server that repeats our credentials does not get them into the error")
    func credentials() async throws {
        let server = try LoopbackServer { request in
            .text(401, "who is \(request.header("Authorization") ?? "?") or \(request.header("X-Api-Key") ?? "?")")
        }
        let headers: HTTPHeaders = ["Authorization": "Basic c2VjcmV0", "X-Api-Key": "key-123"]
        let client = try client(to: server.url, OTLPConfiguration(headers: headers))
        let error = try await failure(client, spans(1))
        #expect(error.message.hasPrefix("the server answered 401: who is *** or ***; "))
    }

    @Test("long words are cut")
    func longWords() async throws {
        let server = try LoopbackServer(replies: [.text(400, String(repeating: "w", count: 100_000))])
        let client = try client(to: server.url)
        #expect(try await failure(client, spans(1)).message.utf8.count < 300)
    }

    @Test("a redirect to another host is not followed, and the error names the host", arguments: [301, 302, 307, 308])
    func redirect(status: Int) async throws {
        let elsewhere = try LoopbackServer(replies: [.accepted])
        let server = try LoopbackServer(replies: [.redirect(to: "\(elsewhere.url)/v1/traces?q=1", status: status)])
        let client = try client(to: server.url, OTLPConfiguration(headers: ["Authorization": "Basic c2VjcmV0"]))
        let error = try await failure(client, spans(3))
        #expect(error.code == .rejected)
        #expect(error.message.contains("127.0.0.1:\(elsewhere.port)"))
        #expect(elsewhere.acceptedConnectionCount == 0)
        #expect(client.statistics == OTLPStatistics(rejected: 3, requests: 1))
    }

    // MARK: - Come back later

    @Test("a server that is busy is asked again", arguments: [429, 502, 503, 504])
    func busy(status: Int) async throws {
        let server = try LoopbackServer(replies: [.text(status, "busy"), .text(status, "busy"), .accepted])
        let clock = SkippingClock()
        let client = try client(to: server.url, clock: clock)
        try await client.export(spans(3))
        #expect(clock.waits == [.seconds(1), .seconds(2)])
        #expect(client.statistics == OTLPStatistics(delivered: 3, requests: 3, retries: 2))
    }

    @Test("Retry-After is waited for, in seconds and as a date")
    func retryAfter() async throws {
        let replies: [LoopbackServer.Reply] = [
            .text(429, "", headers: [("Retry-After", "7")]),
            .text(503, "", headers: [("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT")]),
            .accepted,
        ]
        let server = try LoopbackServer(replies: replies)
        let clock = SkippingClock()
        let client = try client(to: server.url, clock: clock)
        try await client.export(spans(3))
        #expect(clock.waits == [.seconds(7), .seconds(2)], "a date in the past asks for no more than our own wait")
        #expect(client.statistics.delivered == 3)
    }

    @Test("a wait that would pass the deadline is not begun")
    func retryTooLate() async throws {
        let server = try LoopbackServer(replies: [.text(429, "slow down", headers: [("Retry-After", "11")])])
        let clock = SkippingClock()
        let client = try client(to: server.url, clock: clock)
        let error = try await failure(client, spans(3))
        #expect(error.code == .unavailable && error.message == "the server answered 429: slow down")
        #expect(clock.waits.isEmpty)
        #expect(client.statistics == OTLPStatistics(failed: 3, requests: 1))
    }

    // MARK: - Too large

    @Test("a batch too large for the server is sent in parts, each span once", arguments: [1, 2, 7, 100])
    func split(most: Int) async throws {
        let server = try LoopbackServer { request in
            (try? spanNames(request.body).count).map { $0 > most } ?? true ? .text(413, "too large") : .accepted
        }
        let client = try client(to: server.url)
        try await client.export(spans(100))
        let delivered = try server.requests.map { try spanNames($0.body) }.filter { $0.count <= most }.flatMap { $0 }
        #expect(delivered == (0..<100).map(String.init), "in order, and none twice")
        #expect(client.statistics.delivered == 100)
    }

    @Test("a single span too large for the server is lost alone")
    func singleTooLarge() async throws {
        let server = try LoopbackServer { request in
            (try? spanNames(request.body).contains("5")) ?? true ? .text(413, "too large") : .accepted
        }
        let client = try client(to: server.url)
        let error = try await failure(client, spans(8))
        #expect(error.code == .tooLarge && error.rejectedCount == 1)
        #expect(client.statistics.delivered == 7 && client.statistics.rejected == 1)
    }

    @Test("a request larger than our own limit is sent in parts, and one span larger than it not at all")
    func requestLimit() async throws {
        let server = try LoopbackServer { _ in .accepted }
        var configuration = OTLPConfiguration()
        configuration.maximumRequestBytes = 2_000
        let client = try client(to: server.url, configuration)
        let batch = spans(20, contentBytes: 300) + spans(1, contentBytes: 2_000)
        let error = try await failure(client, batch)
        #expect(error.code == .tooLarge && error.rejectedCount == 1)
        #expect(client.statistics.delivered == 20)
        #expect(server.requests.allSatisfy { $0.body.count <= 2_000 })
    }

    @Test("an outage between parts fails the rest only")
    func outageBetweenParts() async throws {
        let server = try LoopbackServer { request in
            let names = (try? spanNames(request.body)) ?? []
            return names.count > 4 ? .text(413, "") : names.contains("0") ? .accepted : .text(503, "down")
        }
        let client = try client(to: server.url)
        let error = try await failure(client, spans(16))
        #expect(error.code == .unavailable && error.rejectedCount == 12)
        #expect(client.statistics.delivered == 4 && client.statistics.failed == 12)
    }

    @Test("after the shutdown nothing is sent")
    func shutdown() async throws {
        let server = try LoopbackServer { _ in .accepted }
        let client = try client(to: server.url)
        try await client.export(spans(1))
        await client.shutdown()
        #expect(try await failure(client, spans(2)).code == .shutDown)
        #expect(server.requests.count == 1)
        #expect(client.statistics == OTLPStatistics(delivered: 1, failed: 2, requests: 1))
    }
}
