// SPDX-License-Identifier: MIT

/// The last stage of the trace pipeline: delivers finished spans somewhere.
///
/// The processor calls ``export(_:)`` from one task, never concurrently, and never retries: retries and deadlines
/// belong to the exporter, which alone knows its transport.
public protocol SpanExporter: Sendable {
    /// Delivers one batch.
    ///
    /// - Parameter batch: Sampled spans in the order they ended. Never empty.
    /// - Throws: ``ExportError``. The processor counts the batch as dropped and goes on.
    func export(_ batch: [SpanData]) async throws(ExportError)
    /// Hands on what the exporter itself holds back. May run beside ``export(_:)``.
    func forceFlush() async throws(ExportError)
    /// Finishes what is in flight and frees resources. Idempotent. Later exports throw.
    func shutdown() async
}

extension SpanExporter {
    /// Does nothing: most exporters hold nothing back.
    public func forceFlush() async throws(ExportError) {}
    /// Does nothing: most exporters have nothing to free.
    public func shutdown() async {}
}
