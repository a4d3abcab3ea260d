// SPDX-License-Identifier: MIT
import GenAICore

/// Exports every span on its own as soon as it ends: for the console, for tests and for debugging.
///
/// Exporters are asynchronous, so ending a span does not wait for the export; exports follow one another, and
/// ``forceFlush(timeout:)`` waits for them. At most 2048 spans wait.
///
/// Source: OpenTelemetry trace SDK, "Simple processor".
public final class SimpleSpanProcessor: SpanProcessor {
    private let worker: BatchWorker<SpanData>

    /// Creates a processor and starts its task.
    public init(exporter: any SpanExporter) {
        worker = BatchWorker(
            PipelineEnd(exporter), options: .simple, source: "SimpleSpanProcessor", clock: nil)
    }

    deinit {
        worker.close()
    }

    /// What has happened so far, in sampled spans.
    public var statistics: PipelineStatistics { worker.statistics }

    /// Exports the span if it is sampled.
    public func onEnd(_ span: SpanData) {
        guard span.context.isSampled else { return }
        worker.add(span)
    }

    /// Waits until everything that ended before the call is exported.
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
