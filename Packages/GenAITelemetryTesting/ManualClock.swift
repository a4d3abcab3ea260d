// SPDX-License-Identifier: MIT
import Synchronization

/// A clock that a test advances by hand, so that nothing depends on real time.
///
/// ```swift
/// let clock = ManualClock()
/// let processor = BatchSpanProcessor(exporter: exporter, clock: clock)
/// processor.onEnd(span)
/// await clock.waitForSleeper(dueIn: .seconds(5))  // the processor waits for its delay
/// clock.advance(by: .seconds(5))
/// ```
public final class ManualClock: Clock {
    /// A point in time, as an offset from the creation of the clock.
    public struct Instant: InstantProtocol {
        /// The time since the clock was created.
        public var offset: Duration

        /// Returns the point in time that is `duration` later.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        /// Returns the time from this instant to `other`.
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        /// Returns whether one point in time is before the other.
        public static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private struct Sleeper {
        let due: Instant
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct Observer {
        let due: Instant
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Int: Sleeper] = [:]
        var observers: [Observer] = []
        var lastID = 0
    }

    private let state = Mutex(State())

    /// Creates a clock at offset zero.
    public init() {}

    /// The current time of the clock.
    public var now: Instant { state.withLock { $0.now } }
    /// One nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }
    /// The number of sleeping tasks.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Advances the clock and wakes the tasks whose deadline has passed, the earliest first.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now.offset += duration
            let due = state.sleepers.filter { $0.value.due <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.due < $1.due }
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
    }

    /// Waits until a task sleeps until exactly `duration` from now.
    public func waitForSleeper(dueIn duration: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let due = state.now.advanced(by: duration)
                if state.sleepers.values.contains(where: { $0.due == due }) { return true }
                state.observers.append(Observer(due: due, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Suspends the task until the clock reaches `deadline`. Throws if the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let isComplete = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                fallAsleep(id, until: deadline, continuation)
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(returning: false)
        }
        if !isComplete { throw CancellationError() }
    }

    private func fallAsleep(_ id: Int, until deadline: Instant, _ continuation: CheckedContinuation<Bool, Never>) {
        let (outcome, observers) = state.withLock { state -> (Bool?, [Observer]) in
            if Task.isCancelled { return (false, []) }
            if deadline <= state.now { return (true, []) }
            state.sleepers[id] = Sleeper(due: deadline, continuation: continuation)
            let observers = state.observers.filter { $0.due == deadline }
            state.observers.removeAll { $0.due == deadline }
            return (nil, observers)
        }
        if let outcome { continuation.resume(returning: outcome) }
        for observer in observers { observer.continuation.resume() }
    }
}
