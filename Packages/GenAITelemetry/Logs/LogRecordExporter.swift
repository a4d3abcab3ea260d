// SPDX-License-Identifier: MIT

/// The last stage of the log pipeline: delivers records somewhere.
///
/// Called like a ``SpanExporter``: from one task, never concurrently, and never retried.
public protocol LogRecordExporter: Sendable {
    /// Delivers one batch.
    ///
    /// - Parameter batch: Records in the order they were emitted. Never empty.
    /// - Throws: ``ExportError``. The processor counts the batch as dropped and goes on.
    func export(_ batch: [LogRecord]) async throws(ExportError)
    /// Hands on what the exporter itself holds back. May run beside ``export(_:)``.
    func forceFlush() async throws(ExportError)
    /// Finishes what is in flight and frees resources. Idempotent. Later exports throw.
    func shutdown() async
}

extension LogRecordExporter {
    /// Does nothing: most exporters hold nothing back.
    public func forceFlush() async throws(ExportError) {}
    /// Does nothing: most exporters have nothing to free.
    public func shutdown() async {}
}
