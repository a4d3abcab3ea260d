// SPDX-License-Identifier: MIT

/// Hands each batch of spans to several exporters at once.
public typealias FanOutSpanExporter = FanOutExporter<SpanData>

/// Hands each batch of log records to several exporters at once.
public typealias FanOutLogRecordExporter = FanOutExporter<LogRecord>

/// Hands each batch to several exporters at once. One that fails does not stop the others.
///
/// A batch counts as exported only when all have taken it, and takes as long as the slowest of them. Exporters that
/// should neither wait for each other nor share their counts get a processor each.
public final class FanOutExporter<Item: Sendable>: SuspendingExporter, Sendable {
    private let exporters: [AnyExporter<Item>]

    private init(_ exporters: [AnyExporter<Item>]) {
        self.exporters = exporters
    }

    /// Whether none of the exporters blocks its thread.
    package var neverBlocks: Bool { exporters.allSatisfy(\.neverBlocks) }

    /// Hands the batch to all exporters and waits for all of them.
    ///
    /// - Throws: ``ExportError`` when at least one failed: the failure of the first of them, with the number of them.
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

    /// Runs an operation on all exporters at once; throws when at least one failed.
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
            // A partial success is only known to be one when it is the only failure.
            if failures.count > 1 { error.rejectedCount = nil }
        }
        throw error
    }
}

extension FanOutExporter: SpanExporter where Item == SpanData {
    /// Creates an exporter in front of others.
    public convenience init(_ exporters: [any SpanExporter]) {
        self.init(exporters.map { AnyExporter($0) })
    }
}

extension FanOutExporter: LogRecordExporter where Item == LogRecord {
    /// Creates an exporter in front of others.
    public convenience init(_ exporters: [any LogRecordExporter]) {
        self.init(exporters.map { AnyExporter($0) })
    }
}
