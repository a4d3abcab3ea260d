// SPDX-License-Identifier: MIT

/// Tells how much of a time limit is left.
struct Deadline: Sendable {
    private let limit: Duration?
    private let elapsed: @Sendable () -> Duration

    /// Starts now; a limit of `nil` never passes.
    init(_ limit: Duration?, clock: any Clock<Duration>) {
        self.limit = limit
        elapsed = stopwatch(clock)
    }

    /// What is left; `nil` without a limit.
    var remaining: Duration? { limit.map { $0 - elapsed() } }
}

private func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
