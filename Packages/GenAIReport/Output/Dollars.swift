// SPDX-License-Identifier: MIT
import GenAICore

/// Returns an amount for tables, with a fixed number of decimals so that the points are aligned.
func dollars(_ amount: USD, decimals least: Int = 8) -> String {
    let parts = amount.description.split(separator: ".")
    let decimals = parts.count > 1 ? parts[1] : ""
    return "\(parts[0])." + decimals + String(repeating: "0", count: max(0, least - decimals.count))
}

/// Returns a date and time in UTC, such as `2026-11-29 08:30:12`.
func timeText(_ nanoseconds: UInt64) -> String {
    let seconds = Int(nanoseconds / 1_000_000_000)
    let date = CalendarDate(daysSince1970: seconds / 86_400)
    let rest = seconds % 86_400
    return "\(date) \(padded(rest / 3_600)):\(padded(rest / 60 % 60)):\(padded(rest % 60))"
}

/// Returns a duration for people: `850 ms`, `2.4 s`, `3 min 20 s`.
func durationText(_ nanoseconds: UInt64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    if milliseconds < 1 { return "\(nanoseconds / 1_000) µs" }
    if milliseconds < 1_000 { return "\(milliseconds) ms" }
    if milliseconds < 60_000 { return "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s" }
    let seconds = milliseconds / 1_000
    return seconds < 3_600 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3_600) h \(seconds / 60 % 60) min"
}

private func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// A day of the Gregorian calendar.
private struct CalendarDate: CustomStringConvertible {
    let year: Int
    let month: Int
    let day: Int

    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var description: String { "\(year)-\(padded(month))-\(padded(day))" }
}

/// Returns a count with its noun, `1 turn` or `2 turns`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
