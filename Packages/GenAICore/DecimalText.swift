// SPDX-License-Identifier: MIT

/// Exact conversions of decimal numbers in text, without binary fractions.
package enum DecimalText {
    /// The decimal exponent of pico-USD: 10^12 are one dollar.
    package static let picoDigits = 12

    /// Returns the number times ten to the power `scale`, rounded half away from zero; `nil` if the text is not a
    /// number of the form `-1.25e-3` or the result does not fit.
    package static func scaled(_ text: some Sequence<UInt8>, by scale: Int) -> Int128? {
        var reader = Reader()
        for byte in text where !reader.take(byte) { return nil }
        return reader.value(scale: scale)
    }

    /// Returns the shortest decimal that reads back as `number`, times ten to the power `scale`.
    package static func scaled(_ number: Double, by scale: Int) -> Int128? {
        number.isFinite ? scaled("\(number)".utf8, by: scale) : nil
    }

    /// Returns `value` divided by 10^12 as text without exponent and trailing zeros.
    package static func dollars(pico value: Int128) -> String {
        var digits = String(value.magnitude)
        if digits.utf8.count <= picoDigits {
            digits = String(repeating: "0", count: picoDigits + 1 - digits.utf8.count) + digits
        }
        var fraction = digits.suffix(picoDigits)
        let whole = digits.dropLast(picoDigits)
        while fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}

extension DecimalText {
    /// Reads a number byte by byte. Stores 36 significant digits and the position of the point.
    private struct Reader {
        private enum Stage { case start, whole, point, fraction, exponentStart, exponentSign, exponent }
        private static let mostDigits = 36

        private var stage = Stage.start
        private var isNegative = false
        private var significand: Int128 = 0
        private var digitCount = 0
        /// The power of ten by which the significand must be multiplied.
        private var shift = 0
        private var exponent = 0
        private var exponentIsNegative = false

        mutating func take(_ byte: UInt8) -> Bool {
            switch (stage, byte) {
            case (.start, UInt8(ascii: "-")) where !isNegative:
                isNegative = true
            case (.start, UInt8(ascii: "0")...UInt8(ascii: "9")), (.whole, UInt8(ascii: "0")...UInt8(ascii: "9")):
                stage = .whole
                takeDigit(byte, inFraction: false)
            case (.whole, UInt8(ascii: ".")):
                stage = .point
            case (.point, UInt8(ascii: "0")...UInt8(ascii: "9")), (.fraction, UInt8(ascii: "0")...UInt8(ascii: "9")):
                stage = .fraction
                takeDigit(byte, inFraction: true)
            case (.whole, UInt8(ascii: "e")), (.whole, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "e")),
                (.fraction, UInt8(ascii: "E")):
                stage = .exponentStart
            case (.exponentStart, UInt8(ascii: "+")), (.exponentStart, UInt8(ascii: "-")):
                stage = .exponentSign
                exponentIsNegative = byte == UInt8(ascii: "-")
            case (.exponentStart, UInt8(ascii: "0")...UInt8(ascii: "9")),
                (.exponentSign, UInt8(ascii: "0")...UInt8(ascii: "9")),
                (.exponent, UInt8(ascii: "0")...UInt8(ascii: "9")):
                stage = .exponent
                exponent = min(exponent * 10 + Int(byte &- UInt8(ascii: "0")), 1_000_000)
            default:
                return false
            }
            return true
        }

        private mutating func takeDigit(_ byte: UInt8, inFraction: Bool) {
            if digitCount < Self.mostDigits {
                significand = significand * 10 + Int128(byte &- UInt8(ascii: "0"))
                digitCount += significand == 0 ? 0 : 1
                shift -= inFraction ? 1 : 0
            } else {
                shift += inFraction ? 0 : 1
            }
        }

        func value(scale: Int) -> Int128? {
            guard stage == .whole || stage == .fraction || stage == .exponent else { return nil }
            guard significand != 0 else { return 0 }
            let power = shift + scale + (exponentIsNegative ? -exponent : exponent)
            guard power <= 38 else { return nil }
            guard power >= -38 else { return 0 }
            var result = significand
            if power >= 0 {
                let (product, overflow) = result.multipliedReportingOverflow(by: Self.tenTo(power))
                guard !overflow else { return nil }
                result = product
            } else {
                let (quotient, rest) = result.quotientAndRemainder(dividingBy: Self.tenTo(-power))
                result = quotient + (rest >= Self.tenTo(-power) - rest ? 1 : 0)
            }
            return isNegative ? -result : result
        }

        private static func tenTo(_ power: Int) -> Int128 {
            (0..<power).reduce(1) { product, _ in product * 10 }
        }
    }
}
