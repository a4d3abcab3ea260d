// SPDX-License-Identifier: MIT

/// A thread that runs tasks, so that they make progress even if every thread of Swift's pool is blocked.
///
/// The thread starts with the first job and ends when the executor is released.
final class WorkerThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var hasThread = false
        var isReleased = false
    }

    // The thread retains this object, not the executor, so that releasing the executor can end it.
    private let condition = ThreadCondition(State())

    deinit {
        condition.update { $0.isReleased = true }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = condition.update { state in
            state.jobs.append(job)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard needsThread else { return }
        let executor = asUnownedTaskExecutor()
        let isRunning = startThread { [condition] in Self.run(condition, executor) }
        // No thread could be created: running the jobs on this one is better than never running them.
        if !isRunning { Self.run(condition, executor, untilEmpty: true) }
    }

    private static func run(
        _ condition: ThreadCondition<State>, _ executor: UnownedTaskExecutor, untilEmpty: Bool = false
    ) {
        while true {
            let jobs: [UnownedJob]? = condition.wait { state in
                defer { state.jobs = [] }
                if !state.jobs.isEmpty { return .done(state.jobs) }
                guard state.isReleased || untilEmpty else { return .sleep(until: nil) }
                state.hasThread = false
                return .done(nil)
            }
            guard let jobs else { return }
            for job in jobs { job.runSynchronously(on: executor) }
        }
    }
}

/// Notifies producers that wait for space in a queue.
final class CapacitySignal: Sendable {
    private let condition = ThreadCondition<UInt64>(0)

    /// The number of notifications. Read it before checking for space, so that no notification in between is missed.
    var epoch: UInt64 { condition.withLock { $0 } }

    /// Notifies that there is space.
    func notify() {
        condition.update { $0 += 1 }
    }

    /// Blocks the thread until there has been a notification since `epoch`.
    ///
    /// - Returns: False if the monotonic clock reached `deadline` first.
    func wait(after epoch: UInt64, until deadline: UInt64) -> Bool {
        condition.wait { current in
            if current != epoch { return .done(true) }
            return steadyNanoseconds() >= deadline ? .done(false) : .sleep(until: deadline)
        }
    }
}
