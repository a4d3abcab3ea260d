// SPDX-License-Identifier: MIT

/// The sizes and delays of a batch processor, and its behaviour when the queue is full.
///
/// Source: OpenTelemetry trace SDK "Batching processor" and logs SDK "Batching processor".
public struct BatchOptions: Sendable, Hashable {
    /// The handling of a new item when the queue is full.
    public struct Overflow: Sendable, Hashable {
        enum Kind: Hashable { case drop, wait(limit: Duration) }
        let kind: Kind

        /// The new item is dropped and counted. Never blocks.
        public static let dropNewest = Overflow(kind: .drop)

        /// The thread that ends the span waits for space, for at most `limit`; after that, the item is dropped and
        /// counted.
        ///
        /// For jobs that must not lose anything. It blocks the thread that ends the span, even a thread of Swift's
        /// cooperative pool. Therefore the worker, its timers and its exporter's structured code run on a separate
        /// thread and make progress even if the whole pool waits. An exporter must not depend on the pool: no `Task
        /// {}`, and no `Task.sleep`. After a wait has timed out, later items are dropped at once until the exporter
        /// accepts a batch again, so that an unavailable backend costs `limit` once and not for every item. Items that
        /// end inside the exporter itself never wait. Do not use it in programs with a user interface.
        public static func wait(limit: Duration = .seconds(30)) -> Overflow {
            Overflow(kind: .wait(limit: limit))
        }
    }

    /// The maximum time that an item waits for others.
    ///
    /// Default: 5 s for spans (`OTEL_BSP_SCHEDULE_DELAY`), 1 s for log records (`OTEL_BLRP_SCHEDULE_DELAY`).
    public var scheduleDelay: Duration
    /// The time limit of one export; zero for no limit.
    ///
    /// Default: 30 s (`OTEL_BSP_EXPORT_TIMEOUT`, `OTEL_BLRP_EXPORT_TIMEOUT`).
    public var exportTimeout: Duration
    /// The maximum number of waiting items. Items being exported do not count. Neither does the last exported batch,
    /// whose items are destroyed one by one as new items are added.
    ///
    /// Default: 2048 (`OTEL_BSP_MAX_QUEUE_SIZE`, `OTEL_BLRP_MAX_QUEUE_SIZE`). At least 1.
    public var maxQueueSize: Int
    /// The maximum number of items in one export. As soon as that many wait, the export starts.
    ///
    /// Default: 512 (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE`). From 1 to `maxQueueSize`.
    public var maxExportBatchSize: Int
    /// The approximate maximum number of bytes of all waiting items.
    ///
    /// Default: 64 MiB, no environment variable. Prompts and completions make single items large, which a limit on the
    /// count does not cover. A batch contains at most an eighth of it. An item larger than the limit is still accepted
    /// if no other item waits. Items that exceed the limit are counted separately, in
    /// ``PipelineStatistics/Dropped/queueBytesFull``.
    public var maxQueueBytes = 64 << 20
    /// The behaviour when the queue is full. Default: the new item is dropped.
    public var overflow = Overflow.dropNewest

    /// Returns the options for spans, from the environment or else the defaults of the specification.
    public static func spans(environment: TelemetryEnvironment = .process) -> BatchOptions {
        BatchOptions(environment, prefix: "OTEL_BSP", scheduleDelay: .seconds(5))
    }

    /// Returns the options for log records, from the environment or else the defaults of the specification.
    public static func logRecords(environment: TelemetryEnvironment = .process) -> BatchOptions {
        BatchOptions(environment, prefix: "OTEL_BLRP", scheduleDelay: .seconds(1))
    }

    /// The options of a simple processor: one item at a time, without delay.
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

    /// Returns the options with values out of range corrected, and reports the corrections.
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
                "options out of range: uses queue size \(options.maxQueueSize), "
                    + "batch size \(options.maxExportBatchSize), queue bytes \(options.maxQueueBytes), "
                    + "delay \(options.scheduleDelay), export timeout \(options.exportTimeout)")
        }
        return options
    }
}
