// SPDX-License-Identifier: MIT
public import GenAICore

/// Exports every log record on its own as soon as it is emitted: for the console, for tests and for debugging.
///
/// Works like ``SimpleSpanProcessor``. Source: OpenTelemetry logs SDK, "Simple processor".
public final class SimpleLogRecordProcessor: ExportingLogRecordProcessor {
    private let worker: BatchWorker<LogRecord>

    /// Creates a processor and starts its task.
    public init(exporter: any LogRecordExporter) {
        worker = BatchWorker(
            PipelineEnd(exporter), options: .simple, source: "SimpleLogRecordProcessor", clock: nil)
    }

    deinit {
        worker.close()
    }

    /// What has happened so far, in records.
    public var statistics: PipelineStatistics { worker.statistics }

    /// Exports the record.
    public func onEmit(_ record: inout LogRecord, context: GenAIContext) {
        worker.add(record)
    }

    /// Waits until everything that was emitted before the call is exported.
    @discardableResult
    public func forceFlush(timeout: Duration) async -> Bool {
        await worker.forceFlush(timeout: timeout)
    }

    /// Exports what waits, then shuts the exporter down; what is not delivered at the deadline is dropped.
    @discardableResult
    public func shutdown(timeout: Duration) async -> Bool {
        await worker.shutdown(timeout: timeout)
    }
}
