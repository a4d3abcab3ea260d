// SPDX-License-Identifier: MIT

import GenAIHTTP
import LoopbackServer
import Testing

@Suite("HTTP transports: requests and responses", .timeLimit(.minutes(1)))
struct ExchangeTests {
    @Test("carries method, path, query, headers and body to the server", arguments: Kind.all)
    func request(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "") }
        let request = HTTPRequest(
            method: "PUT", url: server.url + "/v1/a%20b?x=1&y=%2F", headers: ["X-One": "1", "x-two": "zwei"],
            body: Array("hello".utf8))
        _ = try await withTransport(kind) { try await $0.send(request).body.text() }
        let received = try #require(server.requests.first)
        #expect(received.method == "PUT")
        #expect(received.path == "/v1/a%20b")
        #expect(received.query == "x=1&y=%2F")
        #expect(received.header("x-one") == "1")
        #expect(received.header("X-Two") == "zwei")
        #expect(received.header("Content-Length") == "5")
        #expect(received.text == "hello")
    }

    @Test("brings status, headers and body back", arguments: Kind.all, [200, 201, 400, 401, 404, 429, 500, 503])
    func response(kind: Kind, status: Int) async throws {
        let server = try LoopbackServer { _ in .json(status, #"{"a":1}"#, headers: [("X-Request-Id", "r1")]) }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            #expect(response.status == status)
            #expect(response.headers["x-request-id"] == "r1")
            #expect(response.headers["content-type"] == "application/json")
            #expect(try await response.body.text() == #"{"a":1}"#)
        }
    }

    @Test(
        "brings back a 401 that asks for credentials",
        arguments: Kind.all, ["Bearer", "Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"y\""])
    func unauthorized(kind: Kind, challenge: String) async throws {
        let server = try LoopbackServer { _ in .text(401, "who?", headers: [("WWW-Authenticate", challenge)]) }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            #expect(response.status == 401)
            #expect(try await response.body.text() == "who?")
        }
        #expect(server.requests.count == 1)
    }

    @Test("brings back responses without a body", arguments: Kind.all, [204, 304])
    func empty(kind: Kind, status: Int) async throws {
        let server = try LoopbackServer { _ in .response(status) }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            #expect(response.status == status)
            #expect(try await response.body.text().isEmpty)
        }
    }

    @Test("passes over 1xx responses", arguments: Kind.all, [100, 103])
    func informational(kind: Kind, status: Int) async throws {
        let server = try LoopbackServer { _ in Reply([.head(status)] + Reply.text(200, "final").steps) }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            #expect(response.status == 200)
            #expect(try await response.body.text() == "final")
        }
    }

    @Test("keeps every byte of a binary body, both ways", arguments: Kind.all, [1, 255, 65_536, 5_000_003])
    func binary(kind: Kind, count: Int) async throws {
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let server = try LoopbackServer { .response(200, body: $0.body) }
        let echo = try await withTransport(kind) { try await $0.post(server.url, body).body.collect(upTo: count) }
        #expect(echo == body)
        #expect(server.requests.first?.body == body)
    }

    @Test("never follows a redirect", arguments: Kind.all, [301, 302, 303, 307, 308])
    func redirect(kind: Kind, status: Int) async throws {
        let server = try LoopbackServer { _ in .redirect(to: "/elsewhere", status: status) }
        try await withTransport(kind) { transport in
            let response = try await transport.post(server.url, [1])
            #expect(response.status == status)
            #expect(response.headers["location"] == "/elsewhere")
            _ = try await response.body.text()
        }
        #expect(server.requests.count == 1)
    }

    @Test(
        "survives redirects to nowhere", arguments: Kind.all,
        ["", "//", "http://[::1", "mailto:x?%zz#", "http:///x", "?a=%zz"])
    func brokenRedirect(kind: Kind, location: String) async throws {
        let server = try LoopbackServer { _ in .redirect(to: location) }
        let status = try await withTransport(kind) { try await $0.get(server.url).status }
        #expect(status == 302)
        #expect(server.requests.count == 1)
    }

    @Test("sends no cookie back", arguments: Kind.all)
    func cookies(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "", headers: [("Set-Cookie", "id=1; Path=/")]) }
        try await withTransport(kind) { transport in
            for _ in 0..<2 { _ = try await transport.get(server.url).body.text() }
        }
        #expect(server.requests.count == 2)
        #expect(server.requests.allSatisfy { $0.header("Cookie") == nil })
    }

    @Test("calls a body of unknown type no web form", arguments: Kind.all)
    func contentType(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "") }
        _ = try await withTransport(kind) { try await $0.post(server.url, [1]).body.text() }
        #expect(server.requests.first?.header("Content-Type") == "application/octet-stream")
    }

    @Test("undoes gzip and removes the fields that speak of it", arguments: Kind.all)
    func gzip(kind: Kind) async throws {
        // python3 -c 'import gzip; print(gzip.compress(b"hello hello hello", mtime=0).hex())'
        let zipped: [UInt8] = [
            0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40,
            0x90, 0x00, 0x80, 0x88, 0xf9, 0xe5, 0x11, 0x00, 0x00, 0x00,
        ]
        let server = try LoopbackServer { _ in
            .response(200, headers: [("Content-Encoding", "gzip")], body: zipped)
        }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            #expect(try await response.body.text() == "hello hello hello")
            #expect(response.headers["Content-Encoding"] == nil)
            #expect(response.headers["Content-Length"] == nil)
        }
        #expect(server.requests.first?.header("Accept-Encoding") == "gzip, deflate")
    }

    @Test("uses one connection for requests one after the other", arguments: Kind.all)
    func reuse(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .json(200, "{}") }
        try await withTransport(kind) { transport in
            for _ in 0..<5 { _ = try await transport.post(server.url, [1, 2]).body.text() }
        }
        #expect(server.requests.count == 5)
        #expect(server.acceptedConnectionCount == 1)
    }

    @Test("keeps 200 concurrent exchanges apart", arguments: Kind.all)
    func concurrent(kind: Kind) async throws {
        let server = try LoopbackServer { .response(200, body: $0.body) }
        try await withTransport(kind) { transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let text = try await transport.post(server.url, Array("\(number)".utf8)).body.text()
                        #expect(text == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(server.requests.count == 200)
    }

    @Test("opens no more connections than configured", arguments: Kind.all)
    func connectionLimit(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "ok") }
        var configuration = HTTPTransportConfiguration()
        configuration.maximumConnectionsPerHost = 2
        try await withTransport(kind, configuration) { transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = try await transport.get(server.url).body.text() } }
                try await group.waitForAll()
            }
        }
        #expect(server.requests.count == 20)
        #expect(server.acceptedConnectionCount <= 2)
    }
}
