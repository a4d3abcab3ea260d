// SPDX-License-Identifier: MIT

extension JSONReader {
    /// A string in its encoded form, valid as long as the bytes of the text.
    package struct Text {
        /// The bytes between the quotation marks, including escapes.
        package let bytes: UnsafeBufferPointer<UInt8>
        /// Indicates whether there is an escape.
        package let isEscaped: Bool

        /// The decoded text; malformed parts become U+FFFD.
        package var string: String {
            isEscaped ? unescaped : String(decoding: bytes, as: UTF8.self)
        }

        /// Returns whether the text equals `literal`, for use in `switch`. Creates a string only if there is an escape.
        package static func ~= (literal: StaticString, text: Text) -> Bool {
            guard !text.isEscaped else { return text.string == literal.description }
            return text.bytes.count == literal.utf8CodeUnitCount
                && text.bytes.elementsEqual(
                    UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
        }
    }

    /// A number in its encoded form, valid as long as the bytes of the text.
    package struct Number {
        /// The literal, which follows the grammar of RFC 8259.
        package let bytes: UnsafeBufferPointer<UInt8>
        /// Indicates whether there is neither a fraction nor an exponent.
        package let isInteger: Bool

        /// The literal, which is the exact number.
        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }
}

// MARK: - Strings

extension JSONReader.Text {
    private var unescaped: String {
        String(unsafeUninitializedCapacity: bytes.count) { target in
            // An escape is never shorter than the character it stands for.
            var count = 0
            func append(_ byte: UInt8) {
                target[count] = byte
                count += 1
            }
            var position = 0
            while position < bytes.count {
                guard bytes[position] == UInt8(ascii: "\\") else {
                    append(bytes[position])
                    position += 1
                    continue
                }
                let (scalar, end) = scalar(at: position)
                UTF8.encode(scalar ?? "\u{FFFD}")?.forEach(append)
                position = end
            }
            return count
        }
    }

    /// Indicates whether the bytes are UTF-8 and escaped surrogates are paired.
    package var isWellFormed: Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var position = 0
        while isEscaped, position < bytes.count {
            guard bytes[position] == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            let (scalar, end) = scalar(at: position)
            guard scalar != nil else { return false }
            position = end
        }
        return true
    }

    /// Returns the scalar of the escape at a position, or `nil` for half of a surrogate pair, and the end of the
    /// escape.
    private func scalar(at backslash: Int) -> (Unicode.Scalar?, end: Int) {
        let end = backslash + 2
        switch bytes[backslash + 1] {
        case UInt8(ascii: "b"): return ("\u{8}", end)
        case UInt8(ascii: "f"): return ("\u{C}", end)
        case UInt8(ascii: "n"): return ("\n", end)
        case UInt8(ascii: "r"): return ("\r", end)
        case UInt8(ascii: "t"): return ("\t", end)
        case UInt8(ascii: "u"): return unicodeScalar(at: end)
        case let byte: return (Unicode.Scalar(byte), end)
        }
    }

    private func unicodeScalar(at start: Int) -> (Unicode.Scalar?, end: Int) {
        let (unit, end) = (codeUnit(at: start), start + 4)
        guard 0xD800..<0xDC00 ~= unit, end + 6 <= bytes.count, bytes[end] == UInt8(ascii: "\\"),
            bytes[end + 1] == UInt8(ascii: "u")
        else { return (Unicode.Scalar(unit), end) }
        let low = codeUnit(at: end + 2)
        guard 0xDC00..<0xE000 ~= low else { return (nil, end) }
        return (Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)), end + 6)
    }

    private func codeUnit(at start: Int) -> UInt32 {
        var unit: UInt32 = 0
        for position in start..<start + 4 { unit = unit << 4 | UInt32(ASCII.hexDigitValue(bytes[position]) ?? 0) }
        return unit
    }
}

// MARK: - Numbers

extension JSONReader.Number {
    /// The number, if it has neither fraction nor exponent and fits 64 bits.
    package var int64: Int64? {
        guard isInteger else { return nil }
        guard bytes.count <= 18 else { return Int64(text) }
        var number: Int64 = 0
        for byte in bytes where byte != UInt8(ascii: "-") { number = number * 10 + Int64(byte - UInt8(ascii: "0")) }
        return isNegative ? -number : number
    }

    /// The nearest double; `nil` for a number out of its range.
    package var double: Double? {
        if let exact = exactDouble { return exact }
        guard let number = Double(text), number.isFinite else { return nil }
        return number
    }

    private var isNegative: Bool { bytes.first == UInt8(ascii: "-") }

    /// The digits times a power of ten if both factors are exact, so that a single rounding gives the nearest double.
    private var exactDouble: Double? {
        var (digits, digitCount, exponent): (UInt64, Int, Int) = (0, 0, 0)
        var position = isNegative ? 1 : 0
        var isFraction = false
        while position < bytes.count, bytes[position] | 0x20 != UInt8(ascii: "e") {
            if bytes[position] == UInt8(ascii: ".") {
                isFraction = true
            } else {
                guard digitCount < 19 else { return nil }
                digits = digits * 10 + UInt64(bytes[position] - UInt8(ascii: "0"))
                digitCount += 1
                if isFraction { exponent -= 1 }
            }
            position += 1
        }
        if position < bytes.count {
            guard let written = writtenExponent(at: position + 1) else { return nil }
            exponent += written
        }
        guard digits <= 1 << 53, abs(exponent) < Self.powersOfTen.count else { return nil }
        let power = Self.powersOfTen[abs(exponent)]
        let magnitude = exponent < 0 ? Double(digits) / power : Double(digits) * power
        return isNegative ? -magnitude : magnitude
    }

    private func writtenExponent(at start: Int) -> Int? {
        guard bytes.count - start <= 4 else { return nil }
        return Int(String(decoding: bytes[start...], as: UTF8.self))
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
