// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// The state that all instruments of a provider share.
final class MetricShared: Sendable {
    let resource: Resource
    let views: [MetricView]
    let exemplarFilter: ExemplarFilter
    let callDimensions: [AttributeName]
    let cardinalityLimit: Int
    let seriesByteLimit: Int
    let now: @Sendable () -> UnixNanoseconds
    private let stopped = Atomic<Bool>(false)
    private let discarded = Atomic<Int>(0)
    private let overflowed = Atomic<Int>(0)

    init(_ configuration: MeterProvider.Configuration) {
        resource = configuration.resource
        views = configuration.views
        exemplarFilter = configuration.exemplarFilter
        callDimensions = configuration.callDimensions.map { AttributeName($0) }
        cardinalityLimit = max(1, configuration.cardinalityLimit)
        seriesByteLimit = max(0, configuration.maxSeriesBytes)
        now = configuration.now
    }

    var isStopped: Bool { stopped.load(ordering: .relaxed) }
    var discardedCount: Int { discarded.load(ordering: .relaxed) }
    var overflowedCount: Int { overflowed.load(ordering: .relaxed) }

    /// Makes all instruments ignore further measurements.
    ///
    /// - Returns: Whether they were stopped already.
    func stop() -> Bool { stopped.exchange(true, ordering: .relaxed) }

    func countDiscarded(_ problem: String, by instrument: InstrumentDescriptor) {
        discarded.add(1, ordering: .relaxed)
        Diagnostics.report(
            .warning, "Meter", "\(instrument.name): a measurement was discarded because it is \(problem)",
            key: "discarded \(instrument.name)")
    }

    func countOverflow(in stream: StreamDescription) {
        let isFirst = overflowed.add(1, ordering: .relaxed).oldValue == 0
        // Every further measurement of a new set reaches this line, so most of them are not reported.
        guard isFirst || overflowedCount.isMultiple(of: 1024) else { return }
        Diagnostics.report(
            .warning, "Meter",
            "\(stream.name) has more than \(stream.cardinalityLimit) attribute sets, or more than \(stream.byteLimit) bytes "
                + "of them; further ones are combined in one series with otel.metric.overflow=true",
            key: "overflow \(stream.name)")
    }
}
