// SPDX-License-Identifier: MIT

import LoopbackServer
import Testing

@testable import GenAIHTTP

@Suite("Queue of deadlines")
struct DeadlineQueueTests {
    private let start = ContinuousClock.now
    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("gives out what is due and no more, the earliest first")
    func order() {
        var queue = DeadlineQueue<String>()
        for (number, second) in [5, 1, 9, 3, 7].enumerated() {
            queue.watch("\(second)", number: number, until: at(second))
        }
        queue.watch("never", number: 9, until: nil)
        #expect(queue.next() == at(1))
        #expect(queue.takeDue(at: at(0)).isEmpty)
        #expect(queue.takeDue(at: at(5)).map(\.element) == ["1", "3", "5"])
        #expect(queue.next() == at(7))
        #expect(queue.takeDue(at: at(100)).map(\.element) == ["7", "9"])
        #expect(queue.next() == nil)
    }

    @Test("moves an element to an earlier time, and leaves it where it is for a later one")
    func move() {
        var queue = DeadlineQueue<String>()
        queue.watch("a", number: 1, until: at(10))
        queue.watch("a", number: 1, until: at(5))
        queue.watch("a", number: 1, until: at(7))
        #expect(queue.takeDue(at: at(20)).count == 1)
        #expect(queue.count == 0)
    }

    @Test("holds no place for what is over, however far off its deadline was")
    func removal() {
        var queue = DeadlineQueue<String>()
        for number in 0..<100_000 {
            queue.watch("x", number: number, until: at(600 + number))
            if number >= 100 { queue.remove(number - 100) }
        }
        #expect(queue.count == 100)
        #expect(queue.heldCount < 300)
        for number in 99_900..<100_000 { queue.remove(number) }
        #expect(queue.next() == nil)
        #expect(queue.heldCount == 0)
    }

    @Test("gives out everything that was not removed, once", arguments: 1...20)
    func model(seed: UInt64) {
        var (state, queue, model) = (seed, DeadlineQueue<Int>(), [Int: Int]())
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for number in 0..<2_000 {
            let second = random(1_000)
            queue.watch(number, number: number, until: at(second))
            model[number] = second
            let other = random(number + 1)
            if random(3) == 0 {
                queue.remove(other)
                model[other] = nil
            } else if random(5) == 0 {
                let now = random(1_000)
                let due = queue.takeDue(at: at(now)).map(\.element).sorted()
                #expect(due == model.filter { $0.value <= now }.keys.sorted())
                for number in due { model[number] = nil }
            }
            #expect(queue.count == model.count)
            #expect(queue.next() == model.values.min().map { at($0) })
        }
    }
}

@Suite("HTTP transports: deadlines", .timeLimit(.minutes(1)))
struct DeadlineCostTests {
    @Test("a request that is over leaves no deadline behind", arguments: Kind.all)
    func nothingLeft(kind: Kind) async throws {
        let server = try LoopbackServer { $0.path == "/refuse" ? .text(500, "no") : .text(200, "ok") }
        try await withTransport(kind) { transport in
            let timeouts = HTTPTimeouts(head: .seconds(600), betweenChunks: .seconds(500), total: .seconds(700))
            for path in ["/", "/refuse", "/"] {
                _ = try await transport.get(server.url + path, timeouts: timeouts).body.text()
            }
            _ = try await transport.get(server.url, timeouts: timeouts)  // dropped unread
            let refused = try LoopbackServer.refusedURL()
            _ = try await failure { _ = try await transport.get(refused, timeouts: timeouts) }
            for _ in 0..<1_000_000 where transport.watchedCount > 0 { await Task.yield() }
            #expect(transport.watchedCount == 0)
        }
    }

    @Test("a request that runs is watched", arguments: Kind.all)
    func watched(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .hang }
        try await withTransport(kind) { transport in
            let task = Task { try await transport.get(server.url, timeouts: HTTPTimeouts(head: .seconds(600))) }
            await server.waitForRequests(1)
            #expect(transport.watchedCount == 1)
            task.cancel()
            _ = await task.result
        }
    }

    @Test("a limit on the body that is shorter than what is left for the head ends a stalled body", arguments: Kind.all)
    func shorterAfterHead(kind: Kind) async throws {
        let server = try LoopbackServer { _ in .streaming([.chunk("first"), .hang]) }
        try await withTransport(kind) { transport in
            let timeouts = HTTPTimeouts(head: .seconds(600), betweenChunks: .milliseconds(50))
            let error = try await failure {
                _ = try await transport.get(server.url, timeouts: timeouts).body.text()
            }
            #expect(error.code == .timedOut)
            #expect(error.message.contains("betweenChunks"))
        }
    }
}
