// SPDX-License-Identifier: MIT

/// The decisions of a batch processor. Knows no clock, task or lock, so its tests need none.
///
/// Items gather in an open batch, which is sealed when it is full or when somebody asks for it. Sealed batches leave
/// whole, so that neither the producer nor the worker ever copies one, and an empty queue holds no memory.
struct BatchQueue<Element> {
    /// What became of a new item.
    enum Admission: Equatable {
        /// It waits with others.
        case queued
        /// It waits alone: the delay starts.
        case first
        /// It completed a batch.
        case ready
        /// As many items wait as may.
        case full
        /// The waiting items take as many bytes as they may.
        case bytesFull
        /// The queue is closed.
        case closed
    }

    /// How an export ended.
    enum Outcome: Equatable {
        /// The exporter returned; so many items were refused nevertheless.
        case returned(rejectedCount: Int)
        /// The exporter did not return in time.
        case timedOut
        /// The shutdown's deadline came first.
        case abandoned
    }

    /// What somebody waits for: that everything up to a position has left.
    struct Flush: Equatable {
        let id: Int
        let target: Int
        var isDelivered = true
    }

    private struct Batch {
        var elements: [Element] = []
        var byteCount = 0
    }

    private let capacity: Int
    private let byteCapacity: Int
    private let batchSize: Int
    private let batchByteCount: Int

    private var open = Batch()
    // The next batch probably gets as large as the last one, so its memory is taken at once.
    private var recentBatchCount = 0
    private var sealed: [Batch] = []
    private var sealedStart = 0
    // Exported elements waiting to be destroyed; see `recycle`.
    private var retired: [Element] = []
    private var isClosed = false
    private var waitingCount = 0
    private var waitingByteCount = 0
    private var flushes: [Flush] = []
    private var lastFlushID = 0
    // Positions in the stream of accepted items: how far it goes, and how much of it has been dealt with.
    private var acceptedCount = 0
    private var settledCount = 0
    private var counts = PipelineStatistics()

    init(_ options: BatchOptions) {
        capacity = options.maxQueueSize
        byteCapacity = options.maxQueueBytes
        batchSize = options.maxExportBatchSize
        batchByteCount = max(1, options.maxQueueBytes / 8)
        counts.queueCapacity = options.maxQueueSize
    }

    /// What has happened so far.
    var statistics: PipelineStatistics {
        var statistics = counts
        statistics.pending = acceptedCount - settledCount
        statistics.waiting = waitingCount
        statistics.received = acceptedCount + overflowCount + counts.dropped.afterShutdown
        return statistics
    }

    /// Accepted items that were lost.
    var undeliveredCount: Int { counts.dropped.exportFailed + counts.dropped.timedOut + counts.dropped.atShutdown }
    /// Items that found no room.
    var overflowCount: Int { counts.dropped.queueFull + counts.dropped.queueBytesFull }
    /// Whether nothing waits; something may be in flight.
    var isEmpty: Bool { waitingCount == 0 }
    /// Whether a batch can leave without waiting for more.
    var hasBatch: Bool { sealedStart < sealed.count }

    // MARK: - Producers

    /// Appends an element, unless there is no room; whether that is a loss is up to the caller, who keeps it.
    ///
    /// - Parameter element: Replaced by a retired element, if there is any, to be destroyed outside the lock.
    mutating func append(_ element: inout Element?, byteCount: Int) -> Admission {
        guard !isClosed else {
            counts.dropped.afterShutdown += 1
            return .closed
        }
        guard waitingCount < capacity else { return .full }
        // The sum cannot overflow: items are in memory, and so is what waits.
        guard waitingByteCount &+ byteCount <= byteCapacity || waitingCount == 0 else { return .bytesFull }
        if open.elements.isEmpty { open.elements.reserveCapacity(recentBatchCount) }
        if let element = element.take() { open.elements.append(element) }
        element = retired.popLast()
        open.byteCount += byteCount
        acceptedCount += 1
        waitingCount += 1
        waitingByteCount += byteCount
        if open.elements.count >= batchSize || open.byteCount >= batchByteCount {
            seal()
            return .ready
        }
        return waitingCount == 1 ? .first : .queued
    }

    /// Counts an item that found no room.
    ///
    /// - Parameter byBytes: Whether bytes were short, not places.
    mutating func countOverflow(byBytes: Bool) {
        if byBytes { counts.dropped.queueBytesFull += 1 } else { counts.dropped.queueFull += 1 }
    }

    // MARK: - The worker

    /// Lets everything leave that waits now.
    mutating func seal() {
        guard !open.elements.isEmpty else { return }
        let count = open.elements.count
        sealed.append(open)
        open = Batch()
        recentBatchCount = count
    }

    /// The oldest sealed batch.
    mutating func takeBatch() -> [Element]? {
        guard hasBatch else { return nil }
        let batch = sealed[sealedStart]
        sealed[sealedStart] = Batch()
        sealedStart += 1
        if sealedStart * 2 >= sealed.count {
            sealed.removeFirst(sealedStart)
            sealedStart = 0
        }
        if sealed.isEmpty { sealed = [] }
        waitingCount -= batch.elements.count
        waitingByteCount -= batch.byteCount
        return batch.elements
    }

    /// Counts what became of a batch.
    mutating func settle(_ count: Int, _ outcome: Outcome) {
        switch outcome {
        case .returned(let rejectedCount):
            let rejectedCount = min(max(0, rejectedCount), count)
            counts.exported += count - rejectedCount
            counts.dropped.exportFailed += rejectedCount
        case .timedOut: counts.dropped.timedOut += count
        case .abandoned: counts.dropped.atShutdown += count
        }
        if outcome != .returned(rejectedCount: 0) {
            for index in flushes.indices { flushes[index].isDelivered = false }
        }
        settledCount += count
    }

    /// Recycles an exported batch: producers destroy one element with each that they add, while there are producers.
    ///
    /// A memory allocator keeps what a thread frees for that thread, and lets threads wait for each other when one
    /// frees what another has allocated.
    ///
    /// - Parameter items: Not shared, or the array would be copied under the lock. Empty afterwards, unless the queue
    ///   is: then nobody would come for them.
    /// - Returns: What producers have left from the last time, to be destroyed outside the lock.
    mutating func recycle(_ items: inout [Element]) -> [Element] {
        let left = retired
        retired = []
        if !isEmpty { swap(&retired, &items) }
        return left
    }

    // MARK: - Flush and shutdown

    /// Lets everything leave that waits now.
    ///
    /// - Returns: The name under which ``completedFlushes()`` gives notice.
    mutating func beginFlush() -> Int {
        seal()
        lastFlushID += 1
        flushes.append(Flush(id: lastFlushID, target: acceptedCount))
        return lastFlushID
    }

    /// The flushes whose items have all left; each is given once.
    mutating func completedFlushes() -> [Flush] {
        guard let first = flushes.first, first.target <= settledCount else { return [] }
        let completed = flushes.prefix { $0.target <= settledCount }
        flushes.removeFirst(completed.count)
        return Array(completed)
    }

    /// Forgets a flush nobody waits for any more.
    mutating func endFlush(_ id: Int) {
        flushes.removeAll { $0.id == id }
    }

    /// Takes no more items and lets everything leave that waits now.
    mutating func close() {
        seal()
        isClosed = true
    }

    /// Drops everything that waits.
    ///
    /// - Returns: The items, to be destroyed outside the lock.
    mutating func abandon() -> [[Element]] {
        seal()
        let items = sealed.map(\.elements)
        let count = waitingCount
        (sealed, sealedStart, waitingCount, waitingByteCount) = ([], 0, 0, 0)
        settle(count, .abandoned)
        return items
    }
}
