// SPDX-License-Identifier: MIT
import GenAICore

/// Combines the measurements of all series of one stream. Pure: no lock, clock or attribute set.
///
/// A ``SeriesIndex`` numbers the series, and their states are stored contiguously, so that a new series needs no
/// allocation of its own. One struct for all aggregations, of which one is used, because a generic or existential type
/// would make each measurement several times slower.
struct SeriesAccumulator: Sendable {
    private enum Kind { case sum, lastValue, histogram, exponential }

    private let kind: Kind
    private var sum = SumAccumulator(isMonotonic: false, zero: .int(0))
    private var lastValue = LastValueAccumulator(zero: .int(0))
    private var histogram = HistogramAccumulator(HistogramAccumulator.Layout(bounds: []))
    private var exponential = ExponentialAccumulator(ExponentialAccumulator.Layout())
    private var exemplars = ExemplarReservoir()

    init(_ sum: SumAccumulator) {
        kind = .sum
        self.sum = sum
    }

    init(_ lastValue: LastValueAccumulator) {
        kind = .lastValue
        self.lastValue = lastValue
    }

    init(_ histogram: HistogramAccumulator) {
        kind = .histogram
        self.histogram = histogram
    }

    init(_ exponential: ExponentialAccumulator) {
        kind = .exponential
        self.exponential = exponential
    }

    /// Adds a series without measurements.
    mutating func appendSeries() {
        switch kind {
        case .sum: sum.appendSeries()
        case .lastValue: lastValue.appendSeries()
        case .histogram: histogram.appendSeries()
        case .exponential: exponential.appendSeries()
        }
    }

    /// Combines a measurement with the earlier ones.
    mutating func record(_ value: MetricNumber, series: Int, origin: MeasurementOrigin?) {
        var bucket = 0
        switch kind {
        case .sum: sum.record(value, series: series)
        case .lastValue: lastValue.record(value, series: series)
        case .histogram: bucket = histogram.record(value.doubleValue, series: series)
        case .exponential: bucket = exponential.record(value.doubleValue, series: series)
        }
        if let origin { exemplars.offer(value, origin, series: series, bucket: bucket) }
    }

    /// Returns the same aggregation without series, but with capacity for some.
    func emptied(capacity: Int) -> SeriesAccumulator {
        switch kind {
        case .sum: SeriesAccumulator(sum.emptied(capacity: capacity))
        case .lastValue: SeriesAccumulator(lastValue.emptied(capacity: capacity))
        case .histogram: SeriesAccumulator(histogram.emptied(capacity: capacity))
        case .exponential: SeriesAccumulator(exponential.emptied(capacity: capacity))
        }
    }

    /// Returns a copy that shares no storage, so that the next measurement need not copy. Removes the exemplars from
    /// this one.
    mutating func snapshot() -> SeriesAccumulator {
        var copy = self
        copy.sum.unshare()
        copy.lastValue.unshare()
        copy.histogram.unshare()
        copy.exponential.unshare()
        exemplars = ExemplarReservoir()
        return copy
    }

    /// Returns the points of all series.
    func content(_ frame: CollectionFrame) -> MetricData.Content {
        let bySeries = exemplars.bySeries()
        switch kind {
        case .sum: return sum.content(frame, bySeries)
        case .lastValue: return lastValue.content(frame, bySeries)
        case .histogram: return histogram.content(frame, bySeries)
        case .exponential: return exponential.content(frame, bySeries)
        }
    }
}

/// The properties of the points of one collection besides their values.
struct CollectionFrame {
    let attributes: [Attributes]
    /// The start of each series, for cumulative points.
    let starts: [UnixNanoseconds]
    /// The start of the interval, for delta points.
    let intervalStart: UnixNanoseconds
    let nanoseconds: UnixNanoseconds
    let temporality: AggregationTemporality

    func start(of series: Int) -> UnixNanoseconds {
        temporality == .delta ? intervalStart : min(starts[series], nanoseconds)
    }
}

/// Sums values. Integer sums are exact and saturate at the ends of their range.
struct SumAccumulator: Sendable {
    let isMonotonic: Bool
    let zero: MetricNumber
    private var sums: [MetricNumber] = []

    init(isMonotonic: Bool, zero: MetricNumber) {
        self.isMonotonic = isMonotonic
        self.zero = zero
    }

    mutating func appendSeries() { sums.append(zero) }

    mutating func record(_ value: MetricNumber, series: Int) {
        sums[series].add(value)
    }

    func emptied(capacity: Int) -> SumAccumulator {
        var empty = SumAccumulator(isMonotonic: isMonotonic, zero: zero)
        empty.sums.reserveCapacity(capacity)
        return empty
    }

    /// Copies the storage that is shared with another copy.
    mutating func unshare() {
        sums = sums.map { $0 }
    }

    func content(_ frame: CollectionFrame, _ exemplars: [Int: [MetricExemplar]]) -> MetricData.Content {
        let points = frame.attributes.indices.map { series in
            NumberPoint(
                attributes: frame.attributes[series], startNanoseconds: frame.start(of: series),
                nanoseconds: frame.nanoseconds, value: sums[series], exemplars: exemplars[series] ?? [])
        }
        return .sum(MetricSum(points: points, temporality: frame.temporality, isMonotonic: isMonotonic))
    }
}

/// Keeps the last value.
struct LastValueAccumulator: Sendable {
    let zero: MetricNumber
    private var values: [MetricNumber] = []

    init(zero: MetricNumber) {
        self.zero = zero
    }

    mutating func appendSeries() { values.append(zero) }

    mutating func record(_ value: MetricNumber, series: Int) {
        values[series] = value
    }

    func emptied(capacity: Int) -> LastValueAccumulator {
        var empty = LastValueAccumulator(zero: zero)
        empty.values.reserveCapacity(capacity)
        return empty
    }

    /// Copies the storage that is shared with another copy.
    mutating func unshare() {
        values = values.map { $0 }
    }

    func content(_ frame: CollectionFrame, _ exemplars: [Int: [MetricExemplar]]) -> MetricData.Content {
        return .gauge(
            frame.attributes.indices.map { series in
                NumberPoint(
                    attributes: frame.attributes[series], nanoseconds: frame.nanoseconds, value: values[series],
                    exemplars: exemplars[series] ?? [])
            })
    }
}

extension MetricNumber {
    /// Adds a number. Integer sums saturate at the ends of their range.
    mutating func add(_ other: MetricNumber) {
        switch (self, other) {
        case (.int(let one), .int(let two)):
            let (sum, overflow) = one.addingReportingOverflow(two)
            self = .int(overflow ? (two > 0 ? .max : .min) : sum)
        case (.double(let one), .double(let two)): self = .double(one + two)
        default: self = .double(doubleValue + other.doubleValue)
        }
    }

    /// Returns the difference from an earlier number.
    func subtracting(_ other: MetricNumber) -> MetricNumber {
        switch (self, other) {
        case (.int(let one), .int(let two)): .int(one.subtractingReportingOverflow(two).partialValue)
        default: .double(doubleValue - other.doubleValue)
        }
    }

    var isNegative: Bool {
        switch self {
        case .int(let number): number < 0
        case .double(let number): number < 0
        }
    }

    var isFinite: Bool {
        switch self {
        case .int: true
        case .double(let number): number.isFinite
        }
    }
}
