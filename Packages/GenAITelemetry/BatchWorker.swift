// SPDX-License-Identifier: MIT
import Synchronization

/// The core of every batch and simple processor: one task that takes items out of a ``BatchQueue`` and exports them.
///
/// The exporter is called once at a time. A call that exceeds its timeout is cancelled and its batch given up, but
/// the next call waits until it has really returned; meanwhile items queue up to the bound. Flush and shutdown hold
/// their deadlines even then.
final class BatchWorker<Element: PipelineElement>: Sendable {
    fileprivate enum Wake { case work, delayElapsed }

    fileprivate enum Step {
        case export(count: Int)
        case completeFlushes([BatchQueue<Element>.Flush])
        case wait(OneShot<Wake>, delayed: Bool)
        case finish
    }

    fileprivate enum Admission { case done, wake(OneShot<Wake>), full, closed }

    fileprivate struct State {
        var queue: BatchQueue<Element>
        /// Set while the worker waits for something to do.
        var parked: OneShot<Wake>?
        /// What the exporter has been given. Here alone, so that nobody shares it once the exporter has returned.
        var inFlight: [Element] = []
        /// The call in progress, also one that is given up but has not returned.
        var call: ExporterCall?
        /// Who waits for a flush, by its id.
        var flushes: [Int: OneShot<Bool>] = [:]
        /// Who waits for the shutdown.
        var shutdowns: [ObjectIdentifier: OneShot<Bool?>] = [:]
        var isClosing = false
        /// The shutdown's deadline has passed.
        var isAbandoned = false
        var undeliveredCountAtClose = 0
        /// Whether the shutdown delivered everything; set at its end.
        var outcome: Bool?
        /// After a wait for room ran out, nobody waits until there is room again.
        var isWaitingFutile = false
        var reportedOverflowCount = 0
    }

    private let options: BatchOptions
    private let source: String
    private let end: PipelineEnd<Element>
    private let clock: any Clock<Duration>
    private let state: Mutex<State>
    /// Present only when producers may wait for room.
    private let room: RoomSignal?
    private let thread: WorkerThread?

    init(_ end: PipelineEnd<Element>, options: BatchOptions, source: String, clock: (any Clock<Duration>)?) {
        let options = options.validated(source: source)
        self.options = options
        self.source = source
        self.end = end
        state = Mutex(State(queue: BatchQueue(options)))
        switch options.overflow.kind {
        case .drop:
            (room, thread) = (nil, nil)
            self.clock = clock ?? ContinuousClock()
        case .wait:
            (room, thread) = (RoomSignal(), WorkerThread())
            self.clock = clock ?? TimerThreadClock()
        }
        spawn { await self.run() }
    }

    /// What has happened so far.
    var statistics: PipelineStatistics { state.withLock { $0.queue.statistics } }

    // Detached: nothing of the caller's context, priority or cancellation may reach the exporter.
    @discardableResult
    private func spawn(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task.detached(executorPreference: thread) { await operation() }
    }

    private func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        spawn { [clock] in
            do { try await clock.sleep(for: delay.clampedForSleeping) } catch { return }
            action()
        }
    }
}

// MARK: - Producers

/// An item on its way into the queue, which is moved there. What waits is a few hundred bytes with a dozen references.
struct WaitingItem<Element: PipelineElement>: ~Copyable {
    let byteCount: Int
    // Not `Element?`, which would be set to nil first.
    fileprivate var element: Optional<Element>

    init(_ element: consuming Element) {
        byteCount = element.approximateByteCount
        self.element = .some(element)
    }
}

extension BatchWorker {
    /// Adds an item. One short critical section, and at most one wake-up of the worker per batch.
    func add(_ element: Element) {
        var item = WaitingItem(element)
        take(&item)
    }

    /// Adds an item that is moved into the queue, not copied.
    func take(_ item: inout WaitingItem<Element>) {
        let admission = state.withLock { $0.admit(&item, countsOverflow: room == nil) }
        switch admission {
        case .done: return
        case .wake(let parked): parked.resolve(.work)
        case .full: waitForRoom(&item)
        case .closed: reportLate()
        }
    }

    private func reportLate() {
        report("dropped \(Element.pluralName) that came after the shutdown", key: "afterShutdown")
    }

    private func waitForRoom(_ item: inout WaitingItem<Element>) {
        guard case .wait(let limit) = options.overflow.kind, let room else { return }
        if ExportScope.worker != ObjectIdentifier(self) {
            let deadline = steadyNanoseconds(after: limit)
            while !state.withLock({ $0.isWaitingFutile }) {
                let epoch = room.epoch
                switch state.withLock({ $0.admit(&item, countsOverflow: false) }) {
                case .done: return
                case .wake(let parked): return parked.resolve(.work)
                case .closed: return reportLate()
                case .full: if room.wait(after: epoch, until: deadline) { continue }
                }
                state.withLock { $0.isWaitingFutile = true }
            }
        }
        state.withLock { $0.queue.countOverflow() }
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
            if countsOverflow { queue.countOverflow() }
            return .full
        case .first, .ready: return wake().map { .wake($0) } ?? .done
        }
    }

    fileprivate mutating func wake() -> OneShot<BatchWorker<Element>.Wake>? {
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
        let parked = OneShot<BatchWorker<Element>.Wake>()
        self.parked = parked
        return .wait(parked, delayed: !queue.isEmpty)
    }

    /// How many items found no room since this was last asked.
    fileprivate mutating func unreportedOverflowCount() -> Int {
        let count = queue.statistics.dropped.queueFull
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
                room?.notify()
                await export(count)
            case .completeFlushes(let flushes): await complete(flushes)
            case .wait(let parked, let delayed):
                let timer = delayed ? after(options.scheduleDelay) { parked.resolve(.delayElapsed) } : nil
                if await parked.value == .delayElapsed { state.withLock { $0.queue.seal() } }
                timer?.cancel()
            case .finish: return await finish()
            }
        }
    }

    private func export(_ count: Int) async {
        let ending = await call { [self] () async throws(ExportError) in
            let batch = state.withLock { $0.inFlight }
            // Nothing is left if the shutdown gave the batch up before this task began.
            if !batch.isEmpty { try await end.export(batch) }
        }
        let outcome = settlement(of: ending, count: count)
        let lost = state.withLock { state in
            state.queue.settle(count, outcome)
            return state.unreportedOverflowCount()
        }
        if lost > 0 {
            report("dropped \(lost) \(Element.pluralName): the queue is full", key: "queueFull")
        }
        await callFreed()
        giveBack()
    }

    /// What the exporter has let go of is destroyed by producers if there are any, else here.
    private func giveBack() {
        var items = state.withLock { state in
            defer { state.inFlight = [] }
            return state.inFlight
        }
        // Copies the array if the exporter has kept it.
        items.reserveCapacity(items.count)
        _ = state.withLock { $0.queue.giveBack(&items) }
    }

    private func settlement(of ending: ExporterCall.Ending, count: Int) -> BatchQueue<Element>.Outcome {
        switch ending {
        case .returned: return .returned(rejectedCount: 0)
        case .failed(let error):
            let rejectedCount = min(max(0, error.rejectedCount ?? count), count)
            report("dropped \(rejectedCount) \(Element.pluralName): \(error.message)", key: "exportFailed")
            return .returned(rejectedCount: rejectedCount)
        case .timedOut:
            report(
                "dropped \(count) \(Element.pluralName): the exporter did not return within \(options.exportTimeout)",
                key: "timedOut")
            return .timedOut
        case .abandoned: return .abandoned
        }
    }

    private func complete(_ flushes: [BatchQueue<Element>.Flush]) async {
        var isFlushed = false
        switch await call(end.forceFlush) {
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
        if case .returned = await call(end.forceFlush) { isFlushed = true }
        await callFreed()
        let ending = await call(isLast: true) { [end] () async throws(ExportError) in await end.shutdown() }
        if case .returned = ending {} else { isFlushed = false }
        let (outcome, waiters) = state.withLock { state in
            let outcome = isFlushed && state.queue.undeliveredCount == state.undeliveredCountAtClose
            state.outcome = outcome
            defer { state.shutdowns = [:] }
            return (outcome, state.shutdowns.values)
        }
        for waiter in waiters { waiter.resolve(outcome) }
    }

    /// Calls the exporter and waits until it returns, its time is over or the shutdown abandons it.
    ///
    /// The last call, which frees resources, is made even when the shutdown's time is over, and has no timeout but that.
    private func call(
        isLast: Bool = false, _ operation: @escaping @Sendable () async throws(ExportError) -> Void
    ) async -> ExporterCall.Ending {
        let call = ExporterCall()
        let isAbandoned = state.withLock { state in
            state.call = call
            return state.isAbandoned
        }
        guard !isAbandoned || isLast else { return .abandoned }
        let task = spawn {
            await ExportScope.$worker.withValue(ObjectIdentifier(self)) {
                do throws(ExportError) {
                    try await operation()
                    call.end(.returned)
                } catch {
                    call.end(.failed(error))
                }
            }
        }
        guard !isAbandoned else { return .abandoned }
        let hasTimeout = !isLast && options.exportTimeout > .zero
        let timer = hasTimeout ? after(options.exportTimeout) { call.ending.resolve(.timedOut) } : nil
        let ending = await call.ending.value
        timer?.cancel()
        task.cancel()
        return ending
    }

    /// Waits until the exporter has really returned from the last call, or the shutdown abandons it.
    private func callFreed() async {
        guard let call = state.withLock({ $0.isAbandoned ? nil : $0.call }) else { return }
        await call.freed.value
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
    /// From inside the exporter it only asks for it and returns false: the export in progress cannot wait for itself.
    func forceFlush(timeout: Duration) async -> Bool {
        let waiter = OneShot<Bool>()
        let (id, parked) = state.withLock { state -> (Int?, OneShot<Wake>?) in
            guard !state.isClosing else { return (nil, nil) }
            let id = state.queue.beginFlush()
            state.flushes[id] = waiter
            return (id, state.wake())
        }
        guard let id else { return await awaitShutdown(timeout: timeout) ?? false }
        parked?.resolve(.work)
        guard ExportScope.worker != ObjectIdentifier(self) else { return false }
        let timer = after(timeout) { waiter.resolve(false) }
        let isDelivered = await waiter.value
        timer.cancel()
        state.withLock { state in
            state.flushes[id] = nil
            state.queue.endFlush(id)
        }
        return isDelivered
    }

    /// Exports what waits, shuts the exporter down and ends the worker; what remains at the deadline is dropped.
    func shutdown(timeout: Duration) async -> Bool {
        guard close() else { return await awaitShutdown(timeout: timeout) ?? false }
        guard ExportScope.worker != ObjectIdentifier(self) else {
            spawn { _ = await self.finishShutdown(timeout: timeout) }
            return false
        }
        return await finishShutdown(timeout: timeout)
    }

    /// Takes no more items; what waits is still exported.
    ///
    /// - Returns: Whether this was the first call.
    @discardableResult
    func close() -> Bool {
        let (isFirst, parked) = state.withLock { state -> (Bool, OneShot<Wake>?) in
            guard !state.isClosing else { return (false, nil) }
            state.isClosing = true
            state.queue.close()
            state.undeliveredCountAtClose = state.queue.undeliveredCount
            return (true, state.wake())
        }
        parked?.resolve(.work)
        room?.notify()
        return isFirst
    }

    private func finishShutdown(timeout: Duration) async -> Bool {
        if let outcome = await awaitShutdown(timeout: timeout) { return outcome }
        abandon()
        return false
    }

    /// Whether the shutdown delivered everything, or `nil` when it did not end in time.
    private func awaitShutdown(timeout: Duration) async -> Bool? {
        let waiter = OneShot<Bool?>()
        let outcome = state.withLock { state in
            if state.outcome == nil { state.shutdowns[ObjectIdentifier(waiter)] = waiter }
            return state.outcome
        }
        if let outcome { return outcome }
        let isInsideExporter = ExportScope.worker == ObjectIdentifier(self)
        let timer = after(isInsideExporter ? .zero : timeout) { waiter.resolve(nil) }
        defer {
            timer.cancel()
            state.withLock { _ = $0.shutdowns.removeValue(forKey: ObjectIdentifier(waiter)) }
        }
        return await waiter.value
    }

    /// Gives up what has not been delivered at the shutdown's deadline.
    private func abandon() {
        let abandoned = state.withLock {
            state -> (lost: Int, items: [[Element]], call: ExporterCall?, [OneShot<Bool>])? in
            guard state.outcome == nil else { return nil }
            state.isAbandoned = true
            let lost = state.queue.statistics.pending
            defer { state.flushes = [:] }
            return (lost, state.queue.abandon(), state.call, Array(state.flushes.values))
        }
        guard let (lost, _, call, flushes) = abandoned else { return }
        call?.end(.abandoned)
        for flush in flushes { flush.resolve(false) }
        if lost > 0 { report("dropped \(lost) \(Element.pluralName) at the shutdown's deadline", key: "atShutdown") }
    }
}
