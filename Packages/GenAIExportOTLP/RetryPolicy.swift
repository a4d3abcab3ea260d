// SPDX-License-Identifier: MIT

/// How long to wait before the next attempt. Knows no clock.
struct RetryPolicy: Sendable {
    /// The wait after the first attempt; each further one doubles it.
    var initial = Duration.seconds(1)
    /// The longest wait that is our own choice.
    var maximum = Duration.seconds(5)

    /// The wait after an attempt.
    ///
    /// - Parameters:
    ///   - attempt: How many attempts there have been, from 1.
    ///   - retryAfter: What the server asked for; the wait is never shorter.
    ///   - jitter: A random number from 0 to 1, which spreads clients over half of the wait.
    func delay(attempt: Int, retryAfter: Duration?, jitter: Double) -> Duration {
        let growth = min(initial * (1 << min(attempt - 1, 16)), maximum)
        let spread = growth / 2 + growth / 2 * jitter
        return max(spread, retryAfter ?? .zero)
    }

    /// Reads the seconds of a `Retry-After` header.
    static func retryAfter(_ header: String?) -> Duration? {
        header.flatMap { Int32($0) }.map { .seconds(max(0, $0)) }
    }
}

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
