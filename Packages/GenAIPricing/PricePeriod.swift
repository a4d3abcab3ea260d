// SPDX-License-Identifier: MIT

/// The times at which prices hold: from a day on, between two times of day, on some days of the week. All in UTC.
public struct PricePeriod: Sendable, Hashable {
    /// The first day, as `2026-08-17`.
    public let firstDay: String?
    let startDay: Int
    let window: Range<Int>?
    /// Whether the window goes on after midnight; it is then what lies outside of ``window``.
    let passesMidnight: Bool
    let weekdayBits: UInt8

    /// Creates a period; what is not given does not limit it.
    ///
    /// - Parameters:
    ///   - firstDay: The day it begins on, at midnight, as `2026-08-17`.
    ///   - window: The time of day it begins and the one it ends before, as `("01:00", "04:00")` or with seconds. A window
    ///     that ends before it begins goes on after midnight.
    ///   - weekdays: The days of the week, 1 for Monday to 7 for Sunday. A window belongs to the day it begins on.
    /// - Returns: `nil` if a date, a time or a day of the week is not one, or if the window is empty.
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
