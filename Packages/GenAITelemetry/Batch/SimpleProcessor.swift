// SPDX-License-Identifier: MIT
public import GenAICore

/// Exports every span on its own as soon as it ends: for the console, for tests and for debugging.
///
/// Source: OpenTelemetry trace SDK, "Simple processor".
public typealias SimpleSpanProcessor = SimpleProcessor<SpanData>

/// Exports every log record on its own as soon as it is emitted: for the console, for tests and for debugging.
///
/// Source: OpenTelemetry logs SDK, "Simple processor".
public typealias SimpleLogRecordProcessor = SimpleProcessor<LogRecord>

/// Exports every item on its own; see ``SimpleSpanProcessor`` and ``SimpleLogRecordProcessor``.
///
/// Exporters are asynchronous, so handing over an item does not wait for the export; exports follow one another, and
/// ``forceFlush(timeout:)`` waits for them. At most 2048 items wait.
public final class SimpleProcessor<Item: Sendable>: Sendable {
    private let worker: BatchWorker<Item>

    private init(_ exporter: AnyExporter<Item>, source: String) {
        worker = BatchWorker(exporter, options: .simple, source: source)
    }

    deinit {
        worker.close()
    }

    /// What has happened so far, in items; of spans only sampled ones count.
    public var statistics: PipelineStatistics { worker.statistics }

    /// Waits until everything that was received before the call is exported.
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

extension SimpleProcessor: SpanProcessor where Item == SpanData {
    /// Creates a processor and starts its task.
    public convenience init(exporter: any SpanExporter) {
        self.init(AnyExporter(exporter), source: "SimpleSpanProcessor")
    }

    /// Exports the span if it is sampled.
    public func onEnd(_ span: SpanData) {
        guard span.context.isSampled else { return }
        var item = WaitingItem(byteCount: span.approximateByteCount, span)
        worker.enqueue(&item)
    }
}

extension SimpleProcessor: LogRecordProcessor, ExportingLogRecordProcessor where Item == LogRecord {
    /// Creates a processor and starts its task.
    public convenience init(exporter: any LogRecordExporter) {
        self.init(AnyExporter(exporter), source: "SimpleLogRecordProcessor")
    }

    /// Exports the record.
    public func onEmit(_ record: inout LogRecord, context: GenAIContext) {
        var item = WaitingItem(byteCount: record.approximateByteCount, record)
        worker.enqueue(&item)
    }
}
