// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// The aggregation of one observable instrument for one reader and view.
///
/// Observations are totals. They are reported unchanged, or as differences from the previous collection.
final class ObservedStream: Sendable {
    fileprivate struct Known {
        var start: UnixNanoseconds
        var value: MetricNumber
    }

    fileprivate struct State {
        var known: [Attributes: Known] = [:]
        var lastNanoseconds: UnixNanoseconds
        var lastCollection: UInt64 = 0
    }

    let description: StreamDescription
    /// Indicates whether the sum only grows; `nil` for gauges.
    private let isMonotonic: Bool?
    private let shared: MetricShared
    private let state: Mutex<State>

    init(_ description: StreamDescription, isMonotonic: Bool?, shared: MetricShared) {
        self.description = description
        self.shared = shared
        self.isMonotonic = isMonotonic
        state = Mutex(State(lastNanoseconds: shared.now()))
    }

    /// Converts the observations of the callbacks to points.
    ///
    /// - Parameter collection: The number of the collection, taken before the callbacks ran. Of two concurrent
    ///   collections, the one that started earlier returns nothing if it finishes later, because its totals may be
    ///   older.
    func collect(
        _ observations: [Observation], at nanoseconds: UnixNanoseconds, collection: UInt64
    ) -> MetricData.Content? {
        let totals = totals(of: observations)
        guard let isMonotonic else {
            let points = totals.map {
                NumberPoint(attributes: $0.attributes, nanoseconds: nanoseconds, value: $0.value)
            }
            return points.isEmpty ? nil : .gauge(points)
        }
        let points = state.withLock { state -> [NumberPoint] in
            guard collection > state.lastCollection else { return [] }
            return state.points(for: totals, description, isMonotonic, at: nanoseconds, collection)
        }
        guard !points.isEmpty else { return nil }
        return .sum(MetricSum(points: points, temporality: description.temporality, isMonotonic: isMonotonic))
    }

    /// Sums observations that a view does not distinguish, and those beyond the limit.
    private func totals(of observations: [Observation]) -> [Observation] {
        var totals: [Observation] = []
        var places: [Attributes: Int] = [:]
        var byteCount = 0
        for observation in observations {
            var kept = description.filter?.kept(observation.attributes) ?? observation.attributes
            if places[kept] == nil {
                let byteCountWith = byteCount &+ kept.approximateByteCount
                if places.count >= description.cardinalityLimit || byteCountWith > description.byteLimit {
                    kept = StreamDescription.overflowAttributes
                    shared.countOverflow(in: description)
                } else {
                    byteCount = byteCountWith
                }
            }
            if let place = places[kept] {
                if isMonotonic == nil {
                    totals[place].value = observation.value
                } else {
                    totals[place].value.add(observation.value)
                }
            } else {
                places[kept] = totals.count
                totals.append(Observation(attributes: kept, value: observation.value))
            }
        }
        return totals
    }
}

extension ObservedStream.State {
    fileprivate mutating func points(
        for totals: [Observation], _ description: StreamDescription, _ isMonotonic: Bool, at time: UnixNanoseconds,
        _ collection: UInt64
    ) -> [NumberPoint] {
        let nanoseconds = max(time, lastNanoseconds)
        let points = totals.map { total -> NumberPoint in
            let before = known[total.attributes]
            var start = before?.start ?? lastNanoseconds
            var difference = before.map { total.value.subtracting($0.value) } ?? total.value
            if isMonotonic, difference.isNegative {
                // The total was reset.
                start = lastNanoseconds
                difference = total.value
            }
            known[total.attributes] = ObservedStream.Known(start: start, value: total.value)
            let isDelta = description.temporality == .delta
            return NumberPoint(
                attributes: total.attributes, startNanoseconds: isDelta ? lastNanoseconds : start,
                nanoseconds: nanoseconds, value: isDelta ? difference : total.value)
        }
        // A set that is not observed for a while must not count from zero when it returns, but the number of stored
        // sets must stay limited.
        if known.count > description.cardinalityLimit + 1 {
            let observed = Set(totals.map(\.attributes))
            known = known.filter { observed.contains($0.key) }
        }
        lastNanoseconds = nanoseconds
        lastCollection = collection
        return points
    }
}
