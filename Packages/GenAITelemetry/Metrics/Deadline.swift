// SPDX-License-Identifier: MIT
import Synchronization

/// Waits for an operation, but not beyond a deadline.
///
/// The operation is cancelled at the deadline and not waited for: one that ignores cancellation goes on by itself.
///
/// - Parameter timeout: `nil` waits without end.
/// - Returns: `nil` when the deadline came first.
func withDeadline<Value: Sendable>(
    _ timeout: Duration?, clock: any Clock<Duration>, _ operation: @escaping @Sendable () async -> Value
) async -> Value? {
    guard let timeout else { return await operation() }
    let outcome = FirstOutcome<Value>()
    let work = Task.detached { outcome.settle(await operation()) }
    let alarm = Task.detached {
        // Cancelled when the work is done.
        guard (try? await clock.sleep(for: timeout)) != nil else { return }
        outcome.settle(nil)
    }
    let value = await outcome.value
    alarm.cancel()
    if value == nil { work.cancel() }
    return value
}

/// Waits for the first of several results.
private final class FirstOutcome<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value?, Never>)
        case settled(Value?)
    }

    private let state = Mutex(State.open)

    func settle(_ value: Value?) {
        let continuation = state.withLock { state -> CheckedContinuation<Value?, Never>? in
            switch state {
            case .open:
                state = .settled(value)
                return nil
            case .awaited(let continuation):
                state = .settled(value)
                return continuation
            case .settled:
                return nil
            }
        }
        continuation?.resume(returning: value)
    }

    /// The result. Read once.
    var value: Value? {
        get async {
            await withCheckedContinuation { continuation in
                let settled = state.withLock { state -> Value?? in
                    if case .settled(let value) = state { return .some(value) }
                    state = .awaited(continuation)
                    return .none
                }
                if let settled { continuation.resume(returning: settled) }
            }
        }
    }
}
