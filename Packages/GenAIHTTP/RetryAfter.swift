// SPDX-License-Identifier: MIT

/// Reads the delay that a server asks for.
package enum RetryAfter {
    /// The maximum delay: a server cannot ask for more than a day.
    package static let longest = Duration.seconds(86_400)
    /// Longer fields hold neither a date nor a number.
    private static let longestField = 64

    /// Returns the delay from `retry-after-ms` or else `Retry-After`; `nil` if neither has a readable value.
    ///
    /// A date in the past means no delay.
    ///
    /// - Parameter now: The time since 1970-01-01 00:00:00 UTC.
    package static func delay(in headers: HTTPHeaders, now: Duration) -> Duration? {
        if let field = headers["retry-after-ms"], let count = decimal(field) {
            return min(.milliseconds(count), longest)
        }
        return headers["Retry-After"].flatMap { delay(retryAfter: $0, now: now) }
    }

    /// Returns the delay from the value of a `Retry-After` field. Source: RFC 9110 section 10.2.3.
    package static func delay(retryAfter field: String, now: Duration) -> Duration? {
        if let count = decimal(field) { return min(.seconds(count), longest) }
        guard let seconds = HTTPDate.seconds(field) else { return nil }
        return min(max(.zero, .seconds(seconds) - now), longest)
    }

    /// Parses a number without a sign. RFC 9110 has no fractions, but servers send them.
    private static func decimal(_ field: String) -> Double? {
        let text = field.utf8.drop { $0 == UInt8(ascii: " ") }.reversed().drop { $0 == UInt8(ascii: " ") }
        let digits = Array(text.reversed())
        guard !digits.isEmpty, digits.count <= longestField, let first = digits.first, isDigit(first),
            digits.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }),
            let number = Double(String(decoding: digits, as: UTF8.self))
        else { return nil }
        return min(number, 1e9)
    }

}

// This module depends on no other, so it has its own rules for bytes.
private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// Reads the three date formats of HTTP. Source: RFC 9110 section 5.6.7.
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let longDays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]

    /// Returns the seconds from 1970-01-01 00:00:00 UTC to a date, or `nil` if the text is not one.
    static func seconds(_ text: String) -> Int64? {
        guard text.utf8.count <= 64 else { return nil }
        let words = text.split(separator: " ").map(String.init)
        switch words.count {
        case 6: return fixdate(words)
        case 5: return asctime(words)
        case 4: return rfc850(words)
        default: return nil
        }
    }

    /// Parses `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func fixdate(_ words: [String]) -> Int64? {
        guard days.contains(where: { $0 + "," == words[0] }), words[5] == "GMT", words[1].utf8.count == 2 else {
            return nil
        }
        return seconds(year: number(words[3], digits: 4...4), month: words[2], day: words[1], time: words[4])
    }

    /// Parses `Sun Nov  6 08:49:37 1994`.
    private static func asctime(_ words: [String]) -> Int64? {
        guard days.contains(words[0]) else { return nil }
        return seconds(year: number(words[4], digits: 4...4), month: words[1], day: words[2], time: words[3])
    }

    /// Parses `Sunday, 06-Nov-94 08:49:37 GMT`.
    private static func rfc850(_ words: [String]) -> Int64? {
        let date = words[1].split(separator: "-").map(String.init)
        guard longDays.contains(where: { $0 + "," == words[0] }), words[3] == "GMT", date.count == 3,
            let year = number(date[2], digits: 2...2)
        else { return nil }
        // Two digits mean a year from 1970 to 2069: a delay never asks for a later one.
        return seconds(year: year < 70 ? 2000 + year : 1900 + year, month: date[1], day: date[0], time: words[2])
    }

    private static func seconds(year: Int64?, month: String, day: String, time: String) -> Int64? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map {
            number(String($0), digits: 2...2)
        }
        guard let year, let month = months.firstIndex(of: month), let day = number(day, digits: 1...2),
            clock.count == 3,
            let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60, second <= 60,
            (1...length(ofMonth: month, year: year)).contains(day)
        else { return nil }
        return daysSince1970(year: year, month: Int64(month) + 1, day: day) * 86_400 + hour * 3600 + minute * 60
            + second
    }

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int64? {
        let bytes = text.utf8
        guard digits.contains(bytes.count), bytes.allSatisfy(isDigit) else { return nil }
        return Int64(text)
    }

    private static func length(ofMonth month: Int, year: Int64) -> Int64 {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
    }

    /// Returns days in the Gregorian calendar, counted in years that begin in March so that leap days come last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let monthsSinceMarch = (month + 9) % 12
        let dayOfYear = (153 * monthsSinceMarch + 2) / 5 + day - 1
        let leapDays = shifted / 4 - shifted / 100 + shifted / 400
        return shifted * 365 + leapDays + dayOfYear - 719_468
    }
}
