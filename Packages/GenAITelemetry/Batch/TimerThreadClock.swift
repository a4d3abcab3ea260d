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

    /// The current instant.
    package var now: Instant { ContinuousClock.now }
    /// The resolution of `ContinuousClock`.
    package var minimumResolution: Duration { ContinuousClock().minimumResolution }

    /// Suspends the task until `deadline`. Throws if the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let isOver = Promise<Bool>()
        let timer = TimerThread.Timer(due: steadyNanoseconds(after: now.duration(to: deadline))) {
            isOver.resolve(true)
        }
        let isComplete = await withTaskCancellationHandler {
            TimerThread.shared.add(timer)
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
        let timer = TimerThread.Timer(due: steadyNanoseconds(after: delay), action: action)
        TimerThread.shared.add(timer)
        return { TimerThread.shared.remove(timer) }
    }
}

/// The thread of ``TimerThreadClock``.
private final class TimerThread: Sendable {
    final class Timer: Sendable {
        let due: UInt64
        let action: @Sendable () -> Void

        init(due: UInt64, action: @escaping @Sendable () -> Void) {
            self.due = due
            self.action = action
        }
    }

    static let shared = TimerThread()

    private struct State {
        // There are only a few timers for each processor, so a linear search is faster than a heap.
        var timers: [Timer] = []
        var hasThread = false
    }

    private let condition = ThreadCondition(State())

    func add(_ timer: Timer) {
        let needsThread = condition.update { state in
            state.timers.append(timer)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard needsThread, !startThread({ self.run() }) else { return }
        condition.withLock { $0.hasThread = false }
        timer.action()  // early rather than never
    }

    func remove(_ timer: Timer) {
        condition.withLock { state in state.timers.removeAll { $0 === timer } }
    }

    private func run() {
        while true {
            let due: [Timer] = condition.wait { state in
                let now = steadyNanoseconds()
                let due = state.timers.filter { $0.due <= now }
                guard due.isEmpty else {
                    state.timers.removeAll { $0.due <= now }
                    return .done(due)
                }
                return .sleep(until: state.timers.map(\.due).min())
            }
            for timer in due { timer.action() }
        }
    }
}
