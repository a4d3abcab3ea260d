// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@Suite("Metrics under concurrency", .timeLimit(.minutes(2)))
struct MetricConcurrencyTests {
    private static let recordCount = 40_000
    private static let setCount = 7

    /// Lets two tasks record while a third one collects, and returns all that was collected.
    private func collectWhileRecording(
        _ fixture: MetricFixture, _ record: @escaping @Sendable (Int) -> Void
    ) async -> [[MetricData]] {
        await withTaskGroup(of: [[MetricData]].self) { group in
            for _ in 0..<2 {
                group.addTask {
                    for number in 0..<Self.recordCount { record(number) }
                    return []
                }
            }
            group.addTask { [reader = fixture.reader] in
                var collections: [[MetricData]] = []
                for _ in 0..<200 {
                    collections.append(reader.collect())
                    await Task.yield()
                }
                return collections
            }
            let during = await group.reduce(into: []) { $0 += $1 }
            return during + [fixture.reader.collect()]
        }
    }

    private static func attributes(_ number: Int) -> Attributes { ["k": .int(number % setCount), "constant": "x"] }

    @Test("delta collections together hold every increment exactly once")
    func deltaCounter() async {
        let fixture = MetricFixture(.delta)
        let counter = fixture.meter.counter(named: "c")
        let collections = await collectWhileRecording(fixture) { counter.add(1, attributes: Self.attributes($0)) }
        var sums: [Attributes: Int] = [:]
        for point in collections.flatMap({ $0.numbers("c") }) {
            if case .int(let value) = point.value { sums[point.attributes, default: 0] += value }
        }
        let expected = (0..<Self.setCount).map { set in
            2 * (0..<Self.recordCount).count { $0 % Self.setCount == set }
        }
        #expect((0..<Self.setCount).map { sums[Self.attributes($0)] } == expected)
        #expect(sums.count == Self.setCount)
    }

    @Test("delta collections together hold every value of a histogram exactly once, by bucket and in the sum")
    func deltaHistogram() async {
        let fixture = MetricFixture(.delta)
        let histogram = fixture.meter.histogram(named: "h", bounds: [1, 2, 3], of: Int.self)
        let collections = await collectWhileRecording(fixture) {
            histogram.record($0 % 4 + 1, attributes: Self.attributes($0))
        }
        let points = collections.flatMap { $0.histograms("h") }
        var buckets: [UInt64] = [0, 0, 0, 0]
        for point in points { for (index, count) in point.bucketCounts.enumerated() { buckets[index] += count } }
        let each = UInt64(2 * Self.recordCount / 4)
        #expect(buckets == [each, each, each, each])
        #expect(points.reduce(0) { $0 + $1.count } == UInt64(2 * Self.recordCount))
        #expect(points.reduce(0) { $0 + ($1.sum ?? 0) } == Double(each) * 10)
        #expect(points.allSatisfy { $0.count == $0.bucketCounts.reduce(0, +) })
    }

    @Test("counters remembered for one attribute set lose nothing to collections either")
    func boundDelta() async {
        let fixture = MetricFixture(.delta)
        let counter = fixture.meter.counter(named: "c")
        let bound = (0..<Self.setCount).map { counter.bound(to: Self.attributes($0)) }
        let collections = await collectWhileRecording(fixture) { bound[$0 % Self.setCount].add(1) }
        let sum = collections.flatMap { $0.numbers("c") }.reduce(0.0) { $0 + $1.value.doubleValue }
        #expect(sum == Double(2 * Self.recordCount))
    }

    @Test("cumulative points never go back and end at the exact sum")
    func cumulative() async {
        let fixture = MetricFixture()
        let counter = fixture.meter.counter(named: "c")
        let collections = await collectWhileRecording(fixture) { counter.add(1, attributes: Self.attributes($0)) }
        let sums = collections.map { $0.numbers("c").reduce(0.0) { $0 + $1.value.doubleValue } }
        #expect(zip(sums, sums.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(sums.last == Double(2 * Self.recordCount))
    }

    @Test("beyond the cardinality limit nothing is lost or counted twice either")
    func overflow() async {
        let fixture = MetricFixture(.delta) { $0.cardinalityLimit = 20 }
        let counter = fixture.meter.counter(named: "c")
        let collections = await collectWhileRecording(fixture) { counter.add(1, attributes: ["k": .int($0 % 50)]) }
        let points = collections.flatMap { $0.numbers("c") }
        #expect(points.reduce(0.0) { $0 + $1.value.doubleValue } == Double(2 * Self.recordCount))
        #expect(collections.allSatisfy { $0.numbers("c").count <= 21 })
    }

    @Test("an instrument asked for by many at once is made once")
    func creation() async {
        let fixture = MetricFixture()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask { fixture.meter.counter(named: "same").add(1) }
            }
        }
        #expect(fixture.reader.collect().numbers("same").map(\.value) == [.int(50)])
    }

    @Test("overlapping collections of a growing total add up to it")
    func observable() async {
        let fixture = MetricFixture(.delta)
        let total = MetricTime()
        fixture.meter.observableCounter(named: "o").addCallback { $0.observe(Int(total.now)) }
        let reader = fixture.reader
        let sum = await withTaskGroup(of: Double.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var sum = 0.0
                    for _ in 0..<500 {
                        total.now += 1
                        sum += reader.collect().numbers("o").reduce(0) { $0 + $1.value.doubleValue }
                    }
                    return sum
                }
            }
            return await group.reduce(0, +)
        }
        total.now = 1_000_000
        let rest = reader.collect().numbers("o").reduce(0) { $0 + $1.value.doubleValue }
        // `total.now += 1` may fall back by a step when tasks race, which counts as a restart: hence at least.
        #expect(sum + rest >= 1_000_000)
    }
}
