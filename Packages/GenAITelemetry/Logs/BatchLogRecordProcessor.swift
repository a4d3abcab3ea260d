// SPDX-License-Identifier: MIT
public import GenAICore

/// Gathers log records and exports them in batches, beside the program: the processor for production.
///
/// Works like ``BatchSpanProcessor``, with a shorter delay.
///
/// Source: OpenTelemetry logs SDK, "Batching processor".
public final class BatchLogRecordProcessor: ExportingLogRecordProcessor {
    private let worker: BatchWorker<LogRecord>

    /// Creates a processor and starts its task.
    ///
    /// - Parameters:
    ///   - exporter: Takes the batches. One processor per exporter.
    ///   - options: Sizes, delays and what happens on overflow; out of bounds they are corrected with a report.
    ///   - clock: Measures the delays; `nil` takes one that suits the options.
    public init(
        exporter: any LogRecordExporter, options: BatchOptions = .logRecords(), clock: (any Clock<Duration>)? = nil
    ) {
        worker = BatchWorker(
            PipelineEnd(exporter), options: options, source: "BatchLogRecordProcessor", clock: clock)
    }

    deinit {
        worker.close()
    }

    /// What has happened so far, in records.
    public var statistics: PipelineStatistics { worker.statistics }

    /// Queues the record.
    public func onEmit(_ record: inout LogRecord, context: GenAIContext) {
        worker.add(record)
    }

    /// Exports everything emitted before the call; see ``BatchSpanProcessor/forceFlush(timeout:)``.
    @discardableResult
    public func forceFlush(timeout: Duration) async -> Bool {
        await worker.forceFlush(timeout: timeout)
    }

    /// Exports what waits, then shuts the exporter down; see ``BatchSpanProcessor/shutdown(timeout:)``.
    @discardableResult
    public func shutdown(timeout: Duration) async -> Bool {
        await worker.shutdown(timeout: timeout)
    }
}

extension PipelineEnd where Element == LogRecord {
    init(_ exporter: any LogRecordExporter) {
        self.init(
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}
