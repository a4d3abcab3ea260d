// SPDX-License-Identifier: MIT

/// The last stage of the metrics pipeline: delivers collected metrics to a destination.
///
/// The reader calls ``export(_:)`` from one task, never concurrently, and never retries: retries and deadlines belong
/// to the exporter, which alone knows its transport.
public protocol MetricExporter: Sendable {
    /// Returns the temporality of an instrument's points. Called once for each instrument, when it is created.
    func temporality(for kind: InstrumentKind) -> AggregationTemporality
    /// Returns the aggregation of an instrument's measurements. Called once for each instrument; views take precedence.
    func aggregation(for kind: InstrumentKind) -> MetricAggregation
    /// Delivers the metrics of one collection.
    ///
    /// - Parameter batch: Metrics with at least one point each. Never empty.
    /// - Throws: ``ExportError``. The reader counts the points as lost and continues.
    func export(_ batch: [MetricData]) async throws(ExportError)
    /// Flushes the items that the exporter buffers. May run concurrently with ``export(_:)``.
    func forceFlush() async throws(ExportError)
    /// Completes running exports and frees resources. Idempotent. Later exports throw.
    func shutdown() async
}

extension MetricExporter {
    /// Returns `cumulative`, the default of OTLP.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { .cumulative }
    /// Returns the specification's default for the kind of instrument.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation { .default }
    /// Does nothing, because most exporters buffer no items.
    public func forceFlush() async throws(ExportError) {}
    /// Does nothing, because most exporters have no resources to free.
    public func shutdown() async {}
}

/// The kinds of instruments in OpenTelemetry. New ones may appear in minor releases.
public struct InstrumentKind: Sendable, Hashable, CaseIterable {
    enum Kind: CaseIterable {
        case counter, upDownCounter, histogram, gauge, observableCounter, observableUpDownCounter, observableGauge
    }

    let kind: Kind

    /// Sums increments that are never negative.
    public static let counter = InstrumentKind(kind: .counter)
    /// Sums increments and decrements.
    public static let upDownCounter = InstrumentKind(kind: .upDownCounter)
    /// Records the distribution of values.
    public static let histogram = InstrumentKind(kind: .histogram)
    /// Records the last value.
    public static let gauge = InstrumentKind(kind: .gauge)
    /// Observes a total that only grows.
    public static let observableCounter = InstrumentKind(kind: .observableCounter)
    /// Observes a total that may shrink.
    public static let observableUpDownCounter = InstrumentKind(kind: .observableUpDownCounter)
    /// Observes the last value.
    public static let observableGauge = InstrumentKind(kind: .observableGauge)

    /// All kinds of instruments.
    public static var allCases: [InstrumentKind] { Kind.allCases.map { InstrumentKind(kind: $0) } }
}

/// The temporality for each kind of instrument.
///
/// Source: OpenTelemetry OTLP metrics exporter, temporality preference.
public struct TemporalityPreference: Sendable, Hashable {
    private let deltaKinds: Set<InstrumentKind>

    /// Creates a preference from the kinds with delta temporality. Gauges have no temporality.
    public init(deltaKinds: Set<InstrumentKind>) {
        self.deltaKinds = deltaKinds
    }

    /// Cumulative temporality for all kinds. The default.
    public static let cumulative = TemporalityPreference(deltaKinds: [])
    /// Delta temporality for counters, observable counters and histograms.
    public static let delta = TemporalityPreference(deltaKinds: [.counter, .observableCounter, .histogram])
    /// Delta temporality for counters and histograms, so that idle series need no memory.
    public static let lowMemory = TemporalityPreference(deltaKinds: [.counter, .histogram])

    /// Creates the preference that `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` names: `cumulative`, `delta` or
    /// `lowmemory`; `nil` if the variable is unset or invalid.
    public init?(environment: TelemetryEnvironment) {
        let choices: [String: TemporalityPreference] = [
            "cumulative": .cumulative, "delta": .delta, "lowmemory": .lowMemory,
        ]
        guard let choice = environment.choice("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", of: choices)
        else { return nil }
        self = choice
    }

    /// Returns the temporality for a kind of instrument.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality {
        deltaKinds.contains(kind) ? .delta : .cumulative
    }
}
