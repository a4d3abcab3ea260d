// SPDX-License-Identifier: MIT

/// Measures the remaining part of a time limit.
struct Deadline: Sendable {
    private let limit: Duration?
    private let elapsed: @Sendable () -> Duration

    /// Starts now. A limit of `nil` never passes.
    init(_ limit: Duration?, clock: any Clock<Duration>) {
        self.limit = limit
        elapsed = stopwatch(clock)
    }

    /// The remaining time; `nil` without a limit.
    var remaining: Duration? { limit.map { $0 - elapsed() } }
}

private func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
