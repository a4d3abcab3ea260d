// SPDX-License-Identifier: MIT

/// Waits for an operation, but not beyond a deadline.
///
/// The operation is cancelled at the deadline and not waited for: one that ignores cancellation goes on by itself.
///
/// - Returns: `nil` when the deadline came first.
func withDeadline<Value: Sendable>(
    _ timeout: Duration, clock: any Clock<Duration>, _ operation: @escaping @Sendable () async -> Value
) async -> Value? {
    let outcome = OneShot<Value?>()
    let work = Task.detached { outcome.resolve(await operation()) }
    let alarm = Task.detached {
        // Cancelled when the work is done.
        guard (try? await clock.sleep(for: timeout.clampedForSleeping)) != nil else { return }
        outcome.resolve(nil)
    }
    let value = await outcome.value
    alarm.cancel()
    if value == nil { work.cancel() }
    return value
}
