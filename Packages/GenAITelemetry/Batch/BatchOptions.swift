// SPDX-License-Identifier: MIT

/// How a batch processor gathers items, and what it does when they come faster than they leave.
///
/// Source: OpenTelemetry trace SDK "Batching processor" and logs SDK "Batching processor".
public struct BatchOptions: Sendable, Hashable {
    /// What happens to a new item when the queue is full.
    public struct Overflow: Sendable, Hashable {
        enum Kind: Hashable { case drop, wait(limit: Duration) }
        let kind: Kind

        /// The new item is dropped and counted. Never blocks.
        public static let dropNewest = Overflow(kind: .drop)

        /// The ending thread waits for room, at most `limit`; then the item is dropped and counted.
        ///
        /// For jobs that must not lose anything. It blocks the thread that ends the span, also a thread of Swift's
        /// cooperative pool, so the worker, its timers and its exporter's structured code run on a thread of their
        /// own and make progress even when the whole pool waits. An exporter must not depend on the pool: no
        /// `Task {}`, and no `Task.sleep`. Once a wait ran out, later items are dropped at once until the exporter
        /// takes a batch again, so that a dead backend costs `limit` once and not for every item. Items that end
        /// inside the exporter itself never wait. Do not use it in programs with a user interface.
        public static func wait(limit: Duration = .seconds(30)) -> Overflow {
            Overflow(kind: .wait(limit: limit))
        }
    }

    /// How long an item waits for others.
    ///
    /// Default: 5 s for spans (`OTEL_BSP_SCHEDULE_DELAY`), 1 s for log records (`OTEL_BLRP_SCHEDULE_DELAY`).
    public var scheduleDelay: Duration
    /// How long one export may take; zero for no limit.
    ///
    /// Default: 30 s (`OTEL_BSP_EXPORT_TIMEOUT`, `OTEL_BLRP_EXPORT_TIMEOUT`).
    public var exportTimeout: Duration
    /// How many items may wait; those in flight do not count, nor does the last exported batch while its items are
    /// destroyed, one with each item that comes in.
    ///
    /// Default: 2048 (`OTEL_BSP_MAX_QUEUE_SIZE`, `OTEL_BLRP_MAX_QUEUE_SIZE`). At least 1.
    public var maxQueueSize: Int
    /// How many items one export takes at most; as soon as so many wait, the export starts.
    ///
    /// Default: 512 (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE`). From 1 to `maxQueueSize`.
    public var maxExportBatchSize: Int
    /// How many bytes the waiting items may take together, by an estimate.
    ///
    /// Default: 64 MiB, no environment variable. Prompts and completions make single items large, which a bound by
    /// count alone does not see. A batch holds at most an eighth of it. An item larger than the whole bound is
    /// still taken when nothing else waits. What finds no room is counted apart, in
    /// ``PipelineStatistics/Dropped/queueBytesFull``.
    public var maxQueueBytes = 64 << 20
    /// What happens when the queue is full. Default: the new item is dropped.
    public var overflow = Overflow.dropNewest

    /// The options for spans: the environment's where it has any, else the defaults of the specification.
    public static func spans(environment: TelemetryEnvironment = .process) -> BatchOptions {
        BatchOptions(environment, prefix: "OTEL_BSP", scheduleDelay: .seconds(5))
    }

    /// The options for log records: the environment's where it has any, else the defaults of the specification.
    public static func logRecords(environment: TelemetryEnvironment = .process) -> BatchOptions {
        BatchOptions(environment, prefix: "OTEL_BLRP", scheduleDelay: .seconds(1))
    }

    /// One item at a time, at once.
    static var simple: BatchOptions {
        var options = BatchOptions(TelemetryEnvironment([:]), prefix: "", scheduleDelay: .zero)
        options.maxExportBatchSize = 1
        return options
    }

    private init(_ environment: TelemetryEnvironment, prefix: String, scheduleDelay: Duration) {
        let sizes = 1...Int(Int32.max)
        self.scheduleDelay = environment.milliseconds("\(prefix)_SCHEDULE_DELAY") ?? scheduleDelay
        exportTimeout = environment.milliseconds("\(prefix)_EXPORT_TIMEOUT") ?? .seconds(30)
        maxQueueSize = environment.int("\(prefix)_MAX_QUEUE_SIZE", in: sizes) ?? 2048
        let batchSize = environment.int("\(prefix)_MAX_EXPORT_BATCH_SIZE", in: sizes)
        maxExportBatchSize = batchSize ?? min(512, maxQueueSize)
    }

    /// The options within their bounds; reports what had to be changed.
    func validated(source: String) -> BatchOptions {
        var options = self
        options.maxQueueSize = max(1, maxQueueSize)
        options.maxExportBatchSize = min(max(1, maxExportBatchSize), options.maxQueueSize)
        options.maxQueueBytes = max(1, maxQueueBytes)
        options.scheduleDelay = max(.zero, scheduleDelay)
        options.exportTimeout = max(.zero, exportTimeout)
        if options != self {
            Diagnostics.report(
                .warning, source,
                "options out of bounds: uses queue size \(options.maxQueueSize), "
                    + "batch size \(options.maxExportBatchSize), queue bytes \(options.maxQueueBytes), "
                    + "delay \(options.scheduleDelay), export timeout \(options.exportTimeout)")
        }
        return options
    }
}
