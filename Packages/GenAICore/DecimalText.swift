// SPDX-License-Identifier: MIT

/// Decimal numbers as text, read exactly: no binary fraction is ever involved.
package enum DecimalText {
    /// Ten to the power 12: pico-USD in a dollar.
    package static let picoDigits = 12

    /// The number times ten to the power `scale`, rounded half away from zero, or `nil` if it is not a number
    /// of the form `-1.25e-3` or does not fit.
    package static func scaled(_ text: some Sequence<UInt8>, by scale: Int) -> Int128? {
        var reader = Reader()
        for byte in text where !reader.take(byte) { return nil }
        return reader.value(scale: scale)
    }

    /// The shortest decimal that reads back as `number`, times ten to the power `scale`.
    package static func scaled(_ number: Double, by scale: Int) -> Int128? {
        number.isFinite ? scaled("\(number)".utf8, by: scale) : nil
    }

    /// Writes `value` divided by ten to the power 12 without exponent or trailing zeros.
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
    /// Takes a number byte by byte; holds 36 significant digits and where the point is.
    private struct Reader {
        private enum Stage { case start, whole, point, fraction, exponentStart, exponentSign, exponent }
        private static let mostDigits = 36

        private var stage = Stage.start
        private var isNegative = false
        private var significand: Int128 = 0
        private var digitCount = 0
        /// Powers of ten the significand is short of.
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
