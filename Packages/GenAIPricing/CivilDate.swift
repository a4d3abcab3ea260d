// SPDX-License-Identifier: MIT
import GenAICore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#elseif canImport(Darwin)
    import Darwin
#endif

/// Days of the Gregorian calendar, counted from 1970-01-01 in UTC.
enum CivilDate {
    static let secondsPerDay: Int64 = 86_400

    /// Returns the day of a date such as `2026-07-30`, or `nil` if the text is not one.
    static func day(_ text: some Collection<UInt8>) -> Int? {
        let bytes = Array(text)
        let dash = UInt8(ascii: "-")
        guard bytes.count == 10, bytes[4] == dash, bytes[7] == dash else { return nil }
        guard let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year)
        else { return nil }
        return daysBefore(year: year) + (1..<month).reduce(0) { $0 + length(ofMonth: $1, year: year) } + day - 1
    }

    /// Returns the second of the day of a time such as `01:00` or `16:30:00`, or `nil` if the text is not one.
    static func secondOfDay(_ text: some Collection<UInt8>) -> Int? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { Array($0)[...] }
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 }) else { return nil }
        let numbers = parts.compactMap(number)
        guard numbers.count == parts.count, numbers[0] < 24, numbers.dropFirst().allSatisfy({ $0 < 60 }) else {
            return nil
        }
        return numbers[0] * 3_600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
    }

    /// Returns the day of a moment and the second of that day. Moments before 1970 are allowed.
    static func split(unixSeconds: Int64) -> (day: Int, second: Int) {
        var (day, second) = unixSeconds.quotientAndRemainder(dividingBy: secondsPerDay)
        if second < 0 {
            second += secondsPerDay
            day -= 1
        }
        return (Int(day), Int(second))
    }

    /// Returns the day of the week, from 0 for Monday to 6. 1970-01-01 was a Thursday.
    static func weekday(ofDay day: Int) -> Int { ((day % 7) + 10) % 7 }

    /// Returns the time of the system clock. Unit: seconds since 1970-01-01T00:00:00Z.
    static func now() -> Int64 {
        var time = timespec()
        #if os(Linux) || os(Android)
            // The coarse clock is accurate to a few milliseconds, and much faster to read.
            clock_gettime(CLOCK_REALTIME_COARSE, &time)
        #else
            clock_gettime(CLOCK_REALTIME, &time)
        #endif
        return Int64(time.tv_sec)
    }

    static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Returns the days from 1970-01-01 to the first of January of a year from 0 to 9999.
    private static func daysBefore(year: Int) -> Int {
        /// Returns the days from year 0 to the first of January.
        func count(_ year: Int) -> Int {
            let past = year - 1
            return year * 365 + (year > 0 ? past / 4 - past / 100 + past / 400 + 1 : 0)
        }
        return count(year) - count(1970)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard ASCII.isDigit(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
