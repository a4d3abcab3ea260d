// SPDX-License-Identifier: MIT
public import GenAICore

/// A processor that exports finished spans in batches, in the background. Use this one in production.
///
/// Source: OpenTelemetry trace SDK, "Batching processor".
public typealias BatchSpanProcessor = BatchProcessor<SpanData>

/// A processor that exports log records in batches, with a shorter delay than ``BatchSpanProcessor``.
///
/// Source: OpenTelemetry logs SDK, "Batching processor".
public typealias BatchLogRecordProcessor = BatchProcessor<LogRecordData>

/// A processor that exports items in batches; see ``BatchSpanProcessor`` and ``BatchLogRecordProcessor``.
///
/// Adding an item costs one short critical section. The processor calls the exporter from one task of its own, never
/// concurrently; an exporter that may block its thread gets a thread. A processor that is released without
/// ``shutdown(timeout:)`` still exports the waiting items.
public final class BatchProcessor<Item: Sendable>: DeadlineKeeping, Sendable {
    private let worker: BatchWorker<Item>

    init(worker: BatchWorker<Item>) {
        self.worker = worker
    }

    deinit {
        worker.close()
    }

    /// The counts of items so far; of spans, only sampled ones count.
    public var statistics: PipelineStatistics { worker.statistics }

    /// Queues an item that nobody else needs: it is moved, not copied.
    func enqueue(_ item: inout WaitingItem<Item>) {
        worker.enqueue(&item)
    }

    /// Exports everything received before the call.
    ///
    /// Ignores the caller's cancellation, because programs often flush while they are being cancelled. A call from
    /// inside the exporter only requests the flush and returns false.
    @discardableResult
    public func forceFlush(timeout: Duration) async -> Bool {
        await worker.forceFlush(timeout: timeout)
    }

    /// Exports the waiting items, then shuts the exporter down. Later items are counted and dropped.
    ///
    /// Items that are not delivered by the deadline are dropped, counted and reported, even if the exporter hangs or
    /// blocks its thread. Ignores the caller's cancellation.
    @discardableResult
    public func shutdown(timeout: Duration) async -> Bool {
        await worker.shutdown(timeout: timeout)
    }
}

extension BatchProcessor: SpanProcessor where Item == SpanData {
    /// Creates a processor and starts its task.
    ///
    /// - Parameters:
    ///   - exporter: The exporter. If several processors share it, the last of them shuts it down.
    ///   - options: The sizes, the delays and the behaviour on overflow. Values out of range are corrected and
    ///     reported.
    ///   - clock: The clock for the delays; `nil` means one that suits the options.
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

extension BatchProcessor: LogRecordProcessor, ExportingLogRecordProcessor where Item == LogRecordData {
    /// Creates a processor and starts its task.
    ///
    /// - Parameters:
    ///   - exporter: The exporter. If several processors share it, the last of them shuts it down.
    ///   - options: The sizes, the delays and the behaviour on overflow. Values out of range are corrected and
    ///     reported.
    ///   - clock: The clock for the delays; `nil` means one that suits the options.
    public convenience init(
        exporter: any LogRecordExporter, options: BatchOptions = .logRecords(), clock: (any Clock<Duration>)? = nil
    ) {
        self.init(
            worker: BatchWorker(
                AnyExporter(exporter), options: options, source: "BatchLogRecordProcessor", clock: clock))
    }

    /// Queues the record.
    public func onEmit(_ record: inout LogRecordData, context: GenAIContext) {
        var item = WaitingItem(byteCount: record.approximateByteCount, record)
        worker.enqueue(&item)
    }
}
