// SPDX-License-Identifier: MIT

/// The last stage of the trace pipeline: delivers finished spans to a destination.
///
/// The processor calls ``export(_:)`` from one task, never concurrently, and never retries: retries and deadlines
/// belong to the exporter, which alone knows its transport.
public protocol SpanExporter: Sendable {
    /// Delivers one batch.
    ///
    /// - Parameter batch: Sampled spans in the order in which they ended. Never empty.
    /// - Throws: ``ExportError``. The processor counts the batch as dropped and continues.
    func export(_ batch: [SpanData]) async throws(ExportError)
    /// Flushes the items that the exporter buffers. May run concurrently with ``export(_:)``.
    func forceFlush() async throws(ExportError)
    /// Completes running exports and frees resources. Idempotent. Later exports throw.
    func shutdown() async
}

extension SpanExporter {
    /// Does nothing, because most exporters buffer no items.
    public func forceFlush() async throws(ExportError) {}
    /// Does nothing, because most exporters have no resources to free.
    public func shutdown() async {}
}
