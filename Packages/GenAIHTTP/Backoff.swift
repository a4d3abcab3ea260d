// SPDX-License-Identifier: MIT

/// How long to wait before trying again: exponential backoff with full jitter.
///
/// Only the arithmetic: which answers are worth another try is for the caller to say, and so is the waiting.
package struct Backoff: Sendable, Hashable {
    /// The longest wait after the first failure.
    package var initialDelay: Duration
    /// The longest wait after any failure, unless the server asks for more.
    package var maximumDelay: Duration
    /// How often to try in all, the first time included.
    package var maximumAttempts: Int

    /// Creates a backoff. Out of range values are read as the nearest in range: no wait, one attempt.
    package init(initialDelay: Duration, maximumDelay: Duration, maximumAttempts: Int) {
        self.initialDelay = max(.zero, initialDelay)
        self.maximumDelay = max(.zero, maximumDelay)
        self.maximumAttempts = max(1, maximumAttempts)
    }

    /// The wait before the next attempt, or `nil` to give up.
    ///
    /// - Parameters:
    ///   - attempt: How many attempts have failed, 1 or more.
    ///   - serverDelay: What the server asked for; see ``RetryAfter``. The wait is never shorter.
    ///   - remaining: The time left for everything; a wait that would use it up is not worth beginning.
    ///   - jitter: Where between none and all of the wait to land, 0 to 1. Random by default.
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

    /// The longest wait after so many failures: the initial delay, doubled each time up to the maximum.
    package func ceiling(afterFailedAttempt attempt: Int) -> Duration {
        var ceiling = min(initialDelay, maximumDelay)
        var doublings = max(0, attempt - 1)
        while doublings > 0, ceiling > .zero, ceiling < maximumDelay {
            // Compared by halves: doubling the longest durations would overflow.
            ceiling = ceiling > maximumDelay / 2 ? maximumDelay : ceiling * 2
            doublings -= 1
        }
        return ceiling
    }
}
