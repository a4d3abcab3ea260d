// SPDX-License-Identifier: MIT

import LoopbackServer
import Testing

@testable import GenAIHTTP

@Suite("HTTP transports: lifecycle and configuration", .timeLimit(.minutes(1)))
struct LifecycleTests {
    @Test("ends what is running on shutdown", arguments: Kind.all)
    func shutdownWhileRunning(kind: Kind) async throws {
        let server = try LoopbackServer { $0.path == "/hang" ? .hang : .streaming([.chunk("first"), .hang]) }
        let transport = try kind.makeTransport()
        let awaitingHead = Task { _ = try await transport.get(server.url + "/hang") }
        let response = try await transport.get(server.url)
        await server.waitForRequests(2)
        transport.shutdown()
        transport.shutdown()
        #expect(try await failure { try await awaitingHead.value }.code == .shutDown)
        #expect(try await failure { _ = try await response.body.text() }.code == .shutDown)
        await server.waitForNoConnections()
    }

    @Test("refuses requests after shutdown", arguments: Kind.all)
    func sendAfterShutdown(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "") }
        let transport = try kind.makeTransport()
        transport.shutdown()
        #expect(try await failure { _ = try await transport.get(server.url) }.code == .shutDown)
        #expect(server.acceptedConnectionCount == 0)
    }

    @Test("survives shutdown in the middle of a storm of requests", arguments: Kind.all)
    func shutdownStorm(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "ok") }
        let transport = try kind.makeTransport()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let result = await Task { try await transport.get(server.url).body.text() }.result
                    if case .failure(let error) = result { #expect((error as? HTTPTransportError)?.code == .shutDown) }
                }
            }
            await server.waitForRequests(20)
            transport.shutdown()
        }
    }

    @Test("closes idle connections and frees what it holds after shutdown", arguments: Kind.all)
    func noLeak(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "ok") }
        weak var core: AnyObject?
        do {
            let transport = try kind.makeTransport()
            core = transport.core
            _ = try await transport.get(server.url).body.text()
            transport.shutdown()
            await server.waitForNoConnections()
            withExtendedLifetime(transport) {}
        }
        for _ in 0..<100_000 where core != nil { await Task.yield() }
        #expect(core == nil)
    }

    @Test("lets a response be read to its end after the transport is gone", arguments: Kind.all)
    func droppedTransport(kind: Kind) async throws {
        let gate = Gate()
        let server = try LoopbackServer { _ in .streaming([.chunk("one "), .wait(gate), .chunk("two")]) }
        weak var core: AnyObject?
        var response: HTTPResponse?
        do {
            let transport = try kind.makeTransport()
            core = transport.core
            response = try await transport.get(server.url)
        }
        gate.open()
        #expect(try await response?.body.text() == "one two")
        await server.waitForNoConnections()
        for _ in 0..<100_000 where core != nil { await Task.yield() }
        #expect(core == nil)
    }

    // MARK: - Requests that must not leave

    static let badURLs = [
        "", "nonsense", "/path", "ftp://127.0.0.1/", "http://", "http:///path", "http://a b/", "file:///etc",
    ]

    @Test("refuses URLs it cannot send to", arguments: Kind.all, badURLs)
    func badURL(kind: Kind, url: String) async throws {
        let error = try await failure { try await withTransport(kind) { _ = try await $0.get(url) } }
        #expect(error.code == .badURL)
    }

    static let badFields: [(name: String, value: String)] = [
        ("X-Key", "secret\r\nInjected: 1"), ("X-Key", "secret\nInjected: 1"), ("X-Key", "secret\u{0}"),
        ("X-Key", "secret\u{7F}"), ("X Key", "secret"), ("X-Key:", "secret"), ("", "secret"), ("X\r\nY", "secret"),
        ("Ключ", "secret"),
    ]

    @Test(
        "refuses header fields that would change the request, and does not repeat their value", arguments: Kind.all,
        badFields)
    func badField(kind: Kind, field: (name: String, value: String)) async throws {
        let server = try LoopbackServer { _ in .text(200, "") }
        let error = try await failure {
            var headers: HTTPHeaders = [:]
            headers.append(field.name, field.value)
            try await withTransport(kind) { [headers] in _ = try await $0.get(server.url, headers: headers) }
        }
        #expect(error.code == .invalidRequest)
        #expect(!error.message.contains("secret"))
        #expect(field.name != "X-Key" || error.message.contains("X-Key"))
        #expect(server.acceptedConnectionCount == 0)
    }

    @Test("refuses methods that are none", arguments: Kind.all, ["", "GE T", "GET\r\n", "GET /x HTTP/1.1"])
    func badMethod(kind: Kind, method: String) async throws {
        let server = try LoopbackServer { _ in .text(200, "") }
        let error = try await failure {
            try await withTransport(kind) { _ = try await $0.send(HTTPRequest(method: method, url: server.url)) }
        }
        #expect(error.code == .invalidRequest)
    }

    @Test("refuses a body where none can be sent", arguments: Kind.all, ["GET", "HEAD"])
    func unexpectedBody(kind: Kind, method: String) async throws {
        let error = try await failure {
            let request = HTTPRequest(method: method, url: "http://127.0.0.1:1/", body: [1])
            try await withTransport(kind) { _ = try await $0.send(request) }
        }
        #expect(error.code == .invalidRequest)
    }
}
