// SPDX-License-Identifier: MIT
import Synchronization

/// A signal that ends waits early.
///
/// Waits run in child tasks, never in detached ones: those would run in Swift's pool, all threads of which may be
/// waiting for the very export that waits here.
final class Interruption: Sendable {
    private struct State {
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())

    /// Ends all current waits.
    func raise() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits for the delay, or until the interruption is raised.
    ///
    /// - Returns: Whether the task continues: false if it was cancelled.
    func wait(for delay: Duration, clock: any Clock<Duration>) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await clock.sleep(for: delay) } catch { return }
            }
            group.addTask { await self.untilRaised() }
            await group.next()
            group.cancelAll()
        }
        return !Task.isCancelled
    }

    private func untilRaised() async {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !Task.isCancelled else { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
