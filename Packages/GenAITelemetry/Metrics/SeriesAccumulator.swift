// SPDX-License-Identifier: MIT
import GenAICore

/// Combines the measurements of all series of one stream. Knows no lock, clock or attribute set.
///
/// Series are numbered by a ``SeriesIndex``; their states lie side by side, so that a new series costs no allocation
/// of its own.
protocol SeriesAccumulator: Sendable {
    /// Adds a series that has no measurement yet.
    mutating func appendSeries()
    /// Combines a measurement with those before.
    mutating func record(_ value: MetricNumber, series: Int, origin: MeasurementOrigin?)
    /// The same aggregation with no series, but room for some.
    func emptied(capacity: Int) -> Self
    /// A copy that shares no storage, so that the next measurement need not copy; forgets the exemplars here.
    mutating func snapshot() -> Self
    /// The points of all series.
    func content(_ frame: CollectionFrame) -> MetricData.Content
}

/// What the points of one collection have besides their values.
struct CollectionFrame {
    let attributes: [Attributes]
    /// When each series began; used for cumulative points.
    let starts: [UnixNanoseconds]
    /// When the interval began; used for delta points.
    let intervalStart: UnixNanoseconds
    let nanoseconds: UnixNanoseconds
    let temporality: AggregationTemporality

    func start(of series: Int) -> UnixNanoseconds {
        temporality == .delta ? intervalStart : min(starts[series], nanoseconds)
    }
}

/// Adds up; whole numbers exactly, up to the ends of their range.
struct SumAccumulator: SeriesAccumulator {
    let isMonotonic: Bool
    let zero: MetricNumber
    private var sums: [MetricNumber] = []
    private var exemplars = ExemplarReservoir()

    init(isMonotonic: Bool, zero: MetricNumber) {
        self.isMonotonic = isMonotonic
        self.zero = zero
    }

    mutating func appendSeries() { sums.append(zero) }

    mutating func record(_ value: MetricNumber, series: Int, origin: MeasurementOrigin?) {
        sums[series].add(value)
        if let origin { exemplars.offer(value, origin, series: series) }
    }

    func emptied(capacity: Int) -> SumAccumulator {
        var empty = SumAccumulator(isMonotonic: isMonotonic, zero: zero)
        empty.sums.reserveCapacity(capacity)
        return empty
    }

    mutating func snapshot() -> SumAccumulator {
        var copy = self
        copy.sums = sums.map { $0 }
        exemplars = ExemplarReservoir()
        return copy
    }

    func content(_ frame: CollectionFrame) -> MetricData.Content {
        let bySeries = exemplars.bySeries()
        let points = frame.attributes.indices.map { series in
            NumberPoint(
                attributes: frame.attributes[series], startNanoseconds: frame.start(of: series),
                nanoseconds: frame.nanoseconds, value: sums[series], exemplars: bySeries[series] ?? [])
        }
        return .sum(MetricSum(points: points, temporality: frame.temporality, isMonotonic: isMonotonic))
    }
}

/// Keeps the last value.
struct LastValueAccumulator: SeriesAccumulator {
    let zero: MetricNumber
    private var values: [MetricNumber] = []
    private var exemplars = ExemplarReservoir()

    init(zero: MetricNumber) {
        self.zero = zero
    }

    mutating func appendSeries() { values.append(zero) }

    mutating func record(_ value: MetricNumber, series: Int, origin: MeasurementOrigin?) {
        values[series] = value
        if let origin { exemplars.offer(value, origin, series: series) }
    }

    func emptied(capacity: Int) -> LastValueAccumulator {
        var empty = LastValueAccumulator(zero: zero)
        empty.values.reserveCapacity(capacity)
        return empty
    }

    mutating func snapshot() -> LastValueAccumulator {
        var copy = self
        copy.values = values.map { $0 }
        exemplars = ExemplarReservoir()
        return copy
    }

    func content(_ frame: CollectionFrame) -> MetricData.Content {
        let bySeries = exemplars.bySeries()
        return .gauge(
            frame.attributes.indices.map { series in
                NumberPoint(
                    attributes: frame.attributes[series], nanoseconds: frame.nanoseconds, value: values[series],
                    exemplars: bySeries[series] ?? [])
            })
    }
}

extension MetricNumber {
    /// Adds a number; whole sums stop at the ends of their range.
    mutating func add(_ other: MetricNumber) {
        switch (self, other) {
        case (.int(let one), .int(let two)):
            let (sum, overflow) = one.addingReportingOverflow(two)
            self = .int(overflow ? (two > 0 ? .max : .min) : sum)
        case (.double(let one), .double(let two)): self = .double(one + two)
        default: self = .double(doubleValue + other.doubleValue)
        }
    }

    /// The difference to an earlier number.
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
