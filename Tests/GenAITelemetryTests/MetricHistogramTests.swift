// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@Suite("Histograms")
struct MetricHistogramTests {
    static let buckets: [(value: Double, bucket: Int)] = [
        (0, 0), (0.5, 0), (1, 0), (1.000_001, 1), (2, 1), (3, 2), (4, 2), (4.5, 3), (1e300, 3), (-0.0, 0),
    ]

    @Test("a value equal to a bound belongs to the bucket below it", arguments: buckets)
    func upperInclusive(value: Double, bucket: Int) throws {
        let fixture = MetricFixture()
        fixture.meter.histogram(named: "h", bounds: [1, 2, 4]).record(value)
        let point = try #require(fixture.reader.collect().histograms("h").first)
        var expected: [UInt64] = [0, 0, 0, 0]
        expected[bucket] = 1
        #expect(point.bucketCounts == expected)
        #expect(point.bounds == [1, 2, 4])
    }

    @Test("count, sum, smallest and largest value are those of the values recorded")
    func statistics() throws {
        let fixture = MetricFixture()
        let histogram = fixture.meter.histogram(named: "h", unit: "s", description: "what it is")
        for value in [3.0, 0.25, 700, 10_001] { histogram.record(value) }
        let metrics = fixture.reader.collect()
        let point = try #require(metrics.histograms("h").first)
        #expect(point.count == 4)
        #expect(point.sum == 10_704.25)
        #expect(point.min == 0.25)
        #expect(point.max == 10_001)
        #expect(point.bounds == [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000])
        #expect(point.bucketCounts == [0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
        #expect(metrics.first?.unit == "s")
        #expect(metrics.first?.description == "what it is")
    }

    static let refusedBounds: [[Double]] = [[1, 1], [2, 1], [.nan], [.infinity, 3], [-.infinity, 0]]

    @Test("bounds that do not ascend are refused in favour of the default", arguments: refusedBounds)
    func refused(bounds: [Double]) throws {
        let fixture = MetricFixture()
        fixture.meter.histogram(named: "h", bounds: bounds).record(1)
        let point = try #require(fixture.reader.collect().histograms("h").first)
        #expect(point.bounds == MetricAggregation.defaultBounds)
    }

    @Test("a final infinity is no bound of its own, and without bounds there is one bucket")
    func edgesOfBounds() throws {
        let fixture = MetricFixture()
        fixture.meter.histogram(named: "infinite", bounds: [1, .infinity]).record(2)
        fixture.meter.histogram(named: "none", bounds: []).record(2)
        let metrics = fixture.reader.collect()
        #expect(try #require(metrics.histograms("infinite").first).bounds == [1])
        #expect(try #require(metrics.histograms("infinite").first).bucketCounts == [0, 1])
        #expect(try #require(metrics.histograms("none").first).bucketCounts == [1])
    }

    @Test("negative values, infinities and what is not a number are discarded and counted")
    func discarded() throws {
        let fixture = MetricFixture()
        let histogram = fixture.meter.histogram(named: "discarding")
        for value: Double in [-1, .nan, .infinity, -.infinity, 5] { histogram.record(value) }
        let point = try #require(fixture.reader.collect().histograms("discarding").first)
        #expect(point.count == 1)
        #expect(point.sum == 5)
        #expect(fixture.provider.discardedMeasurementCount == 4)
    }

    @Test("the conventions' definitions carry name, unit and buckets")
    func definition() throws {
        let fixture = MetricFixture()
        fixture.meter.histogram(.genAIClientTokenUsage, of: Int.self).record(1024)
        let metrics = fixture.reader.collect()
        let point = try #require(metrics.histograms("gen_ai.client.token.usage").first)
        #expect(metrics.first?.unit == "{token}")
        #expect(point.bounds.first == 1)
        #expect(point.bounds.last == 67_108_864)
        #expect(point.bucketCounts.firstIndex(of: 1) == 5)
    }
}

@Suite("Exponential histograms")
struct MetricExponentialHistogramTests {
    private func point(_ values: [Double], maxSize: Int = 160) throws -> ExponentialHistogramPoint {
        let fixture = MetricFixture(histogram: .exponentialBuckets(maxSize: maxSize))
        let histogram = fixture.meter.histogram(named: "h")
        for value in values { histogram.record(value) }
        return try #require(fixture.reader.collect().exponentialHistograms("h").first)
    }

    /// The values that a bucket can hold.
    private func range(of index: Int, scale: Int) -> ClosedRange<Double> {
        let base = scale >= 0 ? pow2(1 / Double(1 << scale)) : pow2(Double(1 << -scale))
        return power(base, index)...power(base, index + 1)
    }

    static let spreads: [[Double]] = [
        [1], [1, 1, 1], [0.001, 1000], [1, 2, 4, 8, 16, 32], [0.1, 0.2, 0.3, 0.7, 12, 90, 3.5], [1e-300, 1e300],
        [Double.leastNonzeroMagnitude, 1.7e308],
    ]

    @Test("every value lies in the bounds of a bucket, and no more buckets are used than allowed", arguments: spreads)
    func valuesLieInBuckets(values: [Double]) throws {
        let point = try point(values)
        #expect(point.count == UInt64(values.count))
        #expect(point.positive.counts.reduce(0, +) == UInt64(values.count))
        #expect(point.positive.counts.count <= 160)
        for value in values where value.isNormal {
            let isCovered = point.positive.counts.indices.contains { position in
                guard point.positive.counts[position] > 0 else { return false }
                let range = range(of: point.positive.offset + position, scale: point.scale)
                return value >= range.lowerBound * (1 - 1e-9) && value <= range.upperBound * (1 + 1e-9)
            }
            #expect(isCovered, "\(value) at scale \(point.scale)")
        }
    }

    static let scales: [(values: [Double], maxSize: Int, scale: Int, offset: Int, counts: [UInt64])] = [
        ([1], 160, 20, -1, [1]),
        ([2], 160, 20, (1 << 20) - 1, [1]),
        ([1, 2], 2, 0, -1, [1, 1]),
        ([2, 4, 1], 4, 0, -1, [1, 1, 1]),
        ([1, 2, 4, 8], 4, 0, -1, [1, 1, 1, 1]),
        ([1, 2, 4, 8, 16], 4, -1, -1, [1, 2, 2]),
        ([1, 1.5, 2, 3, 4], 4, 0, -1, [1, 2, 2]),
    ]

    @Test("the scale falls just as far as the buckets need", arguments: scales)
    func scale(values: [Double], maxSize: Int, scale: Int, offset: Int, counts: [UInt64]) throws {
        let point = try point(values, maxSize: maxSize)
        #expect(point.scale == scale)
        #expect(point.positive.offset == offset)
        #expect(point.positive.counts == counts)
    }

    @Test("the order of the values does not matter")
    func order() throws {
        let values = [0.004, 1.7, 1, 250, 3.25, 0.5, 64, 9_000]
        let one = try point(values, maxSize: 20)
        let other = try point(values.reversed(), maxSize: 20)
        #expect(one.scale == other.scale)
        #expect(one.positive == other.positive)
    }

    @Test("zeros have a bucket of their own")
    func zeros() throws {
        let point = try point([0, -0.0, 3])
        #expect(point.zeroCount == 2)
        #expect(point.count == 3)
        #expect(point.min == 0)
        #expect(point.max == 3)
    }

    @Test("values below zero of an up-down counter are counted by magnitude, without a sum")
    func negative() throws {
        let view = MetricView(.init(name: "balance"), aggregation: .exponentialBuckets())
        let fixture = MetricFixture { $0.views = [view] }
        let counter = fixture.meter.upDownCounter(named: "balance", of: Double.self)
        for value in [-4.0, -4, 8] { counter.add(value) }
        let point = try #require(fixture.reader.collect().exponentialHistograms("balance").first)
        #expect(point.negative.counts.reduce(0, +) == 2)
        #expect(point.positive.counts.reduce(0, +) == 1)
        #expect(point.sum == nil)
        #expect(point.min == -4)
    }

    /// 2 to the power of a number, by Newton's method and squaring, so that the tests need no mathematics library.
    private func pow2(_ exponent: Double) -> Double {
        if exponent >= 1 { return power(2, Int(exponent)) }
        var root = 2.0
        var remaining = exponent
        while remaining < 1 {
            root = root.squareRoot()
            remaining *= 2
        }
        return root
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var factor = exponent < 0 ? 1 / base : base
        var rest = exponent.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
