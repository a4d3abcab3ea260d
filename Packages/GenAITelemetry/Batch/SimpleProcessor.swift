// SPDX-License-Identifier: MIT
public import GenAICore

/// A processor that exports every span separately as soon as it ends: for the console, tests and debugging.
///
/// Source: OpenTelemetry trace SDK, "Simple processor".
public typealias SimpleSpanProcessor = SimpleProcessor<SpanData>

/// A processor that exports every log record separately as soon as it is emitted: for the console, tests and debugging.
///
/// Source: OpenTelemetry logs SDK, "Simple processor".
public typealias SimpleLogRecordProcessor = SimpleProcessor<LogRecordData>

/// A processor that exports every item separately; see ``SimpleSpanProcessor`` and ``SimpleLogRecordProcessor``.
///
/// Exporters are asynchronous, so adding an item does not wait for the export. Exports run one after another, and
/// ``forceFlush(timeout:)`` waits for them. At most 2048 items wait.
public final class SimpleProcessor<Item: Sendable>: DeadlineKeeping, Sendable {
    private let batches: BatchProcessor<Item>

    private init(_ exporter: AnyExporter<Item>, source: String) {
        batches = BatchProcessor(worker: BatchWorker(exporter, options: .simple, source: source))
    }

    /// The counts of items so far; of spans, only sampled ones count.
    public var statistics: PipelineStatistics { batches.statistics }

    /// Waits until everything received before the call is exported.
    @discardableResult
    public func forceFlush(timeout: Duration) async -> Bool {
        await batches.forceFlush(timeout: timeout)
    }

    /// Exports the waiting items, then shuts the exporter down. Items that are not delivered by the deadline are
    /// dropped.
    @discardableResult
    public func shutdown(timeout: Duration) async -> Bool {
        await batches.shutdown(timeout: timeout)
    }
}

extension SimpleProcessor: SpanProcessor where Item == SpanData {
    /// Creates a processor and starts its task.
    public convenience init(exporter: any SpanExporter) {
        self.init(AnyExporter(exporter), source: "SimpleSpanProcessor")
    }

    /// Exports the span if it is sampled.
    public func onEnd(_ span: SpanData) { batches.onEnd(span) }
}

extension SimpleProcessor: LogRecordProcessor, ExportingLogRecordProcessor where Item == LogRecordData {
    /// Creates a processor and starts its task.
    public convenience init(exporter: any LogRecordExporter) {
        self.init(AnyExporter(exporter), source: "SimpleLogRecordProcessor")
    }

    /// Exports the record.
    public func onEmit(_ record: inout LogRecordData, context: GenAIContext) {
        batches.onEmit(&record, context: context)
    }
}
