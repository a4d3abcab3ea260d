// SPDX-License-Identifier: MIT

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
    /// How many items may wait at most.
    public internal(set) var queueCapacity = 0
}
