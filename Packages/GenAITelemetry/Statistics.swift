// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// The counts of a processor, in spans or log records.
///
/// Every received item is counted exactly once: `received == exported + dropped.total + pending` in every snapshot.
public struct PipelineStatistics: Sendable, Hashable {
    /// Lost items by reason. Each item is counted once.
    public struct Dropped: Sendable, Hashable {
        /// Items that arrived while the maximum number of items was waiting; see ``BatchOptions/maxQueueSize``.
        public var queueFull = 0
        /// Items that arrived while the waiting ones had the maximum size; see ``BatchOptions/maxQueueBytes``.
        public var queueBytesFull = 0
        /// Items for which the exporter threw, or that the backend rejected.
        public var exportFailed = 0
        /// Items whose export exceeded the export timeout. They may have arrived.
        public var timedOut = 0
        /// Items that were not delivered by the deadline of the shutdown. Those in flight may have arrived.
        public var atShutdown = 0
        /// Items that arrived after the shutdown.
        public var afterShutdown = 0

        /// The sum of all reasons.
        public var total: Int {
            queueFull + queueBytesFull + exportFailed + timedOut + atShutdown + afterShutdown
        }

        /// Creates counts of zero.
        public init() {}
    }

    /// Sampled items given to the processor.
    public var received = 0
    /// Items that the exporter accepted.
    public var exported = 0
    /// Items that were lost.
    public var dropped = Dropped()
    /// Items that wait or are in flight.
    public var pending = 0
    /// Items that wait. The other pending ones are in flight.
    public var waiting = 0
    /// The maximum number of waiting items.
    public var queueCapacity = 0

    /// Creates statistics of zero.
    public init() {}
}

/// The numbers of spans that a provider has started and ended.
public struct SpanStatistics: Sendable, Hashable {
    /// The origin of a span's parent.
    public enum ParentOrigin: Sendable, Hashable, CaseIterable {
        /// No parent: the span began a trace.
        case none
        /// A parent in this process.
        case local
        /// A parent in another process.
        case remote
    }

    /// The counts for one decision, by the origin of the parent.
    struct ByParent: Hashable {
        var none = 0
        var local = 0
        var remote = 0

        var total: Int { none + local + remote }
    }

    var dropped = ByParent()
    var recordedOnly = ByParent()
    var sampled = ByParent()
    /// Recorded spans that ended without being sampled.
    var endedRecordedOnly = 0
    var endedSampled = 0

    /// Creates statistics of zero.
    public init() {}

    /// The number of started spans, whatever the sampler decided.
    public var started: Int { dropped.total + recordedOnly.total + sampled.total }

    /// Returns the number of started spans with a decision and an origin of the parent.
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

    /// Returns the number of recorded spans with a decision that have not ended; zero for dropped ones, whose end is
    /// not tracked.
    public func live(_ decision: SamplingResult.Decision) -> Int {
        switch decision {
        case .drop: 0
        case .recordOnly: recordedOnly.total - endedRecordedOnly
        case .recordAndSample: sampled.total - endedSampled
        }
    }
}

/// Counts spans without a lock. Each number is exact. A snapshot taken while spans start may be one behind.
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
        // Ends are read before starts, so that no span appears to have ended without starting.
        var statistics = SpanStatistics()
        statistics.endedRecordedOnly = endedRecordedOnly.load(ordering: .acquiring)
        statistics.endedSampled = endedSampled.load(ordering: .acquiring)
        statistics.dropped = dropped.counts
        statistics.recordedOnly = recordedOnly.counts
        statistics.sampled = sampled.counts
        return statistics
    }
}
