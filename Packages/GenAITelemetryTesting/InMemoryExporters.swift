// SPDX-License-Identifier: MIT
public import GenAITelemetry

/// An exporter that stores spans, so that a test can read them.
///
/// ```swift
/// let exporter = InMemorySpanExporter()
/// var configuration = TracerProvider.Configuration()
/// configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
/// let provider = TracerProvider(configuration)
/// // … run the code under test …
/// await provider.forceFlush()
/// #expect(exporter.spans.named("chat gpt-4o").count == 1)
/// ```
public final class InMemorySpanExporter: SpanExporter {
    private let recorder = Recorder<SpanData>()

    /// Creates an empty exporter.
    public init() {}

    /// The exported spans, in the order in which they ended.
    public var spans: [SpanData] { recorder.batches.flatMap { $0 } }
    /// The exported spans in their batches.
    public var batches: [[SpanData]] { recorder.batches }
    /// Indicates whether the exporter has been shut down.
    public var isShutDown: Bool { recorder.isShutDown }

    /// Removes all spans.
    public func reset() { recorder.reset() }

    /// Waits until at least `count` spans have been exported, or until the task is cancelled.
    ///
    /// - Returns: The spans exported so far.
    public func waitForSpans(_ count: Int) async -> [SpanData] {
        await recorder.wait(for: count)
        return spans
    }

    /// Stores the batch.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        if !recorder.append(batch) { throw ExportError(.shutDown, "the exporter has been shut down") }
    }

    /// Shuts down: later exports throw. The stored spans can still be read.
    public func shutdown() async { recorder.shutDown() }
}

/// An exporter that stores log records, so that a test can read them.
public final class InMemoryLogRecordExporter: LogRecordExporter {
    private let recorder = Recorder<LogRecordData>()

    /// Creates an empty exporter.
    public init() {}

    /// The exported records, in the order in which they were emitted.
    public var records: [LogRecordData] { recorder.batches.flatMap { $0 } }
    /// The exported records in their batches.
    public var batches: [[LogRecordData]] { recorder.batches }
    /// Indicates whether the exporter has been shut down.
    public var isShutDown: Bool { recorder.isShutDown }

    /// Removes all records.
    public func reset() { recorder.reset() }

    /// Waits until at least `count` records have been exported, or until the task is cancelled.
    ///
    /// - Returns: The records exported so far.
    public func waitForRecords(_ count: Int) async -> [LogRecordData] {
        await recorder.wait(for: count)
        return records
    }

    /// Stores the batch.
    public func export(_ batch: [LogRecordData]) async throws(ExportError) {
        if !recorder.append(batch) { throw ExportError(.shutDown, "the exporter has been shut down") }
    }

    /// Shuts down: later exports throw. The stored records can still be read.
    public func shutdown() async { recorder.shutDown() }
}
