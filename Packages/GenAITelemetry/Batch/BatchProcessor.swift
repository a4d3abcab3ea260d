// SPDX-License-Identifier: MIT
public import GenAICore

/// Gathers finished spans and exports them in batches, beside the program: the processor for production.
///
/// Source: OpenTelemetry trace SDK, "Batching processor".
public typealias BatchSpanProcessor = BatchProcessor<SpanData>

/// Gathers log records and exports them in batches, with a shorter delay than ``BatchSpanProcessor``.
///
/// Source: OpenTelemetry logs SDK, "Batching processor".
public typealias BatchLogRecordProcessor = BatchProcessor<LogRecord>

/// Gathers items and exports them in batches; see ``BatchSpanProcessor`` and ``BatchLogRecordProcessor``.
///
/// Handing over an item costs one short critical section. The exporter is called from one task of the processor's own,
/// never twice at a time; one that may block its thread gets a thread. A processor that is released without
/// ``shutdown(timeout:)`` still exports what waits.
public final class BatchProcessor<Item: Sendable>: Sendable {
    private let worker: BatchWorker<Item>

    private init(worker: BatchWorker<Item>) {
        self.worker = worker
    }

    deinit {
        worker.close()
    }

    /// What has happened so far, in items; of spans only sampled ones count.
    public var statistics: PipelineStatistics { worker.statistics }

    /// Queues an item that nobody else needs: it is moved, not copied.
    func enqueue(_ item: inout WaitingItem<Item>) {
        worker.enqueue(&item)
    }

    /// Exports everything received before the call.
    ///
    /// Ignores the caller's cancellation: flushing often happens on the way out. From inside the exporter it only
    /// asks for the flush and returns false.
    @discardableResult
    public func forceFlush(timeout: Duration) async -> Bool {
        await worker.forceFlush(timeout: timeout)
    }

    /// Exports what waits, then shuts the exporter down; later items are counted and dropped.
    ///
    /// What is not delivered at the deadline is dropped, counted and reported, even when the exporter hangs or blocks
    /// its thread. Ignores the caller's cancellation.
    @discardableResult
    public func shutdown(timeout: Duration) async -> Bool {
        await worker.shutdown(timeout: timeout)
    }
}

extension BatchProcessor: SpanProcessor where Item == SpanData {
    /// Creates a processor and starts its task.
    ///
    /// - Parameters:
    ///   - exporter: Takes the batches. One processor per exporter.
    ///   - options: Sizes, delays and what happens on overflow; out of bounds they are corrected with a report.
    ///   - clock: Measures the delays; `nil` takes one that suits the options.
    public convenience init(
        exporter: any SpanExporter, options: BatchOptions = .spans(), clock: (any Clock<Duration>)? = nil
    ) {
        self.init(
            worker: BatchWorker(AnyExporter(exporter), options: options, source: "BatchSpanProcessor", clock: clock))
    }

    /// Queues the span if it is sampled.
    public func onEnd(_ span: SpanData) {
        guard span.context.isSampled else { return }
        var item = WaitingItem(byteCount: span.approximateByteCount, span)
        worker.enqueue(&item)
    }
}

extension BatchProcessor: LogRecordProcessor, ExportingLogRecordProcessor where Item == LogRecord {
    /// Creates a processor and starts its task.
    ///
    /// - Parameters:
    ///   - exporter: Takes the batches. One processor per exporter.
    ///   - options: Sizes, delays and what happens on overflow; out of bounds they are corrected with a report.
    ///   - clock: Measures the delays; `nil` takes one that suits the options.
    public convenience init(
        exporter: any LogRecordExporter, options: BatchOptions = .logRecords(), clock: (any Clock<Duration>)? = nil
    ) {
        self.init(
            worker: BatchWorker(
                AnyExporter(exporter), options: options, source: "BatchLogRecordProcessor", clock: clock))
    }

    /// Queues the record.
    public func onEmit(_ record: inout LogRecord, context: GenAIContext) {
        var item = WaitingItem(byteCount: record.approximateByteCount, record)
        worker.enqueue(&item)
    }
}
