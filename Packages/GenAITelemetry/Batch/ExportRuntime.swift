// SPDX-License-Identifier: MIT

/// Where the worker and the exporter of one processor or reader run, and what their deadlines are measured with.
struct ExportRuntime: Sendable {
    private let workerThread: WorkerThread?
    private let exporterThread: WorkerThread?
    private let clock: any Clock<Duration>

    /// Creates a runtime.
    ///
    /// - Parameters:
    ///   - exporterBlocks: Whether calls into the exporter may block their thread; they get one of their own then.
    ///   - avoidsPool: Whether everything must go on while all threads of Swift's pool are blocked.
    ///   - clock: `nil` takes one whose timers fire even then.
    init(exporterBlocks: Bool, avoidsPool: Bool = false, clock: (any Clock<Duration>)?) {
        exporterThread = exporterBlocks || avoidsPool ? WorkerThread() : nil
        workerThread = avoidsPool ? exporterThread : nil
        self.clock = clock ?? TimerThreadClock()
    }

    // Detached: nothing of the caller's context, priority or cancellation may reach the exporter.
    /// Runs a part of the worker.
    @discardableResult
    func spawn<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        Task.detached(executorPreference: workerThread) { await operation() }
    }

    /// Runs a call into the exporter.
    func spawnCall(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task.detached(executorPreference: exporterThread) { await operation() }
    }

    /// Does something later, unless it is cancelled before.
    func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) -> ExportTimer {
        let delay = delay.clampedForSleeping
        if let clock = clock as? TimerThreadClock { return ExportTimer(cancel: clock.after(delay, action)) }
        let task = Task.detached { [clock] in
            do { try await clock.sleep(for: delay) } catch { return }
            action()
        }
        return ExportTimer { task.cancel() }
    }

    /// The value of a promise; resolves it with `late` when the deadline comes first.
    func value<Value>(of promise: Promise<Value>, within timeout: Duration, late: Value) async -> Value {
        let timer = after(timeout) { promise.resolve(late) }
        defer { timer.cancel() }
        return await promise.value
    }
}

/// Something that is to happen later.
struct ExportTimer: Sendable {
    fileprivate let action: @Sendable () -> Void

    fileprivate init(cancel action: @escaping @Sendable () -> Void) {
        self.action = action
    }

    /// Does nothing when it has happened.
    func cancel() { action() }
}

extension Duration {
    // A century: adding more to a clock's instant could overflow, which would trap.
    private static let longest = Duration.seconds(100 * 366 * 86_400)

    /// The duration within what every clock can add to its present instant.
    var clampedForSleeping: Duration { min(max(self, .zero), .longest) }
}
