// SPDX-License-Identifier: MIT
import Synchronization

/// Collects the metrics of a provider, and chooses the temporality of their points.
///
/// Source: OpenTelemetry metrics SDK, MetricReader.
public protocol MetricReader: Sendable {
    /// Returns the temporality of an instrument's points. Called once for each instrument, when it is created.
    func temporality(for kind: InstrumentKind) -> AggregationTemporality
    /// Returns the aggregation of an instrument's measurements. Called once for each instrument; views take precedence.
    func aggregation(for kind: InstrumentKind) -> MetricAggregation
    /// Sets the source to collect from. Called once, by the provider that the reader is added to.
    func attach(to source: MetricSource)
    /// Collects and exports everything recorded before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    func forceFlush(timeout: Duration) async -> Bool
    /// Collects for the last time and frees resources. Later calls of any method do nothing. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    func shutdown(timeout: Duration) async -> Bool
}

extension MetricReader {
    /// Returns the specification's default for the kind of instrument.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation { .default }
    /// Does nothing, because there is nothing to flush.
    public func forceFlush(timeout: Duration) async -> Bool { true }
    /// Does nothing, because there is nothing to free.
    public func shutdown(timeout: Duration) async -> Bool { true }
}

/// The source from which a reader collects.
public struct MetricSource: Sendable {
    let pipeline: MetricPipeline

    /// Runs the callbacks of observable instruments and returns all metrics that have a point.
    ///
    /// Delta points cover the time since the previous collection. Concurrent collections divide the measurements
    /// between them.
    public func collect() -> [MetricData] { pipeline.collect() }
}

/// A reader that collects on request, for tests and for metrics that are pulled.
public final class ManualMetricReader: MetricReader, DeadlineKeeping {
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

    /// Returns all metrics that have a point; none after the shutdown.
    public func collect() -> [MetricData] {
        let source = state.withLock { $0.isShutDown ? nil : $0.source }
        return source?.collect() ?? []
    }

    /// Returns the temporality by the preference given to the initializer.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { preference.temporality(for: kind) }

    /// Returns the aggregation for histograms that was given to the initializer.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation {
        kind == .histogram ? histogramAggregation : .default
    }

    /// Sets the source to collect from. Later calls are ignored.
    public func attach(to source: MetricSource) {
        let isFirst = state.withLock { state in
            guard state.source == nil else { return false }
            state.source = source
            return true
        }
        if !isFirst { reportSecondSource("ManualMetricReader") }
    }

    /// Shuts down: ``collect()`` returns nothing from now on.
    public func shutdown(timeout: Duration) async -> Bool {
        state.withLock { $0.isShutDown = true }
        return true
    }
}

func reportSecondSource(_ reader: String) {
    Diagnostics.report(.error, reader, "a reader belongs to one provider; the second one is not collected")
}
