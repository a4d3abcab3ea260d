// SPDX-License-Identifier: MIT
import GenAICore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Counts values in buckets whose bounds grow by a constant factor, which adapts to the range of the values.
///
/// Source: OpenTelemetry metrics SDK, Base2 Exponential Bucket Histogram Aggregation.
struct ExponentialAccumulator: Sendable {
    /// The settings that all series share.
    struct Layout: Sendable {
        var maxSize = 160
        var maxScale = 20
        /// False if values may be negative, because then the sum does not describe a rate.
        var recordsSum = true
        var recordsMinMax = true
    }

    let layout: Layout
    private var cells: [ExponentialCell] = []

    init(_ layout: Layout) {
        self.layout = layout
    }

    mutating func appendSeries() { cells.append(ExponentialCell(scale: layout.maxScale)) }

    /// Counts a value.
    ///
    /// - Returns: The value's power of 16. Buckets change with the scale, so exemplars cannot be stored by bucket.
    mutating func record(_ number: Double, series: Int) -> Int {
        cells[series].record(number, maxSize: layout.maxSize)
        return number == 0 ? .min : Int(number.magnitude.exponent) >> 2
    }

    func emptied(capacity: Int) -> ExponentialAccumulator {
        var empty = ExponentialAccumulator(layout)
        empty.cells.reserveCapacity(capacity)
        return empty
    }

    // The buckets are still shared: the next value of a series copies its buckets, 160 at most.
    /// Copies the storage that is shared with another copy.
    mutating func unshare() {
        cells = cells.map { $0 }
    }

    func content(_ frame: CollectionFrame, _ exemplars: [Int: [MetricExemplar]]) -> MetricData.Content {
        let points = frame.attributes.indices.map { series in
            let cell = cells[series]
            return ExponentialHistogramPoint(
                attributes: frame.attributes[series], startNanoseconds: frame.start(of: series),
                nanoseconds: frame.nanoseconds, count: cell.count, sum: layout.recordsSum ? cell.sum : nil,
                min: layout.recordsMinMax ? cell.min : nil, max: layout.recordsMinMax ? cell.max : nil,
                scale: cell.scale, zeroCount: cell.zeroCount, positive: cell.positive.points,
                negative: cell.negative.points, exemplars: exemplars[series] ?? [])
        }
        return .exponentialHistogram(MetricExponentialHistogramData(points: points, temporality: frame.temporality))
    }
}

/// The distribution of one series.
struct ExponentialCell: Sendable {
    private(set) var scale: Int
    private(set) var count: UInt64 = 0
    private(set) var sum = 0.0
    private(set) var min = Double.infinity
    private(set) var max = -Double.infinity
    private(set) var zeroCount: UInt64 = 0
    private(set) var positive = BucketRun()
    private(set) var negative = BucketRun()

    init(scale: Int) {
        self.scale = scale
    }

    mutating func record(_ value: Double, maxSize: Int) {
        count &+= 1
        sum += value
        min = Swift.min(min, value)
        max = Swift.max(max, value)
        if value == 0 {
            zeroCount &+= 1
        } else if value > 0 {
            positive.increment(makeRoom(for: value, in: positive, maxSize))
        } else {
            negative.increment(makeRoom(for: -value, in: negative, maxSize))
        }
    }

    /// Reduces the resolution of both sides until the buckets of the magnitude and the used ones fit.
    ///
    /// - Returns: The magnitude's bucket.
    private mutating func makeRoom(for magnitude: Double, in run: BucketRun, _ maxSize: Int) -> Int {
        let index = Self.index(of: magnitude, scale: scale)
        var low = Swift.min(run.low ?? index, index)
        var high = Swift.max(run.high ?? index, index)
        var change = 0
        while high - low >= maxSize {
            low >>= 1
            high >>= 1
            change += 1
        }
        guard change > 0 else { return index }
        scale -= change
        positive.downscale(by: change)
        negative.downscale(by: change)
        return index >> change
    }

    /// Returns the index of the bucket (base^index, base^(index+1)] that contains a magnitude above zero, with base =
    /// 2^(2^-scale).
    static func index(of magnitude: Double, scale: Int) -> Int {
        let exponent = Int(magnitude.exponent)
        let isPowerOfTwo = magnitude.significandBitPattern == 0 && magnitude.isNormal
        if scale <= 0 { return (isPowerOfTwo ? exponent - 1 : exponent) >> -scale }
        // Powers of two are bucket bounds, for which the logarithm might be inexact.
        if isPowerOfTwo { return (exponent << scale) - 1 }
        let position = (log2(magnitude.significand) * Double(1 << scale)).rounded(.up)
        let within = Swift.min(Swift.max(Int(position) - 1, 0), (1 << scale) - 1)
        return (exponent << scale) + within
    }
}

/// Adjacent buckets with an arbitrary start.
struct BucketRun: Sendable {
    private var offset = 0
    private var counts: [UInt64] = []

    var low: Int? { counts.isEmpty ? nil : offset }
    var high: Int? { counts.isEmpty ? nil : offset + counts.count - 1 }
    var points: ExponentialHistogramPoint.Buckets {
        ExponentialHistogramPoint.Buckets(offset: counts.isEmpty ? 0 : offset, counts: counts)
    }

    mutating func increment(_ index: Int) {
        if counts.isEmpty {
            offset = index
            counts.append(1)
            return
        }
        if index < offset {
            counts.insert(contentsOf: repeatElement(0, count: offset - index), at: 0)
            offset = index
        } else if index - offset >= counts.count {
            counts.append(contentsOf: repeatElement(0, count: index - offset - counts.count + 1))
        }
        counts[index - offset] &+= 1
    }

    /// Merges each group of 2^change neighbours.
    mutating func downscale(by change: Int) {
        guard let low, let high else { return }
        let first = low >> change
        var merged = [UInt64](repeating: 0, count: (high >> change) - first + 1)
        for (position, count) in counts.enumerated() {
            merged[((offset + position) >> change) - first] &+= count
        }
        offset = first
        counts = merged
    }
}
