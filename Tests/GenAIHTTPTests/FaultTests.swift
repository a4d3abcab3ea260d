// SPDX-License-Identifier: MIT

import GenAIHTTP
import LoopbackServer
import Testing

@Suite("HTTP transports: faults", .timeLimit(.minutes(1)))
struct FaultTests {
    /// Short enough to be passed soon, and only ever waited for where the peer does nothing.
    static let short = Duration.milliseconds(50)

    @Test("reports a refused connection", arguments: Kind.all)
    func refused(kind: Kind) async throws {
        let url = try LoopbackServer.refusedURL()
        let error = try await failure { try await withTransport(kind) { _ = try await $0.get(url) } }
        #expect(error.code == .connection)
    }

    @Test("reports a name that does not resolve", arguments: Kind.all)
    func unresolved(kind: Kind) async throws {
        let error = try await failure {
            try await withTransport(kind) { _ = try await $0.get("http://nowhere.invalid/") }
        }
        #expect(error.code == .connection)
    }

    @Test(
        "reports a connection that breaks before any answer", arguments: Kind.all,
        [Reply.resetAfterRequest, .closeAfterRequest])
    func broken(kind: Kind, reply: Reply) async throws {
        let server = try LoopbackServer { _ in reply }
        let error = try await failure { try await withTransport(kind) { _ = try await $0.post(server.url, [1]) } }
        #expect(error.code == .connection)
    }

    @Test("reports a reused connection that breaks, and does not send the body twice", arguments: Kind.all)
    func brokenReuse(kind: Kind) async throws {
        let server = try LoopbackServer { $0.index == 1 ? .closeAfterRequest : .text(200, "ok") }
        try await withTransport(kind) { transport in
            _ = try await transport.post(server.url, [1]).body.text()
            let error = try await failure { _ = try await transport.post(server.url, [2]) }
            #expect(error.code == .connection)
            #expect(try await transport.post(server.url, [3]).status == 200)
        }
        #expect(server.requests.map(\.body) == [[1], [2], [3]])
    }

    @Test("reports a connection that is reset before the request is read", arguments: Kind.all)
    func resetAtOnce(kind: Kind) async throws {
        let server = try LoopbackServer(admission: { _ in .reset }, handler: { _ in .hang })
        let error = try await failure { try await withTransport(kind) { _ = try await $0.post(server.url, [1]) } }
        #expect(error.code == .connection)
    }

    @Test("delivers what arrived of a broken response, then the error", arguments: Kind.all)
    func truncated(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .truncated("half", of: 8) }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            var text = ""
            let error = try await failure {
                for try await piece in response.body { text += String(decoding: piece, as: UTF8.self) }
            }
            #expect(text == "half")
            #expect(error.code == .connection)
        }
    }

    static let nonsense: [(name: String, reply: Reply)] = [
        ("bytes", .garbage),
        ("version", Reply([.bytes(Array("HTTP/1.1 abc\r\n\r\n".utf8)), .close])),
        ("no colon", Reply([.bytes(Array("HTTP/1.1 200 OK\r\nnocolon\r\n\r\n".utf8)), .close])),
        ("coding", .text(200, "plain", headers: [("Content-Encoding", "gzip")])),
        ("chunk", Reply([.head(200, [("Transfer-Encoding", "chunked")]), .bytes(Array("zz\r\n".utf8)), .close])),
    ]

    @Test("reports an answer that is no HTTP", arguments: Kind.all, nonsense.indices)
    func garbage(kind: Kind, index: Int) async throws {
        let server = try LoopbackServer { _ in Self.nonsense[index].reply }
        let error = try await failure { try await withTransport(kind) { _ = try await $0.get(server.url).body.text() } }
        #expect(error.code == .protocolViolation, "\(Self.nonsense[index].name): \(error)")
    }

    @Test("reports a peer that speaks no TLS", arguments: Kind.all)
    func tls(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "") }
        let url = server.url.replacing("http:", with: "https:")
        let error = try await failure { try await withTransport(kind) { _ = try await $0.get(url) } }
        #expect(error.code == .tls)
    }

    // MARK: - Timeouts

    @Test("gives up on a head that does not come, and closes the connection", arguments: Kind.all)
    func headTimeout(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .hang }
        try await withTransport(kind) { transport in
            let timeouts = HTTPTimeouts(head: Self.short)
            let error = try await failure { _ = try await transport.get(server.url, timeouts: timeouts) }
            #expect(error.code == .timedOut)
            #expect(error.message.contains("head"))
            await server.waitForDisconnects(1)
        }
    }

    @Test("gives up on a server that accepts and never reads", arguments: Kind.all)
    func unreadTimeout(kind: Kind) async throws {
        let server = try LoopbackServer(admission: { _ in .ignore }, handler: { _ in .hang })
        let timeouts = HTTPTimeouts(head: Self.short)
        let error = try await failure {
            try await withTransport(kind) { _ = try await $0.get(server.url, timeouts: timeouts) }
        }
        #expect(error.code == .timedOut)
    }

    @Test("gives up on a body that stalls, and closes the connection", arguments: Kind.all)
    func stallTimeout(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .streaming([.chunk("first"), .hang]) }
        try await withTransport(kind) { transport in
            let timeouts = HTTPTimeouts(betweenChunks: Self.short)
            let error = try await failure { _ = try await transport.get(server.url, timeouts: timeouts).body.text() }
            #expect(error.code == .timedOut)
            #expect(error.message.contains("betweenChunks"))
            await server.waitForDisconnects(1)
        }
    }

    @Test("gives up on a body that drips on for too long", arguments: Kind.all)
    func totalTimeout(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .drip(String(repeating: "x", count: 10_000), every: .milliseconds(5)) }
        try await withTransport(kind) { transport in
            let timeouts = HTTPTimeouts(betweenChunks: .seconds(30), total: .milliseconds(200))
            let error = try await failure { _ = try await transport.get(server.url, timeouts: timeouts).body.text() }
            #expect(error.code == .timedOut)
            #expect(error.message.contains("total"))
            await server.waitForDisconnects(1)
        }
    }

    @Test("does not time out what is in time", arguments: Kind.all)
    func inTime(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .drip("hello", every: .milliseconds(1)) }
        let timeouts = HTTPTimeouts(head: .seconds(30), betweenChunks: .seconds(30), total: .seconds(50))
        let text = try await withTransport(kind) { try await $0.get(server.url, timeouts: timeouts).body.text() }
        #expect(text == "hello")
    }

    // MARK: - Size

    @Test("stops reading a body that is larger than the caller wants, and closes the connection", arguments: Kind.all)
    func collectLimit(kind: Kind) async throws {
        let size = 100_000_000
        let server = try LoopbackServer { _ in
            Reply([.head(200, [("Content-Length", "\(size + 1)")]), .fill(size), .hang])
        }
        try await withTransport(kind) { transport in
            let error = try await failure {
                _ = try await transport.get(server.url).body.collect(upTo: 4_194_304)
            }
            #expect(error.code == .tooLarge)
            await server.waitForDisconnects(1)
        }
    }

    #if !canImport(Darwin)
        @Test(
            "URLSession on Linux ends a body that runs too far ahead of its consumer",
            .enabled(if: Kind.all.contains(.urlSession)))
        func bufferLimit() async throws {
            let gate = Gate()
            let size = 10_000_000
            let server = try LoopbackServer { _ in
                Reply([.head(200, [("Content-Length", "\(size + 1)")]), .wait(gate), .fill(size), .hang])
            }
            var configuration = HTTPTransportConfiguration()
            configuration.bufferLimit = 1_000_000
            try await withTransport(.urlSession, configuration) { transport in
                let response = try await transport.get(server.url)
                gate.open()
                await server.waitForDisconnects(1)
                let error = try await failure { _ = try await response.body.collect(upTo: .max) }
                #expect(error.code == .tooLarge)
            }
        }
    #endif

    @Test("slows the server down while the consumer does not read, and loses nothing", arguments: Kind.thatHalt)
    func backPressure(kind: Kind) async throws {
        let size = 200_000_000
        let server = try LoopbackServer { $0.path == "/small" ? .text(200, "") : .huge(size) }
        var configuration = HTTPTransportConfiguration()
        configuration.bufferLimit = 1_000_000
        try await withTransport(kind, configuration) { transport in
            let response = try await transport.get(server.url)
            await server.waitForSentBytes(2_000_000)
            // Whatever else the transport does meanwhile, it does not read on.
            for _ in 0..<50 { _ = try await transport.get(server.url + "/small").body.text() }
            // What the kernel holds in its two socket buffers comes on top.
            #expect(server.sentByteCount < 32_000_000)
            var count = 0
            for try await piece in response.body {
                #expect(piece.count <= configuration.bufferLimit)
                count += piece.count
            }
            #expect(count == size)
        }
    }

    @Test("reads a large body whole", arguments: Kind.all)
    func large(kind: Kind) async throws {
        let size = 20_000_000
        let server = try LoopbackServer { _ in .huge(size) }
        let body = try await withTransport(kind) { try await $0.get(server.url).body.collect(upTo: size) }
        let block = (0..<65_536).map { UInt8(truncatingIfNeeded: $0) }
        var expected: [UInt8] = []
        while expected.count < size { expected += block }
        #expect(body == Array(expected[..<size]))
    }

    // MARK: - Messages

    @Test("keeps secrets of the URL out of messages", arguments: Kind.all)
    func secrets(kind: Kind) async throws {
        let port = try LoopbackServer.refusedURL().split(separator: ":").last ?? ""
        let url = "http://user:hunter2@127.0.0.1:\(port)/hook/hunter2?key=hunter2#hunter2"
        let error = try await failure { try await withTransport(kind) { _ = try await $0.get(url) } }
        #expect(error.message.contains("127.0.0.1:\(port)"))
        #expect(!"\(error)".contains("hunter2"))
    }
}
