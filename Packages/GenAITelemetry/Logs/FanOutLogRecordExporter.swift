// SPDX-License-Identifier: MIT

/// Hands each batch of log records to several exporters at once; works like ``FanOutSpanExporter``.
public final class FanOutLogRecordExporter: LogRecordExporter {
    private let exporters: [any LogRecordExporter]

    /// Creates an exporter in front of others.
    public init(_ exporters: [any LogRecordExporter]) {
        self.exporters = exporters
    }

    /// Hands the batch to all exporters and waits for all of them.
    ///
    /// - Throws: ``ExportError`` when at least one failed: the failure of the first of them, with the number of them.
    public func export(_ batch: [LogRecord]) async throws(ExportError) {
        try await fanOut(exporters) { exporter async throws(ExportError) in try await exporter.export(batch) }
    }

    /// Flushes all exporters.
    public func forceFlush() async throws(ExportError) {
        try await fanOut(exporters) { exporter async throws(ExportError) in try await exporter.forceFlush() }
    }

    /// Shuts all exporters down.
    public func shutdown() async {
        await withDiscardingTaskGroup { group in
            for exporter in exporters { group.addTask { await exporter.shutdown() } }
        }
    }
}
