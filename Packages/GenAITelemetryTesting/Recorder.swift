// SPDX-License-Identifier: MIT
import Synchronization

/// Stores batches, and wakes tasks that wait for a number of elements.
final class Recorder<Element: Sendable>: Sendable {
    private struct Waiter {
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var batches: [[Element]] = []
        var count = 0
        var isShutDown = false
        var waiters: [Int: Waiter] = [:]
        var lastID = 0
    }

    private let state = Mutex(State())

    var batches: [[Element]] { state.withLock { $0.batches } }
    var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Stores a batch. Returns false after the shutdown.
    func append(_ batch: [Element]) -> Bool {
        let due = state.withLock { state -> [Waiter]? in
            guard !state.isShutDown else { return nil }
            state.batches.append(batch)
            state.count += batch.count
            let due = state.waiters.filter { $0.value.count <= state.count }
            for id in due.keys { state.waiters[id] = nil }
            return Array(due.values)
        }
        for waiter in due ?? [] { waiter.continuation.resume() }
        return due != nil
    }

    func reset() {
        state.withLock { ($0.batches, $0.count) = ([], 0) }
    }

    func shutDown() {
        state.withLock { $0.isShutDown = true }
    }

    /// Waits until there are `count` elements, or until the task is cancelled.
    func wait(for count: Int) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if state.count >= count || Task.isCancelled { return true }
                    state.waiters[id] = Waiter(count: count, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume()
        }
    }
}
