// SPDX-License-Identifier: MIT
public import GenAITelemetry

/// Keeps exported metrics for a test to look at.
///
/// ```swift
/// let exporter = InMemoryMetricExporter()
/// var configuration = MeterProvider.Configuration()
/// configuration.readers = [PeriodicMetricReader(exporter: exporter)]
/// let provider = MeterProvider(configuration)
/// // … run the code under test …
/// await provider.forceFlush()
/// #expect(exporter.metrics.contains { $0.name == "gen_ai.client.token.usage" })
/// ```
public final class InMemoryMetricExporter: MetricExporter {
    private let preference: TemporalityPreference
    private let recorder = Recorder<MetricData>()

    /// Creates an exporter that holds nothing.
    public init(temporality: TemporalityPreference = .cumulative) {
        preference = temporality
    }

    /// The metrics exported so far, those of all collections.
    public var metrics: [MetricData] { recorder.batches.flatMap { $0 } }
    /// The same metrics, one batch per collection.
    public var batches: [[MetricData]] { recorder.batches }
    /// Whether the exporter has been shut down.
    public var isShutDown: Bool { recorder.isShutDown }

    /// Forgets all metrics.
    public func reset() { recorder.reset() }

    /// Waits until at least `count` metrics are there, or until the task is cancelled.
    ///
    /// - Returns: The metrics exported so far.
    public func waitForMetrics(_ count: Int) async -> [MetricData] {
        await recorder.wait(for: count)
        return metrics
    }

    /// By the preference given.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { preference.temporality(for: kind) }

    /// Keeps the batch.
    public func export(_ batch: [MetricData]) async throws(ExportError) {
        if !recorder.append(batch) { throw ExportError(.shutDown, "the exporter has been shut down") }
    }

    /// Refuses later exports. What is there can still be read.
    public func shutdown() async { recorder.shutDown() }
}
