// SPDX-License-Identifier: MIT

extension JSONValue {
    /// Reads JSON text.
    ///
    /// Members keep their order. Bytes that are not UTF-8, and halves of surrogate pairs, become U+FFFD: a model's
    /// answer cut in the middle of a character is still worth reading.
    ///
    /// - Throws: ``JSONError`` with the offset where the text stops being JSON (RFC 8259), or nests deeper than 512.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var parser = JSONParser(bytes: buffer)
            return try parser.document()
        }
    }

    /// Reads JSON text.
    ///
    /// - Throws: ``JSONError`` as for bytes.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }
}

/// A recursive-descent parser over bytes that outlive it. Every read is checked against the end first.
private struct JSONParser {
    private static let deepest = 512

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure("the end") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard let byte = peek() else { throw failure("a value") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        depth += 1
        guard depth <= Self.deepest else { throw failure("less nesting") }
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(JSONObject(members: members)) }
        members.reserveCapacity(8)
        repeat {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw failure("a member name") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("a colon") }
            members.append((key, try value()))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("a comma or the end of the object") }
        return .object(JSONObject(members: members))
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("a comma or the end of the list") }
        return .array(elements)
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let length = text.utf8CodeUnitCount
        guard position + length <= bytes.count else { throw failure("a value") }
        for index in 0..<length where bytes[position + index] != text.utf8Start[index] { throw failure("a value") }
        position += length
        return value
    }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        let firstDigit = position
        var digits = DecimalDigits()
        guard skipDigits(into: &digits) > 0 else { throw failure("a value") }
        guard position - firstDigit == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            throw failure("a number without leading zeros")
        }
        var exponent = 0
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            let count = skipDigits(into: &digits)
            guard count > 0 else { throw failure("a digit") }
            exponent = -count
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            exponent += try self.exponent()
        }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<position])
        if isInteger { return integer(digits, isNegative, text) }
        if let exact = digits.exactDouble(exponent: exponent) { return .double(isNegative ? -exact : exact) }
        let string = String(decoding: text, as: UTF8.self)
        guard let double = Double(string), double.isFinite else { return .number(string) }
        return .double(double)
    }

    private func integer(
        _ digits: DecimalDigits, _ isNegative: Bool, _ text: UnsafeBufferPointer<UInt8>
    ) -> JSONValue {
        if let value = digits.value, let number = Int64(exactly: value) {
            return .integer(isNegative ? -number : number)
        }
        let string = String(decoding: text, as: UTF8.self)
        return Int64(string).map(JSONValue.integer) ?? .number(string)
    }

    /// Reads what follows an `e`; beyond a thousand either way the value does not matter.
    private mutating func exponent() throws(JSONError) -> Int {
        position += 1
        let isPositive = take(UInt8(ascii: "+"))
        let isNegative = !isPositive && take(UInt8(ascii: "-"))
        var digits = DecimalDigits()
        guard skipDigits(into: &digits) > 0 else { throw failure("a digit") }
        let magnitude = Int(min(digits.value ?? 1000, 1000))
        return isNegative ? -magnitude : magnitude
    }

    private mutating func skipDigits(into digits: inout DecimalDigits) -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 {
            digits.append(bytes[position] &- UInt8(ascii: "0"))
            position += 1
        }
        return position - start
    }
}

/// The digits of a number as one whole number, for as long as it fits.
private struct DecimalDigits {
    private(set) var value: UInt64? = 0

    mutating func append(_ digit: UInt8) {
        guard let known = value else { return }
        let (shifted, overflows) = known.multipliedReportingOverflow(by: 10)
        let (sum, carries) = shifted.addingReportingOverflow(UInt64(digit))
        value = overflows || carries ? nil : sum
    }

    /// The digits times a power of ten, where both factors are exact and one rounding makes the nearest double.
    func exactDouble(exponent: Int) -> Double? {
        guard let value, value <= 1 << 53, abs(exponent) < Self.powersOfTen.count else { return nil }
        let power = Self.powersOfTen[abs(exponent)]
        return exponent < 0 ? Double(value) / power : Double(value) * power
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}

// MARK: - Strings

extension JSONParser {
    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        try skipPlain()
        if bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return text(from: start)
        }
        return try escapedString(from: start)
    }

    /// Moves to the next quote or backslash.
    private mutating func skipPlain() throws(JSONError) {
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            guard byte >= 0x20 else { throw failure("an escaped control character") }
            position += 1
        }
        throw failure("the end of the string")
    }

    private func text(from start: Int) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    }

    private mutating func escapedString(from first: Int) throws(JSONError) -> String {
        var units = Array(bytes[first..<position])
        while bytes[position] == UInt8(ascii: "\\") {
            position += 1
            try escape(into: &units)
            let start = position
            try skipPlain()
            units += bytes[start..<position]
        }
        position += 1
        return String(decoding: units, as: UTF8.self)
    }

    private mutating func escape(into units: inout [UInt8]) throws(JSONError) {
        guard let byte = peek() else { throw failure("the end of the string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"): units += Array(String(Character(try unicodeEscape())).utf8)
        default: throw failure("a known escape")
        }
    }

    /// The scalar of one `\uXXXX`, or of a surrogate pair; U+FFFD for half a pair.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let beforeLow = position
        position += 2
        let low = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(low) else {
            position = beforeLow
            return "\u{FFFD}"
        }
        let combined = 0x10000 + ((UInt32(unit) - 0xD800) << 10) + (UInt32(low) - 0xDC00)
        return Unicode.Scalar(combined) ?? "\u{FFFD}"
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw failure("four hexadecimal digits") }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(bytes[position]) else { throw failure("four hexadecimal digits") }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }

    private func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

// MARK: - Cursor

extension JSONParser {
    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func failure(_ expected: String) -> JSONError {
        JSONError(expected: expected, offset: position)
    }
}
