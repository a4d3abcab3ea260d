// SPDX-License-Identifier: MIT
public import GenAITelemetry

/// An exporter that stores metrics, so that a test can read them.
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

    /// Creates an empty exporter.
    public init(temporality: TemporalityPreference = .cumulative) {
        preference = temporality
    }

    /// The exported metrics of all collections.
    public var metrics: [MetricData] { recorder.batches.flatMap { $0 } }
    /// The exported metrics, one batch for each collection.
    public var batches: [[MetricData]] { recorder.batches }
    /// Indicates whether the exporter has been shut down.
    public var isShutDown: Bool { recorder.isShutDown }

    /// Removes all metrics.
    public func reset() { recorder.reset() }

    /// Waits until at least `count` metrics have been exported, or until the task is cancelled.
    ///
    /// - Returns: The metrics exported so far.
    public func waitForMetrics(_ count: Int) async -> [MetricData] {
        await recorder.wait(for: count)
        return metrics
    }

    /// Returns the temporality by the preference given to the initializer.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality { preference.temporality(for: kind) }

    /// Stores the batch.
    public func export(_ batch: [MetricData]) async throws(ExportError) {
        if !recorder.append(batch) { throw ExportError(.shutDown, "the exporter has been shut down") }
    }

    /// Shuts down: later exports throw. The stored metrics can still be read.
    public func shutdown() async { recorder.shutDown() }
}
