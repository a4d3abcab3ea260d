// SPDX-License-Identifier: MIT

/// A thread that runs tasks, so that they make progress even when every thread of Swift's pool is blocked.
///
/// The thread starts with the first job and ends when the executor is released.
final class WorkerThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var hasThread = false
        var isReleased = false
    }

    // The thread holds this object, not the executor, so that the executor's release can end it.
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
        // Out of threads: a short-lived loop on this one is better than jobs that never run.
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

/// Producers that wait for room in a queue.
final class CapacitySignal: Sendable {
    private let condition = ThreadCondition<UInt64>(0)

    /// How often room was made; read before looking for room, so that none made in between is missed.
    var epoch: UInt64 { condition.withLock { $0 } }

    /// Room was made.
    func notify() {
        condition.update { $0 += 1 }
    }

    /// Blocks the thread until room was made since `epoch`.
    ///
    /// - Returns: False when the steady clock came to `deadline` first.
    func wait(after epoch: UInt64, until deadline: UInt64) -> Bool {
        condition.wait { current in
            if current != epoch { return .done(true) }
            return steadyNanoseconds() >= deadline ? .done(false) : .sleep(until: deadline)
        }
    }
}
