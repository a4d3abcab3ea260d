// SPDX-License-Identifier: MIT

/// The threads and the clock of one processor or reader and its exporter.
struct ExportRuntime: Sendable {
    private let workerThread: WorkerThread?
    private let exporterThread: WorkerThread?
    private let clock: any Clock<Duration>

    /// Creates a runtime.
    ///
    /// - Parameters:
    ///   - exporterBlocks: Whether calls of the exporter may block their thread. They then run on a thread of their
    ///     own.
    ///   - avoidsPool: Whether everything must make progress while all threads of Swift's pool are blocked.
    ///   - clock: The clock for deadlines; `nil` means one whose timers fire even then.
    init(exporterBlocks: Bool, avoidsPool: Bool = false, clock: (any Clock<Duration>)?) {
        exporterThread = exporterBlocks || avoidsPool ? WorkerThread() : nil
        workerThread = avoidsPool ? exporterThread : nil
        // Sleepers on the system's clock that are cancelled stay with the system until their time has come.
        self.clock = clock.flatMap { $0 is ContinuousClock ? nil : $0 } ?? TimerThreadClock()
    }

    // Detached: the caller's context, priority and cancellation must not reach the exporter.
    /// Runs a part of the worker.
    @discardableResult
    func spawn<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        Task.detached(executorPreference: workerThread) { await operation() }
    }

    /// Runs a call of the exporter.
    func spawnCall(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task.detached(executorPreference: exporterThread) { await operation() }
    }

    /// Runs an action after a delay, unless it is cancelled before.
    func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) -> ExportTimer {
        let delay = delay.clampedForSleeping
        if let clock = clock as? TimerThreadClock { return ExportTimer(cancel: clock.after(delay, action)) }
        let task = Task.detached { [clock] in
            do { try await clock.sleep(for: delay) } catch { return }
            action()
        }
        return ExportTimer { task.cancel() }
    }

    /// Returns the value of a promise, which is resolved with `late` if the deadline passes first.
    func value<Value>(of promise: Promise<Value>, within timeout: Duration, late: Value) async -> Value {
        let timer = after(timeout) { promise.resolve(late) }
        defer { timer.cancel() }
        return await promise.value
    }
}

/// A scheduled action.
struct ExportTimer: Sendable {
    fileprivate let action: @Sendable () -> Void

    fileprivate init(cancel action: @escaping @Sendable () -> Void) {
        self.action = action
    }

    /// Cancels the action. Does nothing once it has run.
    func cancel() { action() }
}

extension Duration {
    // A century: adding a longer duration to a clock's instant could overflow, which would trap.
    private static let longest = Duration.seconds(100 * 366 * 86_400)

    /// The duration, limited to a value that every clock can add to its current instant.
    var clampedForSleeping: Duration { min(max(self, .zero), .longest) }
}
