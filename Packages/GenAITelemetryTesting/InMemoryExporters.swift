// SPDX-License-Identifier: MIT
public import GenAITelemetry

/// Keeps exported spans for a test to look at.
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

    /// Creates an exporter that holds nothing.
    public init() {}

    /// The spans exported so far, in the order they ended.
    public var spans: [SpanData] { recorder.batches.flatMap { $0 } }
    /// The same spans in the batches they came in.
    public var batches: [[SpanData]] { recorder.batches }
    /// Whether the exporter has been shut down.
    public var isShutDown: Bool { recorder.isShutDown }

    /// Forgets all spans.
    public func reset() { recorder.reset() }

    /// Waits until at least `count` spans are there, or until the task is cancelled.
    ///
    /// - Returns: The spans exported so far.
    public func waitForSpans(_ count: Int) async -> [SpanData] {
        await recorder.wait(for: count)
        return spans
    }

    /// Keeps the batch.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        if !recorder.append(batch) { throw ExportError(.shutDown, "the exporter has been shut down") }
    }

    /// Refuses later exports. What is there can still be read.
    public func shutdown() async { recorder.shutDown() }
}

/// Keeps exported log records for a test to look at.
public final class InMemoryLogRecordExporter: LogRecordExporter {
    private let recorder = Recorder<LogRecord>()

    /// Creates an exporter that holds nothing.
    public init() {}

    /// The records exported so far, in the order they were emitted.
    public var records: [LogRecord] { recorder.batches.flatMap { $0 } }
    /// The same records in the batches they came in.
    public var batches: [[LogRecord]] { recorder.batches }
    /// Whether the exporter has been shut down.
    public var isShutDown: Bool { recorder.isShutDown }

    /// Forgets all records.
    public func reset() { recorder.reset() }

    /// Waits until at least `count` records are there, or until the task is cancelled.
    ///
    /// - Returns: The records exported so far.
    public func waitForRecords(_ count: Int) async -> [LogRecord] {
        await recorder.wait(for: count)
        return records
    }

    /// Keeps the batch.
    public func export(_ batch: [LogRecord]) async throws(ExportError) {
        if !recorder.append(batch) { throw ExportError(.shutDown, "the exporter has been shut down") }
    }

    /// Refuses later exports. What is there can still be read.
    public func shutdown() async { recorder.shutDown() }
}
