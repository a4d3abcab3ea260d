// SPDX-License-Identifier: MIT

/// A period in which prices apply: from a day on, between two times of day, on some days of the week. All in UTC.
public struct PricePeriod: Sendable, Hashable {
    /// The first day, such as `2026-08-17`.
    public let firstDay: String?
    let startDay: Int
    let window: Range<Int>?
    /// Indicates whether the window extends past midnight. It is then the complement of ``window``.
    let passesMidnight: Bool
    let weekdayBits: UInt8

    /// Creates a period. Missing values do not limit it.
    ///
    /// - Parameters:
    ///   - firstDay: The day on which it begins, at midnight, such as `2026-08-17`.
    ///   - window: The start of the time of day, and its end, which is excluded: `("01:00", "04:00")`, or with seconds.
    ///     If the end is before the start, the window extends past midnight.
    ///   - weekdays: The days of the week, 1 for Monday to 7 for Sunday. A window belongs to the day on which it begins.
    /// - Returns: `nil` if a date, a time or a day of the week is invalid, or if the window is empty.
    public init?(from firstDay: String? = nil, window: (start: String, end: String)? = nil, weekdays: Set<Int> = []) {
        self.firstDay = firstDay
        if let firstDay {
            guard let day = CivilDate.day(firstDay.utf8) else { return nil }
            startDay = day
        } else {
            startDay = .min
        }
        if let window {
            guard let start = CivilDate.secondOfDay(window.start.utf8),
                let end = CivilDate.secondOfDay(window.end.utf8),
                start != end
            else { return nil }
            self.window = min(start, end)..<max(start, end)
            passesMidnight = end < start
        } else {
            (self.window, passesMidnight) = (nil, false)
        }
        guard weekdays.isSubset(of: Set(1...7)) else { return nil }
        weekdayBits = weekdays.reduce(0) { $0 | 1 << UInt8($1 - 1) }
    }

    var condition: PriceTable.Condition {
        var condition = PriceTable.Condition(firstDay: startDay, weekdays: weekdayBits)
        if let window {
            condition.windowStart = passesMidnight ? window.upperBound : window.lowerBound
            condition.windowEnd = passesMidnight ? window.lowerBound : window.upperBound
        }
        return condition
    }
}
