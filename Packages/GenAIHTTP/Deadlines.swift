// SPDX-License-Identifier: MIT

/// The deadlines of one exchange. Pure: no clock and no task.
struct Deadlines {
    /// One of the limits of ``HTTPTimeouts``.
    enum Limit: Hashable {
        case head, betweenChunks, total

        /// A phrase for the error message: the event that did not happen in time.
        var explanation: String {
            switch self {
            case .head: "no response head arrived in time"
            case .betweenChunks: "the response body stalled"
            case .total: "the exchange took too long"
            }
        }
    }

    /// A limit and the instant at which it passes.
    struct Deadline: Hashable {
        var limit: Limit
        var instant: ContinuousClock.Instant
    }

    /// Longer limits count as none; clocks cannot represent them.
    private static let longest = Duration.seconds(315_360_000)

    private let timeouts: HTTPTimeouts
    private let start: ContinuousClock.Instant
    private var lastPiece: ContinuousClock.Instant?
    /// Indicates whether reading is halted for a slow consumer. The limit between chunks does not apply meanwhile.
    var isHalted = false

    init(_ timeouts: HTTPTimeouts, start: ContinuousClock.Instant) {
        self.timeouts = timeouts
        self.start = start
    }

    /// Notes that the head or a chunk of the body arrived.
    mutating func progress(at instant: ContinuousClock.Instant) {
        lastPiece = instant
    }

    /// The earliest deadline, or `nil` if there is none.
    var next: Deadline? {
        let total = Self.deadline(.total, timeouts.total, after: start)
        let step =
            if let lastPiece {
                isHalted ? nil : Self.deadline(.betweenChunks, timeouts.betweenChunks, after: lastPiece)
            } else {
                Self.deadline(.head, timeouts.head, after: start)
            }
        guard let total, let step else { return total ?? step }
        return step.instant <= total.instant ? step : total
    }

    private static func deadline(
        _ limit: Limit, _ duration: Duration?, after instant: ContinuousClock.Instant
    ) -> Deadline? {
        guard let duration, duration < longest else { return nil }
        return Deadline(limit: limit, instant: instant + max(.zero, duration))
    }
}
