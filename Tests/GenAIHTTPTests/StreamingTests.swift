// SPDX-License-Identifier: MIT

import GenAIHTTP
import LoopbackServer
import Testing

@Suite("HTTP transports: streaming and cancelling", .timeLimit(.minutes(1)))
struct StreamingTests {
    @Test("hands pieces on as they come, before the body ends", arguments: Kind.all)
    func piecewise(kind: Kind) async throws {
        let gates = [Gate(), Gate()]
        let server = try LoopbackServer { _ in
            .events([.event("one"), .wait(gates[0]), .event("two"), .wait(gates[1]), .event("three")])
        }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            #expect(response.headers["Content-Type"] == "text/event-stream")
            var body = response.body.makeAsyncIterator()
            #expect(try await body.nextText() == "data: one\n\n")
            gates[0].open()
            #expect(try await body.nextText() == "data: two\n\n")
            gates[1].open()
            #expect(try await body.nextText() == "data: three\n\n")
            #expect(try await body.next() == nil)
            #expect(try await body.next() == nil)
        }
    }

    @Test("returns when the head has arrived, before any of the body", arguments: Kind.all)
    func headFirst(kind: Kind) async throws {
        let gate = Gate()
        let server = try LoopbackServer { _ in .streaming([.wait(gate), .chunk("late")]) }
        try await withTransport(kind) { transport in
            let response = try await transport.get(server.url)
            #expect(response.status == 200)
            gate.open()
            #expect(try await response.body.text() == "late")
        }
    }

    @Test("sends nothing when the task is cancelled before", arguments: Kind.all)
    func cancelledBefore(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .text(200, "") }
        try await withTransport(kind) { transport in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                _ = try await transport.get(server.url)
            }
            task.cancel()
            let error = try await failure { try await task.value }
            #expect(error.code == .cancelled)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("closes the connection when the task is cancelled before the head", arguments: Kind.all)
    func cancelledAwaitingHead(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .hang }
        try await withTransport(kind) { transport in
            let task = Task { _ = try await transport.get(server.url) }
            await server.waitForRequests(1)
            task.cancel()
            let error = try await failure { try await task.value }
            #expect(error.code == .cancelled)
            await server.waitForDisconnects(1)
        }
    }

    @Test("closes the connection when the task is cancelled in the body", arguments: Kind.all)
    func cancelledInBody(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .streaming([.chunk("first"), .hang]) }
        try await withTransport(kind) { transport in
            let (pieces, feed) = AsyncStream.makeStream(of: [UInt8].self)
            let task = Task {
                for try await piece in try await transport.get(server.url).body { feed.yield(piece) }
            }
            for await piece in pieces {
                #expect(piece == Array("first".utf8))
                break
            }
            task.cancel()
            let error = try await failure { try await task.value }
            #expect(error.code == .cancelled)
            await server.waitForDisconnects(1)
        }
    }

    @Test("closes the connection when the iterator is dropped", arguments: Kind.all)
    func droppedIterator(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .streaming([.chunk("first"), .hang]) }
        try await withTransport(kind) { transport in
            for try await _ in try await transport.get(server.url).body { break }
            await server.waitForDisconnects(1)
        }
    }

    @Test("closes the connection when the response is dropped unread", arguments: Kind.all)
    func droppedResponse(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .streaming([.hang]) }
        try await withTransport(kind) { transport in
            _ = try await transport.get(server.url)
            await server.waitForDisconnects(1)
        }
    }

    @Test("keeps the connection open while a copy of the body is left", arguments: Kind.all)
    func copiedBody(kind: Kind) async throws {
        let gate = Gate()
        let server = try LoopbackServer { _ in .streaming([.wait(gate), .chunk("still here")]) }
        try await withTransport(kind) { transport in
            var bodies = [try await transport.get(server.url).body]
            bodies.append(bodies[0])
            bodies.removeFirst()
            gate.open()
            #expect(try await bodies[0].text() == "still here")
        }
    }

    @Test("survives cancelling at any moment", arguments: Kind.all)
    func cancelStorm(kind: Kind) async throws {
        let server = try LoopbackServer { request in
            switch request.index % 4 {
            case 0: .text(200, "whole")
            case 1: .redirect(to: "/next")
            case 2: .streaming([.chunk("a"), .chunk("b")])
            default: .text(401, "no", headers: [("WWW-Authenticate", "Basic realm=\"x\"")])
            }
        }
        try await withTransport(kind) { transport in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let task = Task { _ = try await transport.get(server.url).body.text() }
                        for _ in 0..<(number % 40) { await Task.yield() }
                        task.cancel()
                        switch await task.result {
                        case .success: break
                        case .failure(let error):
                            #expect((error as? HTTPTransportError)?.code == .cancelled, "\(error)")
                        }
                    }
                }
            }
            // The transport still works.
            let response = try await transport.get(server.url)
            #expect(response.status != 0)
        }
    }
}

extension HTTPBody.Iterator {
    fileprivate mutating func nextText() async throws -> String? {
        try await next().map { String(decoding: $0, as: UTF8.self) }
    }
}
