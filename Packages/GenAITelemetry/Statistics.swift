// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// What a processor has done so far, counted in spans or log records.
///
/// Every item received is in exactly one place: `received == exported + dropped.total + pending` in every snapshot.
public struct PipelineStatistics: Sendable, Hashable {
    /// Items that were lost, by the reason. Each item is counted once.
    public struct Dropped: Sendable, Hashable {
        /// Came when as many items waited as may; see ``BatchOptions/maxQueueSize``.
        public var queueFull = 0
        /// Came when the waiting items took as many bytes as they may; see ``BatchOptions/maxQueueBytes``.
        public var queueBytesFull = 0
        /// The exporter threw, or the backend refused them.
        public var exportFailed = 0
        /// The exporter did not return within the export timeout. They may have arrived.
        public var timedOut = 0
        /// Not yet delivered at the deadline of the shutdown. Those in flight may have arrived.
        public var atShutdown = 0
        /// Came after the shutdown.
        public var afterShutdown = 0

        /// All reasons together.
        public var total: Int {
            queueFull + queueBytesFull + exportFailed + timedOut + atShutdown + afterShutdown
        }

        /// Creates an account without losses.
        public init() {}
    }

    /// Sampled items handed to the processor.
    public var received = 0
    /// Items the exporter took.
    public var exported = 0
    /// Items lost.
    public var dropped = Dropped()
    /// Items waiting or in flight.
    public var pending = 0
    /// Items waiting; the other pending ones are in flight.
    public var waiting = 0
    /// How many items may wait at most.
    public var queueCapacity = 0

    /// Creates an empty account; for tests of what reads one.
    public init() {}
}

/// How many spans a provider has started and ended.
public struct SpanStatistics: Sendable, Hashable {
    /// Where a span's parent came from.
    public enum ParentOrigin: Sendable, Hashable, CaseIterable {
        /// There was none: the span began a trace.
        case none
        /// From this process.
        case local
        /// From another process.
        case remote
    }

    /// Counts by parent, of one decision.
    struct ByParent: Hashable {
        var none = 0
        var local = 0
        var remote = 0

        var total: Int { none + local + remote }
    }

    var dropped = ByParent()
    var recordedOnly = ByParent()
    var sampled = ByParent()
    /// Recorded spans that ended, by whether they were sampled.
    var endedRecordedOnly = 0
    var endedSampled = 0

    /// Creates an account of no spans.
    public init() {}

    /// Spans that were started, whatever the sampler said.
    public var started: Int { dropped.total + recordedOnly.total + sampled.total }

    /// Spans that were started, of one decision and origin.
    public func started(_ decision: SamplingResult.Decision, parent: ParentOrigin) -> Int {
        let counts =
            switch decision {
            case .drop: dropped
            case .recordOnly: recordedOnly
            case .recordAndSample: sampled
            }
        return switch parent {
        case .none: counts.none
        case .local: counts.local
        case .remote: counts.remote
        }
    }

    /// Recorded spans that have not ended, of one decision; zero for dropped ones, whose end nobody sees.
    public func live(_ decision: SamplingResult.Decision) -> Int {
        switch decision {
        case .drop: 0
        case .recordOnly: recordedOnly.total - endedRecordedOnly
        case .recordAndSample: sampled.total - endedSampled
        }
    }
}

/// Counts spans without a lock. Each number is exact; a snapshot taken while spans start may be one behind.
struct SpanCounters: ~Copyable, Sendable {
    private struct ByParent: ~Copyable, Sendable {
        let none = Atomic<Int>(0)
        let local = Atomic<Int>(0)
        let remote = Atomic<Int>(0)

        func count(_ parent: SpanContext?) {
            switch parent?.isRemote {
            case nil: none.add(1, ordering: .relaxed)
            case false?: local.add(1, ordering: .relaxed)
            case true?: remote.add(1, ordering: .relaxed)
            }
        }

        var counts: SpanStatistics.ByParent {
            SpanStatistics.ByParent(
                none: none.load(ordering: .relaxed), local: local.load(ordering: .relaxed),
                remote: remote.load(ordering: .relaxed))
        }
    }

    private let dropped = ByParent()
    private let recordedOnly = ByParent()
    private let sampled = ByParent()
    private let endedRecordedOnly = Atomic<Int>(0)
    private let endedSampled = Atomic<Int>(0)

    func countStart(_ decision: SamplingResult.Decision, parent: SpanContext?) {
        switch decision {
        case .drop: dropped.count(parent)
        case .recordOnly: recordedOnly.count(parent)
        case .recordAndSample: sampled.count(parent)
        }
    }

    func countEnd(isSampled: Bool) {
        if isSampled { endedSampled.add(1, ordering: .relaxed) } else { endedRecordedOnly.add(1, ordering: .relaxed) }
    }

    var statistics: SpanStatistics {
        // Ends before starts, so that no span seems to have ended before it started.
        var statistics = SpanStatistics()
        statistics.endedRecordedOnly = endedRecordedOnly.load(ordering: .acquiring)
        statistics.endedSampled = endedSampled.load(ordering: .acquiring)
        statistics.dropped = dropped.counts
        statistics.recordedOnly = recordedOnly.counts
        statistics.sampled = sampled.counts
        return statistics
    }
}
