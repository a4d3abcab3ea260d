// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// What a processor has done so far, counted in spans or log records.
///
/// Every item received is in exactly one place: `received == exported + dropped.total + pending` in every snapshot.
public struct PipelineStatistics: Sendable, Hashable {
    /// Items that were lost, by the reason. Each item is counted once.
    public struct Dropped: Sendable, Hashable {
        /// Came when the queue was full, by count or by bytes.
        public internal(set) var queueFull = 0
        /// The exporter threw, or the backend refused them.
        public internal(set) var exportFailed = 0
        /// The exporter did not return within the export timeout. They may have arrived.
        public internal(set) var timedOut = 0
        /// Not yet delivered at the deadline of the shutdown. Those in flight may have arrived.
        public internal(set) var atShutdown = 0
        /// Came after the shutdown.
        public internal(set) var afterShutdown = 0

        /// All reasons together.
        public var total: Int { queueFull + exportFailed + timedOut + atShutdown + afterShutdown }
    }

    /// Sampled items handed to the processor.
    public internal(set) var received = 0
    /// Items the exporter took.
    public internal(set) var exported = 0
    /// Items lost.
    public internal(set) var dropped = Dropped()
    /// Items waiting or in flight.
    public internal(set) var pending = 0
    /// Items waiting; the other pending ones are in flight.
    public internal(set) var waiting = 0
    /// How many items may wait at most.
    public internal(set) var queueCapacity = 0
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
final class SpanCounters: Sendable {
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
