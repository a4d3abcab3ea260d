// SPDX-License-Identifier: MIT

/// The last stage of the log pipeline: delivers records to a destination.
///
/// Called like a ``SpanExporter``: from one task, never concurrently, and never retried.
public protocol LogRecordExporter: Sendable {
    /// Delivers one batch.
    ///
    /// - Parameter batch: Records in the order in which they were emitted. Never empty.
    /// - Throws: ``ExportError``. The processor counts the batch as dropped and continues.
    func export(_ batch: [LogRecordData]) async throws(ExportError)
    /// Flushes the items that the exporter buffers. May run concurrently with ``export(_:)``.
    func forceFlush() async throws(ExportError)
    /// Completes running exports and frees resources. Idempotent. Later exports throw.
    func shutdown() async
}

extension LogRecordExporter {
    /// Does nothing, because most exporters buffer no items.
    public func forceFlush() async throws(ExportError) {}
    /// Does nothing, because most exporters have no resources to free.
    public func shutdown() async {}
}
