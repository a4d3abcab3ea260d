// SPDX-License-Identifier: MIT

/// A clock like `ContinuousClock` whose sleepers are woken by a dedicated thread, one for the whole process.
///
/// `Task.sleep` and `ContinuousClock` need a free thread of Swift's pool to wake a task. This clock does not, so
/// deadlines are kept and retries continue while the whole pool waits for space in a queue.
package struct TimerThreadClock: Clock {
    /// A point in time of `ContinuousClock`.
    package typealias Instant = ContinuousClock.Instant

    /// Creates the clock. All instances share one thread, which starts with the first sleep.
    package init() {}

    /// The number of sleepers and timers that are waiting, for tests.
    static var waitingCount: Int { TimerThread.shared.count }

    /// The current instant.
    package var now: Instant { ContinuousClock.now }
    /// The resolution of `ContinuousClock`.
    package var minimumResolution: Duration { ContinuousClock().minimumResolution }

    /// Suspends the task until `deadline`. Throws if the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let isOver = Promise<Bool>()
        let timer = PendingTimer(due: steadyNanoseconds(after: now.duration(to: deadline))) {
            isOver.resolve(true)
        }
        let isComplete = await withTaskCancellationHandler {
            TimerThread.shared.add(timer)
            // It was cancelled before the timer was added.
            if Task.isCancelled { TimerThread.shared.remove(timer) }
            return await isOver.value
        } onCancel: {
            isOver.resolve(false)
            TimerThread.shared.remove(timer)
        }
        if !isComplete { throw CancellationError() }
    }

    /// Runs an action after a delay, on the clock's thread. It must be quick.
    ///
    /// - Returns: A closure that cancels the action.
    func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let timer = PendingTimer(due: steadyNanoseconds(after: delay), action: action)
        TimerThread.shared.add(timer)
        return { TimerThread.shared.remove(timer) }
    }
}

/// A scheduled action.
final class PendingTimer: Sendable {
    /// The time of the action, by the monotonic clock in nanoseconds.
    let due: UInt64
    let action: @Sendable () -> Void

    init(due: UInt64, action: @escaping @Sendable () -> Void) {
        self.due = due
        self.action = action
    }
}

/// The scheduled actions in order. Pure: no clock and no lock.
struct TimerQueue {
    /// The latest first, so that due timers are removed from the end.
    private var timers: [PendingTimer] = []

    var count: Int { timers.count }
    /// The time of the next action; `nil` if there is none.
    var nextDue: UInt64? { timers.last?.due }

    mutating func add(_ timer: PendingTimer) {
        timers.insert(timer, at: place(of: timer))
    }

    /// Removes a timer. Does nothing if it is not in the queue.
    mutating func remove(_ timer: PendingTimer) {
        let place = place(of: timer)
        if place < timers.count, timers[place] === timer { timers.remove(at: place) }
        if timers.isEmpty { timers = [] }
    }

    /// Removes and returns all due timers, the earliest first.
    mutating func takeDue(at now: UInt64) -> [PendingTimer] {
        let due = timers.reversed().prefix { $0.due <= now }
        timers.removeLast(due.count)
        return Array(due)
    }

    /// Returns the index before all earlier timers. Timers with the same time are ordered by address.
    private func place(of timer: PendingTimer) -> Int {
        var (low, high) = (0, timers.count)
        while low < high {
            let middle = (low + high) / 2
            let other = timers[middle]
            let isLater = (other.due, ObjectIdentifier(other)) > (timer.due, ObjectIdentifier(timer))
            if isLater { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The thread of ``TimerThreadClock``.
private final class TimerThread: Sendable {
    static let shared = TimerThread()

    private struct State {
        var timers = TimerQueue()
        var hasThread = false
    }

    private let condition = ThreadCondition(State())

    var count: Int { condition.withLock { $0.timers.count } }

    func add(_ timer: PendingTimer) {
        let needsThread = condition.update { state in
            state.timers.add(timer)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard needsThread, !startThread({ self.run() }) else { return }
        condition.withLock { $0.hasThread = false }
        timer.action()  // early rather than never
    }

    func remove(_ timer: PendingTimer) {
        condition.withLock { $0.timers.remove(timer) }
    }

    private func run() {
        while true {
            let due: [PendingTimer] = condition.wait { state in
                let due = state.timers.takeDue(at: steadyNanoseconds())
                return due.isEmpty ? .sleep(until: state.timers.nextDue) : .done(due)
            }
            for timer in due { timer.action() }
        }
    }
}
