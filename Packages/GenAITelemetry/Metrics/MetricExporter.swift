// SPDX-License-Identifier: MIT

/// The last stage of the metrics pipeline: delivers collected metrics somewhere.
///
/// The reader calls ``export(_:)`` from one task, never concurrently, and never retries: retries and deadlines belong
/// to the exporter, which alone knows its transport.
public protocol MetricExporter: Sendable {
    /// What the points of an instrument are to count from. Read once per instrument, when it is made.
    func temporality(for kind: InstrumentKind) -> AggregationTemporality
    /// How an instrument's measurements are to be combined. Read once per instrument; views win.
    func aggregation(for kind: InstrumentKind) -> MetricAggregation
    /// Delivers the metrics of one collection.
    ///
    /// - Parameter batch: Metrics with at least one point each. Never empty.
    /// - Throws: ``ExportError``. The reader counts the points as lost and goes on.
    func export(_ batch: [MetricData]) async throws(ExportError)
    /// Hands on what the exporter itself holds back. May run beside ``export(_:)``.
    func forceFlush() async throws(ExportError)
    /// Finishes what is in flight and frees resources. Idempotent. Later exports throw.
    func shutdown() async
}

extension MetricExporter {
    /// Cumulative, the default of OTLP.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { .cumulative }
    /// What the specification has for the kind of instrument.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation { .default }
    /// Does nothing: most exporters hold nothing back.
    public func forceFlush() async throws(ExportError) {}
    /// Does nothing: most exporters have nothing to free.
    public func shutdown() async {}
}

/// The kinds of instruments of OpenTelemetry.
public enum InstrumentKind: Sendable, Hashable, CaseIterable {
    /// Adds up increments that are never negative.
    case counter
    /// Adds up increments and decrements.
    case upDownCounter
    /// Records values whose distribution matters.
    case histogram
    /// Records values of which only the last one matters.
    case gauge
    /// Observes a total that only grows.
    case observableCounter
    /// Observes a total that may shrink.
    case observableUpDownCounter
    /// Observes a value of which only the last one matters.
    case observableGauge
}

/// Which instruments count from the previous collection and which from one fixed start.
///
/// Source: OpenTelemetry OTLP metrics exporter, temporality preference.
public struct TemporalityPreference: Sendable, Hashable {
    private let deltaKinds: Set<InstrumentKind>

    /// Creates a preference from the kinds that count from the previous collection; gauges have no temporality.
    public init(deltaKinds: Set<InstrumentKind>) {
        self.deltaKinds = deltaKinds
    }

    /// Everything counts from one fixed start. The default.
    public static let cumulative = TemporalityPreference(deltaKinds: [])
    /// Counters, observable counters and histograms count from the previous collection.
    public static let delta = TemporalityPreference(deltaKinds: [.counter, .observableCounter, .histogram])
    /// Counters and histograms count from the previous collection, so that no state is kept for anything idle.
    public static let lowMemory = TemporalityPreference(deltaKinds: [.counter, .histogram])

    /// The preference in `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`: `cumulative`, `delta` or `lowmemory`;
    /// `nil` when unset or not understood.
    public init?(environment: TelemetryEnvironment) {
        let choices: [String: TemporalityPreference] = [
            "cumulative": .cumulative, "delta": .delta, "lowmemory": .lowMemory,
        ]
        guard let choice = environment.choice("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", of: choices)
        else { return nil }
        self = choice
    }

    /// What an instrument's points count from.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality {
        deltaKinds.contains(kind) ? .delta : .cumulative
    }
}
