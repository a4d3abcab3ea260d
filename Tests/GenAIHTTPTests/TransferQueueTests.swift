// SPDX-License-Identifier: MIT

import Testing

@testable import GenAIHTTP

@Suite("TransferQueue")
struct TransferQueueTests {
    @Test("begins up to the limit, then one for each that ends, in the order they came")
    func order() {
        var queue = TransferQueue<Int>(limit: 2)
        #expect((0..<5).map { queue.add($0, number: $0, host: "a") } == [0, 1, nil, nil, nil])
        #expect((0..<5).map { _ in queue.takeNext(afterOneOf: "a") } == [2, 3, 4, nil, nil])
        #expect((5..<8).map { queue.add($0, number: $0, host: "a") } == [5, 6, nil])
    }

    @Test("counts each host for itself")
    func hosts() {
        var queue = TransferQueue<Int>(limit: 1)
        #expect(queue.add(1, number: 1, host: "a") == 1)
        #expect(queue.add(2, number: 2, host: "b") == 2)
        #expect(queue.add(3, number: 3, host: "b") == nil)
        #expect(queue.takeNext(afterOneOf: "a") == nil)
        #expect(queue.takeNext(afterOneOf: "b") == 3)
    }

    @Test("passes over those that were taken out")
    func removal() {
        var queue = TransferQueue<Int>(limit: 1)
        for number in 0..<4 { _ = queue.add(number, number: number, host: "a") }
        queue.remove(1)
        queue.remove(1)
        queue.remove(99)
        #expect(queue.takeNext(afterOneOf: "a") == 2)
        #expect(queue.removeAll() == [3])
        #expect(queue.add(5, number: 5, host: "a") == 5)
    }

    @Test("lets at least one run", arguments: [0, -1, Int.min])
    func noLimit(limit: Int) {
        var queue = TransferQueue<Int>(limit: limit)
        #expect(queue.add(1, number: 1, host: "a") == 1)
        #expect(queue.add(2, number: 2, host: "a") == nil)
    }

    @Test("agrees with a plain list, whatever comes and goes")
    func model() {
        var random = SystemRandomNumberGenerator()
        var queue = TransferQueue<Int>(limit: 3)
        var (runningCount, waiting): (Int, [Int]) = (0, [])
        for number in 0..<20_000 {
            switch UInt8.random(in: 0..<9, using: &random) {
            case 0..<4:
                let begins = queue.add(number, number: number, host: "a") == number
                #expect(begins == (runningCount < 3))
                if begins { runningCount += 1 } else { waiting.append(number) }
            case 4..<6 where !waiting.isEmpty:
                queue.remove(waiting.remove(at: Int.random(in: waiting.indices, using: &random)))
            case 6... where runningCount > 0:
                #expect(queue.takeNext(afterOneOf: "a") == waiting.first)
                if waiting.isEmpty { runningCount -= 1 } else { waiting.removeFirst() }
            default: break
            }
        }
        #expect(queue.removeAll().sorted() == waiting)
    }
}
