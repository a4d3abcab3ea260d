// SPDX-License-Identifier: MIT

/// When an exchange has waited long enough: decides, and knows no clock or task.
struct Deadlines {
    /// One of the limits of ``HTTPTimeouts``.
    enum Limit: Hashable {
        case head, betweenChunks, total

        /// Says what did not happen in time.
        var explanation: String {
            switch self {
            case .head: "no response head arrived in time"
            case .betweenChunks: "the response body stalled"
            case .total: "the exchange took too long"
            }
        }
    }

    /// A limit and when it passes.
    struct Deadline: Hashable {
        var limit: Limit
        var instant: ContinuousClock.Instant
    }

    /// Limits beyond it count as none; clocks are not made for them.
    private static let longest = Duration.seconds(315_360_000)

    private let timeouts: HTTPTimeouts
    private let start: ContinuousClock.Instant
    private var lastPiece: ContinuousClock.Instant?
    /// While reading is halted for a slow consumer, a lack of pieces is not the peer's doing.
    var isHalted = false

    init(_ timeouts: HTTPTimeouts, start: ContinuousClock.Instant) {
        self.timeouts = timeouts
        self.start = start
    }

    /// Notes that the head or a piece of the body arrived.
    mutating func progress(at instant: ContinuousClock.Instant) {
        lastPiece = instant
    }

    /// The deadline that passes first, or `nil` if none can.
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
