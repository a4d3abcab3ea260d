// SPDX-License-Identifier: MIT

/// The wait between attempts: exponential backoff with full jitter.
///
/// Holds only the arithmetic. The caller decides which responses deserve another attempt, and does the waiting.
package struct Backoff: Sendable, Hashable {
    /// The upper bound of the wait after the first failure.
    package var initialDelay: Duration
    /// The upper bound of the wait after any failure, unless the server asks for more.
    package var maximumDelay: Duration
    /// The maximum number of attempts, the first included.
    package var maximumAttempts: Int

    /// Creates a backoff. Values out of range are clamped: a negative delay to zero, fewer than one attempt to one.
    package init(initialDelay: Duration, maximumDelay: Duration, maximumAttempts: Int) {
        self.initialDelay = max(.zero, initialDelay)
        self.maximumDelay = max(.zero, maximumDelay)
        self.maximumAttempts = max(1, maximumAttempts)
    }

    /// Returns the wait before the next attempt, or `nil` to give up.
    ///
    /// - Parameters:
    ///   - attempt: The number of attempts that have failed, 1 or more.
    ///   - serverDelay: The delay that the server asked for; see ``RetryAfter``. The wait is never shorter.
    ///   - remaining: The time left for all attempts. If the wait would use it up, the result is `nil`.
    ///   - jitter: The fraction of the wait to use, from 0 to 1. Random by default.
    package func delay(
        afterFailedAttempt attempt: Int, serverDelay: Duration? = nil, remaining: Duration? = nil,
        jitter: Double = .random(in: 0...1)
    ) -> Duration? {
        guard attempt < maximumAttempts else { return nil }
        let jittered = ceiling(afterFailedAttempt: attempt) * min(max(jitter, 0), 1)
        let delay = max(jittered, serverDelay ?? .zero)
        if let remaining, delay >= remaining { return nil }
        return delay
    }

    /// Returns the upper bound of the wait after a number of failures: the initial delay, doubled each time up to the
    /// maximum.
    package func ceiling(afterFailedAttempt attempt: Int) -> Duration {
        var ceiling = min(initialDelay, maximumDelay)
        var doublings = max(0, attempt - 1)
        while doublings > 0, ceiling > .zero, ceiling < maximumDelay {
            // Halving avoids overflow: doubling the longest durations would trap.
            ceiling = ceiling > maximumDelay / 2 ? maximumDelay : ceiling * 2
            doublings -= 1
        }
        return ceiling
    }
}
