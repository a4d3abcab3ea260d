// SPDX-License-Identifier: MIT

/// Text layout for terminals: measured in columns instead of characters, and without control characters.
enum ConsoleText {
    /// The text styles that distinguish the parts of a trace.
    enum Ink: String {
        case title = "1"
        case detail = "2"
        case error = "31"
    }

    /// Returns the number of columns of a text.
    static func columns(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns($1) }
    }

    /// Returns the number of columns of a character: none for marks, two for East Asian wide characters and emoji.
    ///
    /// Source: Unicode Standard Annex 11, the ranges of wide and full-width characters in coarse steps.
    static func columns(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.isASCII { return first.value < 0x20 || first.value == 0x7F ? 0 : 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        let isEmoji =
            first.properties.isEmojiPresentation || character.unicodeScalars.contains { $0.value == 0xFE0F }
        return isEmoji || wide.contains { $0.contains(first.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]

    /// Returns the text in one line of at most `limit` columns, with an ellipsis if something is left out.
    ///
    /// Runs of white space become one space. Characters that control a terminal or the direction of text are left out,
    /// because content comes from models and users. Reads no more of the text than it shows.
    static func line(_ text: some StringProtocol, limit: Int) -> String {
        var line = ""
        var width = 0
        var gap = false
        for character in text {
            if character.isWhitespace {
                gap = !line.isEmpty
                continue
            }
            guard isPrintable(character) else { continue }
            let needed = columns(character) + (gap ? 1 : 0)
            if width + needed > limit { return shorten(line, limit) }
            if gap { line.append(" ") }
            line.append(character)
            (width, gap) = (width + needed, false)
        }
        return line
    }

    private static func shorten(_ line: String, _ limit: Int) -> String {
        var line = line
        var width = columns(line)
        while width > limit - 1, let last = line.popLast() { width -= columns(last) }
        return limit > 0 ? line + "…" : ""
    }

    private static func isPrintable(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first else { return false }
        switch first.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return false
        default: return true
        }
    }

    /// Returns the text with leading spaces, so that it ends at a column.
    static func rightAligned(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - columns(text))) + text
    }

    /// Returns the parts, separated by dots, on as many lines of `width` columns as needed, but at most `maxLines`.
    static func wrapped(_ parts: [String], width: Int, maxLines: Int) -> [String] {
        var lines: [String] = []
        for (index, part) in parts.enumerated() {
            let part = line(part, limit: width)
            if let last = lines.last, columns(last) + 3 + columns(part) <= width {
                lines[lines.count - 1] = last + " · " + part
            } else if lines.count < maxLines {
                lines.append(part)
            } else {
                let more = " · \(parts.count - index) more"
                lines[lines.count - 1] = line(lines[lines.count - 1], limit: width - columns(more)) + more
                break
            }
        }
        return lines
    }

    /// Returns a number with commas between the thousands.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// Returns a number with a fixed number of decimals.
    static func fixed(_ value: Double, decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e15 else { return "\(value)" }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let whole = padded.dropLast(decimals)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return decimals == 0 ? sign + padded : "\(sign)\(whole).\(padded.suffix(decimals))"
    }

    /// Returns a duration with three significant digits.
    static func duration(nanoseconds: UInt64) -> String {
        let value = Double(nanoseconds)
        switch nanoseconds {
        case ..<1_000: return "\(nanoseconds) ns"
        case ..<999_500: return significant(value / 1e3) + " µs"
        case ..<999_500_000: return significant(value / 1e6) + " ms"
        case ..<59_950_000_000: return significant(value / 1e9) + " s"
        default:
            let seconds = nanoseconds / 1_000_000_000
            let rest = String(seconds % 60)
            return "\(grouped(Int(clamping: seconds / 60))) min \(rest.count < 2 ? "0" : "")\(rest) s"
        }
    }

    private static func significant(_ value: Double) -> String {
        fixed(value, decimals: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }

    /// Returns an amount in dollars, with as many decimals as are significant.
    static func dollars(_ amount: Double) -> String {
        guard amount.isFinite else { return "$?" }
        if amount == 0 || amount.magnitude >= 1 { return "$" + fixed(amount, decimals: 2) }
        if amount.magnitude < 0.000_001 { return "<$0.000001" }
        var text = fixed(amount, decimals: amount.magnitude >= 0.01 ? 4 : 6)
        while text.hasSuffix("0") { text.removeLast() }
        return "$" + text
    }

    /// Returns the time of day in UTC, to the millisecond.
    static func timeOfDay(_ nanoseconds: UInt64) -> String {
        let milliseconds = nanoseconds / 1_000_000 % 86_400_000
        func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        let seconds = milliseconds / 1000
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(fraction)"
    }
}
