// SPDX-License-Identifier: MIT

/// An exporter that passes each batch of spans to several exporters concurrently.
public typealias FanOutSpanExporter = FanOutExporter<SpanData>

/// An exporter that passes each batch of log records to several exporters concurrently.
public typealias FanOutLogRecordExporter = FanOutExporter<LogRecordData>

/// An exporter that passes each batch to several exporters concurrently. A failing one does not stop the others.
///
/// A batch counts as exported only if all exporters have accepted it, and takes as long as the slowest of them. If
/// exporters should not wait for each other or should have separate counts, give each one its own processor.
public final class FanOutExporter<Item: Sendable>: PipelineExporter, Sendable {
    private let exporters: [AnyExporter<Item>]

    private init(_ exporters: [AnyExporter<Item>]) {
        self.exporters = exporters
    }

    /// Indicates whether none of the exporters blocks its thread.
    package var neverBlocks: Bool { exporters.allSatisfy(\.neverBlocks) }
    /// Tells all exporters that the shutdown has begun.
    package func prepareForShutdown() { for exporter in exporters { exporter.prepareForShutdown() } }

    /// Passes the batch to all exporters and waits for all of them.
    ///
    /// - Throws: ``ExportError`` if at least one failed: the failure of the first of them, with the number of failures.
    public func export(_ batch: [Item]) async throws(ExportError) {
        try await fanOut { exporter async throws(ExportError) in try await exporter.export(batch) }
    }

    /// Flushes all exporters.
    public func forceFlush() async throws(ExportError) {
        try await fanOut { exporter async throws(ExportError) in try await exporter.forceFlush() }
    }

    /// Shuts all exporters down.
    public func shutdown() async {
        await withDiscardingTaskGroup { group in
            for exporter in exporters { group.addTask { await exporter.shutdown() } }
        }
    }

    /// Runs an operation on all exporters concurrently. Throws if at least one failed.
    private func fanOut(
        _ operation: @escaping @Sendable (AnyExporter<Item>) async throws(ExportError) -> Void
    ) async throws(ExportError) {
        var failures = await withTaskGroup(of: (Int, ExportError)?.self) { group in
            for (index, exporter) in exporters.enumerated() {
                group.addTask {
                    do throws(ExportError) {
                        try await operation(exporter)
                        return nil
                    } catch {
                        return (index, error)
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        failures.sort { $0.0 < $1.0 }
        guard var error = failures.first?.1 else { return }
        if exporters.count > 1 {
            error.message = "\(failures.count) of \(exporters.count) exporters failed, the first: \(error.message)"
            // The number of rejected items is meaningful only for a single failure.
            if failures.count > 1 { error.rejectedCount = nil }
        }
        throw error
    }
}

extension FanOutExporter: SpanExporter where Item == SpanData {
    /// Creates an exporter that passes batches to others.
    public convenience init(_ exporters: [any SpanExporter]) {
        self.init(exporters.map { AnyExporter($0) })
    }
}

extension FanOutExporter: LogRecordExporter where Item == LogRecordData {
    /// Creates an exporter that passes batches to others.
    public convenience init(_ exporters: [any LogRecordExporter]) {
        self.init(exporters.map { AnyExporter($0) })
    }
}
