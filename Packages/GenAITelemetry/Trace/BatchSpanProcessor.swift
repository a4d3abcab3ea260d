// SPDX-License-Identifier: MIT
import GenAICore

/// Gathers finished spans and exports them in batches, beside the program: the processor for production.
///
/// Ending a span costs one short critical section. The exporter is called from one task of the processor's own,
/// never twice at a time. A processor that is released without ``shutdown(timeout:)`` still exports what waits.
///
/// Source: OpenTelemetry trace SDK, "Batching processor".
public final class BatchSpanProcessor: SpanProcessor {
    private let worker: BatchWorker<SpanData>

    /// Creates a processor and starts its task.
    ///
    /// - Parameters:
    ///   - exporter: Takes the batches. One processor per exporter.
    ///   - options: Sizes, delays and what happens on overflow; out of bounds they are corrected with a report.
    ///   - clock: Measures the delays; `nil` takes one that suits the options.
    public init(
        exporter: any SpanExporter, options: BatchOptions = .spans(), clock: (any Clock<Duration>)? = nil
    ) {
        worker = BatchWorker(
            PipelineEnd(exporter), options: options, source: "BatchSpanProcessor", clock: clock)
    }

    deinit {
        worker.close()
    }

    /// What has happened so far, in sampled spans.
    public var statistics: PipelineStatistics { worker.statistics }

    /// Queues the span if it is sampled.
    public func onEnd(_ span: SpanData) {
        guard span.context.isSampled else { return }
        worker.add(span)
    }

    /// Queues a span that is sampled and that nobody else needs: it is moved, not copied.
    func take(_ span: inout WaitingItem<SpanData>) {
        worker.take(&span)
    }

    /// Exports everything that ended before the call.
    ///
    /// Ignores the caller's cancellation: flushing often happens on the way out. From inside the exporter it only
    /// asks for the flush and returns false.
    @discardableResult
    public func forceFlush(timeout: Duration) async -> Bool {
        await worker.forceFlush(timeout: timeout)
    }

    /// Exports what waits, then shuts the exporter down; later spans are counted and dropped.
    ///
    /// What is not delivered at the deadline is dropped, counted and reported, even when the exporter hangs. Ignores
    /// the caller's cancellation.
    @discardableResult
    public func shutdown(timeout: Duration) async -> Bool {
        await worker.shutdown(timeout: timeout)
    }
}

extension PipelineEnd where Element == SpanData {
    init(_ exporter: any SpanExporter) {
        self.init(
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}
