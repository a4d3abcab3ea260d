// SPDX-License-Identifier: MIT
import Synchronization

/// Collects the metrics of a provider, and decides what their points count from.
///
/// Source: OpenTelemetry metrics SDK, MetricReader.
public protocol MetricReader: Sendable {
    /// What the points of an instrument are to count from. Read once per instrument, when it is made.
    func temporality(for kind: InstrumentKind) -> AggregationTemporality
    /// How an instrument's measurements are to be combined. Read once per instrument; views win.
    func aggregation(for kind: InstrumentKind) -> MetricAggregation
    /// Tells where to collect from. Called once, by the provider that the reader is given to.
    func attach(to source: MetricSource)
    /// Collects and hands on everything recorded before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    func forceFlush(timeout: Duration) async -> Bool
    /// Collects for the last time and frees resources; later calls of any method do nothing. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    func shutdown(timeout: Duration) async -> Bool
}

extension MetricReader {
    /// What the specification has for the kind of instrument.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation { .default }
    /// Has nothing to hand on.
    public func forceFlush(timeout: Duration) async -> Bool { true }
    /// Has nothing to free.
    public func shutdown(timeout: Duration) async -> Bool { true }
}

/// What a reader collects from.
public struct MetricSource: Sendable {
    let pipeline: MetricPipeline

    /// Runs the callbacks of observable instruments and gathers everything that has a point.
    ///
    /// Delta points count from the collection before. Collections that overlap share the measurements between them.
    public func collect() -> [MetricData] { pipeline.collect() }
}

/// A reader that collects when it is asked to, for tests and for metrics that are pulled.
public final class ManualMetricReader: MetricReader {
    private struct State {
        var source: MetricSource?
        var isShutDown = false
    }

    private let preference: TemporalityPreference
    private let histogramAggregation: MetricAggregation
    private let state = Mutex(State())

    /// Creates a reader.
    public init(
        temporality: TemporalityPreference = .cumulative, histogramAggregation: MetricAggregation = .default
    ) {
        preference = temporality
        self.histogramAggregation = histogramAggregation
    }

    /// Gathers everything that has a point; nothing after shutdown.
    public func collect() -> [MetricData] {
        let source = state.withLock { $0.isShutDown ? nil : $0.source }
        return source?.collect() ?? []
    }

    /// By the preference given.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { preference.temporality(for: kind) }

    /// The one given for histograms.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation {
        kind == .histogram ? histogramAggregation : .default
    }

    /// Tells where to collect from; the first source counts.
    public func attach(to source: MetricSource) {
        let isFirst = state.withLock { state in
            guard state.source == nil else { return false }
            state.source = source
            return true
        }
        if !isFirst { reportSecondSource("ManualMetricReader") }
    }

    /// Lets ``collect()`` return nothing from now on.
    public func shutdown(timeout: Duration) async -> Bool {
        state.withLock { $0.isShutDown = true }
        return true
    }
}

func reportSecondSource(_ reader: String) {
    Diagnostics.report(.error, reader, "a reader belongs to one provider; the second one is not collected")
}
