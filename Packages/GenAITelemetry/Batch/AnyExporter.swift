// SPDX-License-Identifier: MIT

/// An exporter that never blocks the thread it is called on, but suspends.
///
/// Conforming exporters run in Swift's pool. Every other exporter gets a thread of its own, so that blocking delays
/// neither the program nor a deadline.
package protocol SuspendingExporter {
    /// Indicates whether no call blocks its thread.
    var neverBlocks: Bool { get }
}

extension SuspendingExporter {
    /// True, as the conformance promises.
    package var neverBlocks: Bool { true }
}

/// The exporter at the end of a pipeline, whatever its signal.
struct AnyExporter<Item: Sendable>: Sendable {
    /// The noun for the items in reports, for example `spans`.
    let noun: String
    /// Indicates whether no call blocks its thread.
    let neverBlocks: Bool
    let export: @Sendable ([Item]) async throws(ExportError) -> Void
    let forceFlush: @Sendable () async throws(ExportError) -> Void
    let shutdown: @Sendable () async -> Void
}

/// Returns whether an exporter declares that it never blocks its thread.
func neverBlocks(_ exporter: any Sendable) -> Bool {
    (exporter as? any SuspendingExporter)?.neverBlocks ?? false
}

extension AnyExporter where Item == SpanData {
    init(_ exporter: any SpanExporter) {
        self.init(
            noun: "spans", neverBlocks: GenAITelemetry.neverBlocks(exporter),
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}

extension AnyExporter where Item == LogRecordData {
    init(_ exporter: any LogRecordExporter) {
        self.init(
            noun: "log records", neverBlocks: GenAITelemetry.neverBlocks(exporter),
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}

extension AnyExporter where Item == MetricData {
    init(_ exporter: any MetricExporter) {
        self.init(
            noun: "data points", neverBlocks: GenAITelemetry.neverBlocks(exporter),
            export: { batch async throws(ExportError) in try await exporter.export(batch) },
            forceFlush: { () async throws(ExportError) in try await exporter.forceFlush() },
            shutdown: { await exporter.shutdown() })
    }
}
