// SPDX-License-Identifier: MIT
import Synchronization

/// A value that is set once, by the first caller, and that one task waits for.
///
/// Waiting ignores cancellation. For a deadline, a timer sets the value.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case resolved(Value)
    }

    private let state = Mutex(State.empty)

    /// Sets the value unless it is set already.
    func resolve(_ value: Value) {
        let waiter: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .resolved: return nil
            case .empty:
                state = .resolved(value)
                return nil
            case .awaited(let waiter):
                state = .resolved(value)
                return waiter
            }
        }
        waiter?.resume(returning: value)
    }

    /// The value. Waits until it is set.
    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let value: Value? = state.withLock { state in
                    if case .resolved(let value) = state { return value }
                    state = .awaited(continuation)
                    return nil
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }
}
