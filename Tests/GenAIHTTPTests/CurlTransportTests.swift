// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import LoopbackServer
    import Testing

    @testable import GenAIHTTP

    /// Responses that would crash the process inside FoundationNetworking, and differences from URLSession there.
    @Suite("CurlTransport: what URLSession on Linux cannot", .timeLimit(.minutes(1)))
    struct CurlTransportTests {
        private static func raw(_ text: String) -> Reply {
            Reply([.bytes(Array(text.utf8)), .close])
        }

        @Test("is the default")
        func isDefault() throws {
            #expect(CurlTransport.isAvailable)
            #expect(makeDefaultTransport() is CurlTransport)
            let configured = try makeDefaultTransport(HTTPTransportConfiguration())
            #expect(configured is CurlTransport)
        }

        static let wholeHead = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\n"

        @Test("reports a connection that is closed anywhere in the response head", arguments: 0..<wholeHead.utf8.count)
        func closedInHead(count: Int) async throws {
            let server = try LoopbackServer { _ in Reply([.bytes(Array(Self.wholeHead.utf8.prefix(count))), .close]) }
            let error = try await failure { try await withTransport(.curl) { _ = try await $0.post(server.url, [1]) } }
            // Before the version is there, it may be no HTTP at all.
            #expect(error.code == .connection || (error.code == .protocolViolation && count < 9), "\(error)")
            #expect(server.requests.count == 1)
        }

        @Test("reports a connection that is closed after a 1xx head")
        func closedAfterInformational() async throws {
            let server = try LoopbackServer { _ in Self.raw("HTTP/1.1 100 Continue\r\n\r\n") }
            let error = try await failure { try await withTransport(.curl) { _ = try await $0.get(server.url) } }
            #expect(error.code == .connection)
        }

        @Test("leaves trailer fields out, and the connection usable")
        func trailers() async throws {
            let server = try LoopbackServer { _ in
                Reply([
                    .head(200, [("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum")]), .chunk("hello"),
                    .bytes(Array("0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n".utf8)),
                ])
            }
            try await withTransport(.curl) { transport in
                for _ in 0..<3 {
                    let response = try await transport.get(server.url)
                    #expect(try await response.body.text() == "hello")
                    #expect(response.headers["X-Sum"] == nil)
                }
            }
            #expect(server.acceptedConnectionCount == 1)
        }

        @Test(
            "reports a length that no body has",
            arguments: ["9223372036854775807", "9223372036854775808", "-1", "99999999999999999999999", "1x"])
        func absurdLength(length: String) async throws {
            let server = try LoopbackServer { _ in
                Self.raw("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nbody")
            }
            let error = try await failure {
                try await withTransport(.curl) { _ = try await $0.get(server.url).body.text() }
            }
            #expect(error.code == .protocolViolation)
        }

        @Test(
            "gives up on a head without end",
            arguments: ["X: \(String(repeating: "x", count: 1_000))\r\n", "a: b\r\n", "\r\nHTTP/1.1 100 Continue\r\n"])
        func endlessHead(line: String) async throws {
            let lines = String(repeating: line, count: 400_000 / line.utf8.count)
            let server = try LoopbackServer { _ in
                Reply([.bytes(Array(("HTTP/1.1 100 Continue\r\n" + lines).utf8)), .hang])
            }
            try await withTransport(.curl) { transport in
                let error = try await failure { _ = try await transport.get(server.url) }
                #expect([.tooLarge, .protocolViolation].contains(error.code), "\(error)")
                await server.waitForDisconnects(1)
            }
        }

        @Test("keeps the body of a redirect and all fields of one name")
        func redirectBody() async throws {
            let server = try LoopbackServer { _ in
                .text(302, "over there", headers: [("Location", "/there"), ("X-A", "1"), ("X-A", "2")])
            }
            try await withTransport(.curl) { transport in
                let response = try await transport.get(server.url)
                #expect(response.headers.fields.filter { $0.name == "X-A" }.map(\.value) == ["1", "2"])
                #expect(try await response.body.text() == "over there")
            }
        }

        @Test("sends the fields it is given, empty ones too, and adds as few as it can")
        func fields() async throws {
            let server = try LoopbackServer { _ in .text(200, "") }
            let headers: HTTPHeaders = ["X-Empty": "", "Expect": "100-continue"]
            let body = [UInt8](repeating: 1, count: 3_000_000)
            _ = try await withTransport(.curl) { try await $0.post(server.url, body, headers: headers).body.text() }
            let names = server.requests[0].headers.map { $0.name.lowercased() }
            #expect(server.requests[0].header("X-Empty") == "")
            #expect(
                Set(names) == ["host", "accept", "accept-encoding", "content-type", "content-length", "x-empty"])
        }

        @Test("sends any method, with and without a body", arguments: ["PATCH", "DELETE", "QUERY", "POST", "OPTIONS"])
        func methods(method: String) async throws {
            let server = try LoopbackServer { _ in .text(200, "ok") }
            try await withTransport(.curl) { transport in
                for body in [[], [1, 2, 3]] as [[UInt8]] {
                    let request = HTTPRequest(method: method, url: server.url, body: body)
                    let text = try await transport.send(request).body.text()
                    #expect(text == "ok")
                }
            }
            #expect(server.requests.map(\.method) == [method, method])
            #expect(server.requests.map(\.body) == [[], [1, 2, 3]])
        }

        @Test("answers a HEAD request without waiting for a body")
        func head() async throws {
            let server = try LoopbackServer { _ in Reply([.head(200, [("Content-Length", "10")])]) }
            try await withTransport(.curl) { transport in
                let response = try await transport.send(HTTPRequest(method: "HEAD", url: server.url))
                #expect(response.headers["Content-Length"] == "10")
                #expect(try await response.body.text().isEmpty)
            }
        }

        @Test("does not repeat a POST without a body when a reused connection breaks")
        func emptyPost() async throws {
            let server = try LoopbackServer { $0.index == 1 ? .closeAfterRequest : .text(200, "ok") }
            try await withTransport(.curl) { transport in
                _ = try await transport.get(server.url).body.text()
                let error = try await failure { _ = try await transport.post(server.url, []) }
                #expect(error.code == .connection)
            }
            #expect(server.requests.count == 2)
        }

        @Test("cancelling makes room for a request that waits for a connection")
        func room() async throws {
            let server = try LoopbackServer { $0.index == 0 ? .hang : .text(200, "next") }
            var configuration = HTTPTransportConfiguration()
            configuration.maximumConnectionsPerHost = 1
            try await withTransport(.curl, configuration) { transport in
                let first = Task { _ = try await transport.get(server.url) }
                await server.waitForRequests(1)
                async let second = transport.get(server.url).body.text()
                first.cancel()
                let text = try await second
                #expect(text == "next")
            }
        }

        @Test("gives up on a TLS handshake that does not come, and closes the connection")
        func connectTimeout() async throws {
            let server = try LoopbackServer(admission: { _ in .ignore }, handler: { _ in .hang })
            let url = server.url.replacing("http:", with: "https:")
            try await withTransport(.curl) { transport in
                let timeouts = HTTPTimeouts(connect: .milliseconds(50))
                let error = try await failure { _ = try await transport.get(url, timeouts: timeouts) }
                #expect(error.code == .timedOut)
                #expect(error.message.contains("connect"))
                await server.waitForNoConnections()
            }
        }

        @Test("bears an answer that comes before the body is sent, and the end of the connection after it")
        func earlyAnswer() async throws {
            let server = try LoopbackServer { _ in .text(200, "") }
            // A head beyond the server's limit: it answers 400 and closes, whatever is still to come.
            let headers: HTTPHeaders = ["X-Long": String(repeating: "x", count: 200_000)]
            let body = [UInt8](repeating: 7, count: 20_000_000)
            let result = await Task {
                try await withTransport(.curl) { try await $0.post(server.url, body, headers: headers).status }
            }.result
            switch result {
            case .success(let status): #expect(status == 400)
            case .failure(let error): #expect((error as? HTTPTransportError)?.code == .connection)
            }
        }

        @Test("does not hold the consumer's slowness against the server")
        func haltedIsNoStall() async throws {
            let server = try LoopbackServer { _ in .huge(20_000_000) }
            var configuration = HTTPTransportConfiguration()
            configuration.bufferLimit = 100_000
            try await withTransport(.curl, configuration) { transport in
                let timeouts = HTTPTimeouts(head: .seconds(30), betweenChunks: .seconds(30))
                var count = 0
                for try await piece in try await transport.get(server.url, timeouts: timeouts).body {
                    count += piece.count
                    for _ in 0..<10 { await Task.yield() }
                }
                #expect(count == 20_000_000)
            }
        }

        @Test("survives cancelling, pausing and shutting down at any moment")
        func storm() async throws {
            let server = try LoopbackServer { request in
                switch request.index % 3 {
                case 0: .huge(500_000)
                case 1: .text(200, "whole")
                default: .streaming([.chunk("a"), .hang])
                }
            }
            for round in 0..<10 {
                var configuration = HTTPTransportConfiguration()
                configuration.bufferLimit = 32_768
                configuration.maximumConnectionsPerHost = 8
                let transport = try CurlTransport(configuration)
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<60 {
                        group.addTask {
                            let task = Task {
                                for try await _ in try await transport.get(server.url).body { await Task.yield() }
                            }
                            for _ in 0..<(number * 7) { await Task.yield() }
                            if !number.isMultiple(of: 5) { task.cancel() }
                            if case .failure(let error) = await task.result {
                                #expect(
                                    [.cancelled, .shutDown].contains((error as? HTTPTransportError)?.code), "\(error)")
                            }
                        }
                    }
                    await server.waitForRequests((round + 1) * 10)
                    transport.shutdown()
                }
            }
            await server.waitForNoConnections()
        }
    }
#endif
