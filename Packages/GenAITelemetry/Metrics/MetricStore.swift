// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// The properties of the metric of one stream.
struct StreamDescription: Sendable {
    var name: String
    var description: String
    var unit: String
    /// The filter for attributes that distinguish series; `nil` means all.
    var filter: AttributeFilter?
    var temporality: AggregationTemporality
    /// The maximum number of series besides the overflow series.
    var cardinalityLimit: Int
    /// The maximum size of all their attribute sets in bytes.
    var byteLimit: Int

    static let overflowAttributes: Attributes = ["otel.metric.overflow": true]
}

/// The aggregation of one instrument for one reader and view.
///
/// Measurements are added directly to the states of the series, under one short lock. A collection of delta points
/// replaces the store's content with an empty one, so that idle series are released and no measurement counts twice; a
/// collection of cumulative points copies the states.
final class MetricStore: Sendable {
    private struct State {
        var index = SeriesIndex()
        var accumulator: SeriesAccumulator
        var starts: [UnixNanoseconds] = []
        var intervalStart: UnixNanoseconds
        var overflowSeries: Int?
        var generation: UInt32 = 0

        /// Returns the series of a set, or the overflow series beyond the limit.
        mutating func series(
            _ hash: UInt64, _ kept: Attributes, _ description: StreamDescription, at nanoseconds: UnixNanoseconds
        ) -> Int {
            if let known = index.find(hash, kept, filter: nil) { return known }
            let count = index.count - (overflowSeries == nil ? 0 : 1)
            if count < description.cardinalityLimit,
                index.byteCount &+ kept.approximateByteCount <= description.byteLimit
            {
                return append(hash, kept, nanoseconds)
            }
            if let overflowSeries { return overflowSeries }
            let overflow = StreamDescription.overflowAttributes
            let series = append(AttributeHash.of(overflow, filter: nil), overflow, nanoseconds)
            overflowSeries = series
            return series
        }

        private mutating func append(_ hash: UInt64, _ set: Attributes, _ nanoseconds: UnixNanoseconds) -> Int {
            let series = index.insert(hash, set)
            accumulator.appendSeries()
            starts.append(nanoseconds)
            return series
        }
    }

    let description: StreamDescription
    private let shared: MetricShared
    private let state: Mutex<State>

    init(_ description: StreamDescription, _ accumulator: SeriesAccumulator, shared: MetricShared) {
        self.description = description
        self.shared = shared
        state = Mutex(State(accumulator: accumulator, intervalStart: shared.now()))
    }

    func record(_ value: MetricNumber, _ attributes: Attributes, _ origin: MeasurementOrigin?) {
        let filter = description.filter
        let hash = AttributeHash.of(attributes, filter: filter)
        var origin = origin
        if origin != nil, let filter { origin?.filteredAttributes = filter.dropped(attributes) }
        let isKnown = state.withLock { state in
            guard let series = state.index.find(hash, attributes, filter: filter) else { return false }
            state.accumulator.record(value, series: series, origin: origin)
            return true
        }
        if isKnown { return }
        _ = recordFirst(value, hash, filter?.kept(attributes) ?? attributes, origin)
    }

    /// Records a measurement of a set that may be new.
    ///
    /// - Returns: The position of the set's series; `nil` if it has none of its own.
    fileprivate func recordFirst(
        _ value: MetricNumber, _ hash: UInt64, _ kept: Attributes, _ origin: MeasurementOrigin?
    ) -> SeriesPosition? {
        let nanoseconds = shared.now()
        let (position, overflows) = state.withLock { state -> (SeriesPosition, Bool) in
            let series = state.series(hash, kept, description, at: nanoseconds)
            state.accumulator.record(value, series: series, origin: origin)
            return (SeriesPosition(generation: state.generation, series: series), series == state.overflowSeries)
        }
        guard overflows else { return position }
        shared.countOverflow(in: description)
        return nil
    }

    /// Records a measurement of a set, given the last known position of its series.
    ///
    /// - Returns: Whether the series is still at that position.
    fileprivate func record(
        _ value: MetricNumber, at position: SeriesPosition, _ hash: UInt64, _ origin: MeasurementOrigin?
    ) -> Bool {
        state.withLock { state in
            guard position.generation == state.generation, state.index.holds(position.series, hash) else {
                return false
            }
            state.accumulator.record(value, series: position.series, origin: origin)
            return true
        }
    }

    /// Returns the points since the last collection or since the start; `nil` if there are none.
    func collect(at nanoseconds: UnixNanoseconds) -> MetricData.Content? {
        let taken = description.temporality == .delta ? takeInterval(until: nanoseconds) : copyState(at: nanoseconds)
        guard taken.frame.attributes.count > 0 else { return nil }
        return taken.accumulator.content(taken.frame)
    }

    private func takeInterval(until nanoseconds: UnixNanoseconds) -> (
        accumulator: SeriesAccumulator, frame: CollectionFrame
    ) {
        // Created before the lock is taken, with the current number of series as capacity, because most of them recur.
        let (count, prototype) = state.withLock { ($0.index.count, $0.accumulator.emptied(capacity: 0)) }
        var fresh = State(accumulator: prototype.emptied(capacity: count), intervalStart: nanoseconds)
        fresh.index = SeriesIndex(capacity: count)
        fresh.starts.reserveCapacity(count)
        let taken = state.withLock { state in
            fresh.generation = state.generation &+ 1
            fresh.intervalStart = max(nanoseconds, state.intervalStart)
            swap(&state, &fresh)
            return fresh
        }
        return (taken.accumulator, frame(taken, at: nanoseconds))
    }

    private func copyState(at nanoseconds: UnixNanoseconds) -> (accumulator: SeriesAccumulator, frame: CollectionFrame)
    {
        let copy = state.withLock { state in
            var copy = state
            copy.accumulator = state.accumulator.snapshot()
            return copy
        }
        return (copy.accumulator, frame(copy, at: nanoseconds))
    }

    private func frame(_ state: State, at nanoseconds: UnixNanoseconds) -> CollectionFrame {
        CollectionFrame(
            attributes: state.index.attributes, starts: state.starts, intervalStart: state.intervalStart,
            nanoseconds: max(nanoseconds, state.intervalStart), temporality: description.temporality)
    }
}

/// The position of a series in a store, valid until the generation changes.
struct SeriesPosition: Sendable {
    let generation: UInt32
    let series: Int

    init(generation: UInt32, series: Int) {
        self.generation = generation
        self.series = series
    }

    /// Creates a position from one word, as an atomic stores it.
    init(packed: UInt64) {
        generation = UInt32(truncatingIfNeeded: packed >> 32)
        // Truncated on 32-bit platforms, where the value of an unused hint does not fit. The generation makes it
        // invalid.
        series = Int(truncatingIfNeeded: UInt32(truncatingIfNeeded: packed))
    }

    var packed: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: series)) }
}

/// One series of a store, identified by its position.
final class BoundSeries: Sendable {
    private let store: MetricStore
    private let kept: Attributes
    private let dropped: Attributes
    private let hash: UInt64
    /// A hint: the store checks it against its generation and the hash.
    private let position = Atomic<UInt64>(.max)

    init(store: MetricStore, attributes: Attributes) {
        self.store = store
        let filter = store.description.filter
        kept = filter?.kept(attributes) ?? attributes
        dropped = filter?.dropped(attributes) ?? [:]
        hash = AttributeHash.of(attributes, filter: filter)
    }

    func record(_ value: MetricNumber, _ origin: MeasurementOrigin?) {
        var origin = origin
        origin?.filteredAttributes = dropped
        let last = SeriesPosition(packed: position.load(ordering: .relaxed))
        if store.record(value, at: last, hash, origin) { return }
        if let found = store.recordFirst(value, hash, kept, origin) {
            position.store(found.packed, ordering: .relaxed)
        }
    }
}
