// SPDX-License-Identifier: MIT

/// Byte operations on ASCII text, shared by headers, identifiers, JSON and environment variables.
package enum ASCII {
    /// Returns the value of a hexadecimal digit of either case; `nil` for any other byte.
    @inline(__always)
    package static func hexDigitValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Returns the lower-case digit of the lowest four bits.
    @inline(__always)
    package static func hexDigit(_ value: some BinaryInteger) -> UInt8 {
        let digits: StaticString = "0123456789abcdef"
        return digits.utf8Start[Int(truncatingIfNeeded: value) & 0xF]
    }

    /// Returns whether a byte is one of the digits 0 to 9.
    @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// Returns a letter in lower case; any other byte unchanged.
    @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }

    /// Returns whether two texts are equal except for the case of ASCII letters.
    package static func equalIgnoringCase(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        one.utf8.lazy.map(lowercased).elementsEqual(other.utf8.lazy.map(lowercased))
    }

    /// Returns whether the bytes are a token, as names of headers and methods are.
    ///
    /// Source: RFC 9110, section 5.6.2.
    package static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(isTokenByte)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Returns the bytes without spaces and tabs at both ends.
    ///
    /// Source: RFC 9110, section 5.6.3, `OWS`.
    package static func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes = bytes.dropLast() }
        return bytes
    }

    /// Returns a byte as `%` and two digits.
    package static func percentEncoded(_ byte: UInt8) -> [UInt8] {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10 }
        return [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 0xF)]
    }

    /// Decodes percent coding. Returns `nil` if a `%` lacks its two digits or the bytes are not UTF-8.
    ///
    /// Used for the lists of names and values in OpenTelemetry's environment variables.
    package static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = hexByte(rest.prefix(2)) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Decodes percent coding. A `%` without two digits is kept; bytes that are not UTF-8 become U+FFFD.
    ///
    /// Source: W3C Baggage.
    package static func lenientlyPercentDecoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = hexByte(rest.prefix(2)) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexByte(_ digits: Substring.UTF8View) -> UInt8? {
        guard digits.count == 2, let high = digits.first.flatMap(hexDigitValue),
            let low = digits.last.flatMap(hexDigitValue)
        else { return nil }
        return high << 4 | low
    }
}

extension StringProtocol {
    /// The text without surrounding white space.
    package var trimmed: SubSequence {
        let rest = drop { $0.isWhitespace }
        return rest.lastIndex { !$0.isWhitespace }.map { rest[...$0] } ?? rest[rest.endIndex...]
    }
}
