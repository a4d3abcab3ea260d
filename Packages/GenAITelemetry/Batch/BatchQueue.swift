// SPDX-License-Identifier: MIT

/// The decisions of a batch processor. Pure: no clock, task or lock, so its tests need none.
///
/// Items are added to an open batch, which is sealed when it is full or on request. Sealed batches leave as a whole, so
/// that neither the producer nor the worker ever copies one, and an empty queue occupies no memory.
struct BatchQueue<Element> {
    /// The result of adding an item.
    enum Admission: Equatable {
        /// It waits with others.
        case queued
        /// It is the first that waits: the delay starts.
        case first
        /// It completed a batch.
        case ready
        /// The maximum number of items is waiting.
        case full
        /// The waiting items occupy the maximum number of bytes.
        case bytesFull
        /// The queue is closed.
        case closed
    }

    /// The result of an export.
    enum Outcome: Equatable {
        /// The exporter returned. It may still have rejected some items.
        case returned(rejectedCount: Int)
        /// The exporter did not return in time.
        case timedOut
        /// The deadline of the shutdown passed first.
        case abandoned
    }

    /// A request that everything up to a position has left the queue.
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
    // The next batch is probably as large as the last one, so its memory is reserved at once.
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
    // Positions in the stream of accepted items: the end, and the part that has been processed.
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

    /// The counts so far.
    var statistics: PipelineStatistics {
        var statistics = counts
        statistics.pending = acceptedCount - settledCount
        statistics.waiting = waitingCount
        statistics.received = acceptedCount + overflowCount + counts.dropped.afterShutdown
        return statistics
    }

    /// The number of accepted items that were lost.
    var undeliveredCount: Int { counts.dropped.exportFailed + counts.dropped.timedOut + counts.dropped.atShutdown }
    /// The number of items that were not accepted.
    var overflowCount: Int { counts.dropped.queueFull + counts.dropped.queueBytesFull }
    /// Indicates whether no item waits. Items may still be in flight.
    var isEmpty: Bool { waitingCount == 0 }
    /// Indicates whether a batch can leave without waiting for more items.
    var hasBatch: Bool { sealedStart < sealed.count }

    // MARK: - Producers

    /// Appends an element unless the queue is full. The caller keeps a rejected element and decides whether it is lost.
    ///
    /// - Parameter element: The element to append. It is replaced by a retired element, if there is one, to be
    ///   destroyed outside the lock.
    mutating func append(_ element: inout Element?, byteCount: Int) -> Admission {
        guard !isClosed else {
            counts.dropped.afterShutdown += 1
            return .closed
        }
        guard waitingCount < capacity else { return .full }
        // The sum cannot overflow: all counted items are in memory.
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

    /// Counts an item that was not accepted.
    ///
    /// - Parameter byBytes: Whether the limit on bytes was exceeded, not the one on items.
    mutating func countOverflow(byBytes: Bool) {
        if byBytes { counts.dropped.queueBytesFull += 1 } else { counts.dropped.queueFull += 1 }
    }

    // MARK: - The worker

    /// Seals the open batch, so that all waiting items can leave.
    mutating func seal() {
        guard !open.elements.isEmpty else { return }
        let count = open.elements.count
        sealed.append(open)
        open = Batch()
        recentBatchCount = count
    }

    /// Removes and returns the oldest sealed batch.
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

    /// Counts the result of exporting a batch.
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

    /// Recycles an exported batch: while there are producers, they destroy one element for each that they add.
    ///
    /// Memory allocators keep memory for the thread that frees it, and threads wait for each other if one frees what
    /// another has allocated.
    ///
    /// - Parameter items: The batch. It must not be shared, or the array would be copied under the lock. Empty
    ///   afterwards, unless the queue is closed, because then no producer would destroy the elements.
    /// - Returns: The elements of the previous batch that producers have not destroyed, to be destroyed outside the
    ///   lock.
    mutating func recycle(_ items: inout [Element]) -> [Element] {
        let left = retired
        retired = []
        if !isEmpty { swap(&retired, &items) }
        return left
    }

    // MARK: - Flush and shutdown

    /// Seals the open batch, so that all waiting items can leave.
    ///
    /// - Returns: The identifier of the flush in ``completedFlushes()``.
    mutating func beginFlush() -> Int {
        seal()
        lastFlushID += 1
        flushes.append(Flush(id: lastFlushID, target: acceptedCount))
        return lastFlushID
    }

    /// Returns the flushes whose items have all left; each is returned once.
    mutating func completedFlushes() -> [Flush] {
        guard let first = flushes.first, first.target <= settledCount else { return [] }
        let completed = flushes.prefix { $0.target <= settledCount }
        flushes.removeFirst(completed.count)
        return Array(completed)
    }

    /// Removes a flush that nobody waits for any more.
    mutating func endFlush(_ id: Int) {
        flushes.removeAll { $0.id == id }
    }

    /// Accepts no more items, and seals the open batch.
    mutating func close() {
        seal()
        isClosed = true
    }

    /// Drops all waiting items.
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
