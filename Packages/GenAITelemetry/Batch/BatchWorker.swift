// SPDX-License-Identifier: MIT
import Synchronization

/// The core of every batch and simple processor: one task that takes items out of a ``BatchQueue`` and exports them.
///
/// Only one call of the exporter runs at a time. A call that exceeds its timeout is cancelled and its batch given up,
/// but the next call waits until it has really returned; meanwhile items queue up to the limit. Flush and shutdown keep
/// their deadlines even then.
final class BatchWorker<Element: Sendable>: Sendable {
    fileprivate enum Wake { case work, delayElapsed }

    fileprivate enum Step {
        case export(count: Int)
        case completeFlushes([BatchQueue<Element>.Flush])
        case wait(Promise<Wake>, delayed: Bool)
        case finish
    }

    fileprivate enum Admission { case done, wake(Promise<Wake>), full(byBytes: Bool), closed }

    fileprivate struct State {
        var queue: BatchQueue<Element>
        /// Set while the worker waits for work.
        var parked: Promise<Wake>?
        /// The batch given to the exporter. Stored only here, so that it has one owner once the exporter has returned.
        var inFlight: [Element] = []
        /// The call in progress, including one that was given up but has not returned.
        var call: ExporterCall?
        /// The waiting flushes by identifier.
        var flushes: [Int: Promise<Bool>] = [:]
        /// The callers that wait for the shutdown.
        var shutdowns: [ObjectIdentifier: Promise<Bool?>] = [:]
        var isClosing = false
        /// Indicates whether the deadline of the shutdown has passed.
        var isAbandoned = false
        var undeliveredCountAtClose = 0
        /// Indicates whether the shutdown delivered everything; set at its end.
        var outcome: Bool?
        /// Indicates whether a wait for space has timed out. Producers do not wait again until there is space.
        var isWaitingFutile = false
        var reportedOverflowCount = 0
    }

    private let options: BatchOptions
    private let source: String
    private let exporter: AnyExporter<Element>
    private let runtime: ExportRuntime
    private let state: Mutex<State>
    /// Present only if producers may wait for space.
    private let capacity: CapacitySignal?

    init(
        _ exporter: AnyExporter<Element>, options: BatchOptions, source: String, clock: (any Clock<Duration>)? = nil
    ) {
        let options = options.validated(source: source)
        self.options = options
        self.source = source
        self.exporter = exporter
        state = Mutex(State(queue: BatchQueue(options)))
        let producersWait = options.overflow != .dropNewest
        capacity = producersWait ? CapacitySignal() : nil
        runtime = ExportRuntime(exporterBlocks: !exporter.neverBlocks, avoidsPool: producersWait, clock: clock)
        runtime.spawn { await self.run() }
    }

    /// The counts so far.
    var statistics: PipelineStatistics { state.withLock { $0.queue.statistics } }
}

// MARK: - Producers

/// An item on its way into the queue, into which it is moved: copying it would retain a dozen references.
struct WaitingItem<Element: Sendable>: ~Copyable {
    let byteCount: Int
    // Not `Element?`, which would be initialized to nil first.
    fileprivate var element: Optional<Element>

    init(byteCount: Int, _ element: consuming Element) {
        self.byteCount = byteCount
        self.element = .some(element)
    }
}

extension BatchWorker {
    /// Adds an item, which is moved into the queue, not copied. Takes one short critical section, and at most one
    /// wake-up of the worker for each batch.
    func enqueue(_ item: inout WaitingItem<Element>) {
        let admission = state.withLock { $0.admit(&item, countsOverflow: capacity == nil) }
        switch admission {
        case .done: return
        case .wake(let parked): parked.resolve(.work)
        case .full(let byBytes): waitForRoom(&item, byBytes: byBytes)
        case .closed: reportLate()
        }
    }

    private func reportLate() {
        report("dropped \(exporter.noun) that arrived after the shutdown", key: "afterShutdown")
    }

    private func waitForRoom(_ item: inout WaitingItem<Element>, byBytes: Bool) {
        guard case .wait(let limit) = options.overflow.kind, let capacity else { return }
        if ExportScope.current != ObjectIdentifier(self) {
            let deadline = steadyNanoseconds(after: limit)
            while !state.withLock({ $0.isWaitingFutile }) {
                let epoch = capacity.epoch
                switch state.withLock({ $0.admit(&item, countsOverflow: false) }) {
                case .done: return
                case .wake(let parked): return parked.resolve(.work)
                case .closed: return reportLate()
                case .full: if capacity.wait(after: epoch, until: deadline) { continue }
                }
                state.withLock { $0.isWaitingFutile = true }
            }
        }
        state.withLock { $0.queue.countOverflow(byBytes: byBytes) }
    }
}

extension BatchWorker.State {
    fileprivate mutating func admit(
        _ item: inout WaitingItem<Element>, countsOverflow: Bool
    ) -> BatchWorker<Element>.Admission {
        switch queue.append(&item.element, byteCount: item.byteCount) {
        case .queued: return .done
        case .closed: return .closed
        case .full:
            if countsOverflow { queue.countOverflow(byBytes: false) }
            return .full(byBytes: false)
        case .bytesFull:
            if countsOverflow { queue.countOverflow(byBytes: true) }
            return .full(byBytes: true)
        case .first, .ready: return wake().map { .wake($0) } ?? .done
        }
    }

    fileprivate mutating func wake() -> Promise<BatchWorker<Element>.Wake>? {
        defer { parked = nil }
        return parked
    }

    fileprivate mutating func nextStep() -> BatchWorker<Element>.Step {
        parked = nil
        let completed = queue.completedFlushes()
        if !completed.isEmpty { return .completeFlushes(completed) }
        if let batch = queue.takeBatch() {
            isWaitingFutile = false
            inFlight = batch
            return .export(count: batch.count)
        }
        if isClosing { return .finish }
        let parked = Promise<BatchWorker<Element>.Wake>()
        self.parked = parked
        return .wait(parked, delayed: !queue.isEmpty)
    }

    /// Returns the number of items not accepted since the last call.
    fileprivate mutating func unreportedOverflowCount() -> Int {
        let count = queue.overflowCount
        defer { reportedOverflowCount = count }
        return count - reportedOverflowCount
    }
}

// MARK: - The worker

extension BatchWorker {
    private func run() async {
        while true {
            switch state.withLock({ $0.nextStep() }) {
            case .export(let count):
                capacity?.notify()
                await export(count)
            case .completeFlushes(let flushes): await complete(flushes)
            case .wait(let parked, let delayed):
                let timer = delayed ? runtime.after(options.scheduleDelay) { parked.resolve(.delayElapsed) } : nil
                if await parked.value == .delayElapsed { state.withLock { $0.queue.seal() } }
                timer?.cancel()
            case .finish: return await finish()
            }
        }
    }

    private func export(_ count: Int) async {
        let ending = await call { [self] () async throws(ExportError) in
            let batch = state.withLock { $0.inFlight }
            // The batch is empty if the shutdown gave it up before this task began.
            if !batch.isEmpty { try await exporter.export(batch) }
        }
        let outcome = settlement(of: ending, count: count)
        let lost = state.withLock { state in
            state.queue.settle(count, outcome)
            return state.unreportedOverflowCount()
        }
        if lost > 0 {
            report("dropped \(lost) \(exporter.noun): the queue is full", key: "queueFull")
        }
        await callFreed()
        recycle()
    }

    /// Recycles the exported batch: producers, if there are any, destroy it, so that memory is freed by the threads
    /// that allocated it.
    private func recycle() {
        var items = state.withLock { state in
            defer { state.inFlight = [] }
            return state.inFlight
        }
        // Copies the array if the exporter has kept a reference to it.
        items.reserveCapacity(items.count)
        _ = state.withLock { $0.queue.recycle(&items) }
    }

    private func settlement(of ending: ExporterCall.Ending, count: Int) -> BatchQueue<Element>.Outcome {
        switch ending {
        case .returned: return .returned(rejectedCount: 0)
        case .failed(let error):
            let rejectedCount = min(max(0, error.rejectedCount ?? count), count)
            report("dropped \(rejectedCount) \(exporter.noun): \(error.message)", key: "exportFailed")
            return .returned(rejectedCount: rejectedCount)
        case .timedOut:
            report(
                "dropped \(count) \(exporter.noun): the exporter did not return within \(options.exportTimeout)",
                key: "timedOut")
            return .timedOut
        case .abandoned: return .abandoned
        }
    }

    private func complete(_ flushes: [BatchQueue<Element>.Flush]) async {
        var isFlushed = false
        switch await call(exporter.forceFlush) {
        case .returned: isFlushed = true
        case .failed(let error): report("flush failed: \(error.message)", key: "flushFailed")
        case .timedOut: report("the exporter did not flush within \(options.exportTimeout)", key: "flushTimedOut")
        case .abandoned: break
        }
        for flush in flushes {
            let waiter = state.withLock { $0.flushes.removeValue(forKey: flush.id) }
            waiter?.resolve(flush.isDelivered && isFlushed)
        }
        await callFreed()
    }

    private func finish() async {
        var isFlushed = false
        if case .returned = await call(exporter.forceFlush) { isFlushed = true }
        await callFreed()
        let ending = await call(isLast: true) { [exporter] () async throws(ExportError) in
            await exporter.shutdown()
        }
        if case .returned = ending {} else { isFlushed = false }
        let (outcome, waiters) = state.withLock { state in
            let outcome = isFlushed && state.queue.undeliveredCount == state.undeliveredCountAtClose
            state.outcome = outcome
            defer { state.shutdowns = [:] }
            return (outcome, state.shutdowns.values)
        }
        for waiter in waiters { waiter.resolve(outcome) }
    }

    /// Calls the exporter and waits until it returns, its timeout passes or the shutdown abandons it.
    ///
    /// The last call, which frees resources, is made even if the deadline of the shutdown has passed, and has no other
    /// timeout.
    private func call(
        isLast: Bool = false, _ operation: @escaping @Sendable () async throws(ExportError) -> Void
    ) async -> ExporterCall.Ending {
        let call = ExporterCall()
        let isAbandoned = state.withLock { state in
            state.call = call
            return state.isAbandoned
        }
        guard !isAbandoned || isLast else { return .abandoned }
        let scope = ObjectIdentifier(self)
        guard !isAbandoned else {
            call.start(on: runtime, scope: scope, operation)
            return .abandoned
        }
        return await call.run(
            on: runtime, scope: scope, timeout: isLast ? nil : options.exportTimeout, operation)
    }

    /// Waits until the exporter has really returned from the last call, or the shutdown abandons it.
    private func callFreed() async {
        guard let call = state.withLock({ $0.isAbandoned ? nil : $0.call }) else { return }
        await call.waitUntilFreed()
        state.withLock { $0.call = nil }
    }

    private func report(_ text: String, key: String) {
        Diagnostics.report(.error, source, text, key: key)
    }
}

// MARK: - Flush and shutdown

extension BatchWorker {
    /// Exports everything received before the call.
    ///
    /// A call from inside the exporter only requests the flush and returns false, because the export in progress cannot
    /// wait for itself.
    func forceFlush(timeout: Duration) async -> Bool {
        let waiter = Promise<Bool>()
        let (id, parked) = state.withLock { state -> (Int?, Promise<Wake>?) in
            guard !state.isClosing else { return (nil, nil) }
            let id = state.queue.beginFlush()
            state.flushes[id] = waiter
            return (id, state.wake())
        }
        guard let id else { return await awaitShutdown(timeout: timeout) ?? false }
        parked?.resolve(.work)
        guard ExportScope.current != ObjectIdentifier(self) else { return false }
        let isDelivered = await runtime.value(of: waiter, within: timeout, late: false)
        state.withLock { state in
            state.flushes[id] = nil
            state.queue.endFlush(id)
        }
        return isDelivered
    }

    /// Exports the waiting items, shuts the exporter down and ends the worker. Items that remain at the deadline are
    /// dropped.
    func shutdown(timeout: Duration) async -> Bool {
        exporter.prepareForShutdown()
        guard close() else { return await awaitShutdown(timeout: timeout) ?? false }
        guard ExportScope.current != ObjectIdentifier(self) else {
            runtime.spawn { _ = await self.finishShutdown(timeout: timeout) }
            return false
        }
        return await finishShutdown(timeout: timeout)
    }

    /// Accepts no more items. The waiting ones are still exported.
    ///
    /// - Returns: Whether this was the first call.
    @discardableResult
    func close() -> Bool {
        let (isFirst, parked) = state.withLock { state -> (Bool, Promise<Wake>?) in
            guard !state.isClosing else { return (false, nil) }
            state.isClosing = true
            state.queue.close()
            state.undeliveredCountAtClose = state.queue.undeliveredCount
            return (true, state.wake())
        }
        parked?.resolve(.work)
        capacity?.notify()
        return isFirst
    }

    private func finishShutdown(timeout: Duration) async -> Bool {
        if let outcome = await awaitShutdown(timeout: timeout) { return outcome }
        abandon()
        return false
    }

    /// Returns whether the shutdown delivered everything; `nil` if it did not end in time.
    private func awaitShutdown(timeout: Duration) async -> Bool? {
        let waiter = Promise<Bool?>()
        let outcome = state.withLock { state in
            if state.outcome == nil { state.shutdowns[ObjectIdentifier(waiter)] = waiter }
            return state.outcome
        }
        if let outcome { return outcome }
        let isInsideExporter = ExportScope.current == ObjectIdentifier(self)
        defer { state.withLock { _ = $0.shutdowns.removeValue(forKey: ObjectIdentifier(waiter)) } }
        return await runtime.value(of: waiter, within: isInsideExporter ? .zero : timeout, late: nil)
    }

    /// Gives up the undelivered items at the deadline of the shutdown.
    private func abandon() {
        let abandoned = state.withLock {
            state -> (lost: Int, items: [[Element]], call: ExporterCall?, [Promise<Bool>])? in
            guard state.outcome == nil else { return nil }
            state.isAbandoned = true
            let lost = state.queue.statistics.pending
            defer { state.flushes = [:] }
            return (lost, state.queue.abandon(), state.call, Array(state.flushes.values))
        }
        guard let (lost, _, call, flushes) = abandoned else { return }
        call?.abandon()
        for flush in flushes { flush.resolve(false) }
        if lost > 0 { report("dropped \(lost) \(exporter.noun) at the shutdown's deadline", key: "atShutdown") }
    }
}
