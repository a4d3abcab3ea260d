// SPDX-License-Identifier: MIT
package import GenAICore

extension AttributeValue {
    /// Reads JSON text: objects become maps, whole numbers of 64 bits `int`, other numbers `double`.
    ///
    /// Returns `nil` for text that is not JSON (RFC 8259), that is nested deeper than 64 levels, or that has an object
    /// with more than 256 members. Halves of surrogate pairs become U+FFFD. Members that are `null` are left out.
    package init?(jsonText: String) {
        var text = jsonText
        let value: AttributeValue? = text.withUTF8 { bytes in
            var reader = JSONReader(bytes: bytes)
            return reader.document()
        }
        guard let value else { return nil }
        self = value
    }
}

/// A recursive-descent parser over bytes that outlive it. `nil` means that the text is refused.
private struct JSONReader {
    // Maps are searched linearly, so what strangers may put into one is limited.
    private static let mostMembers = 256
    private static let deepest = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func document() -> AttributeValue? {
        guard let value = value() else { return nil }
        skipSpace()
        guard position == bytes.count else { return nil }
        return value
    }

    private mutating func value() -> AttributeValue? {
        skipSpace()
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "{"): return nested { $0.object() }
        case UInt8(ascii: "["): return nested { $0.array() }
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func nested(_ body: (inout JSONReader) -> AttributeValue?) -> AttributeValue? {
        guard depth < Self.deepest else { return nil }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return body(&self)
    }

    private mutating func object() -> AttributeValue? {
        var members: Attributes = [:]
        if skip("}") { return .map(members) }
        repeat {
            skipSpace()
            guard let name = string(), skip(":"), let value = value() else { return nil }
            members[name] = value
            guard members.count <= Self.mostMembers else { return nil }
        } while skip(",")
        guard skip("}") else { return nil }
        return .map(members)
    }

    private mutating func array() -> AttributeValue? {
        var elements: [AttributeValue] = []
        if skip("]") { return .array(elements) }
        repeat {
            guard let value = value() else { return nil }
            elements.append(value)
        } while skip(",")
        guard skip("]") else { return nil }
        return .array(elements)
    }

    private mutating func number() -> AttributeValue? {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        guard let first = peek, isDigit(first) else { return nil }
        position += 1
        if first != UInt8(ascii: "0") { skipDigits() }
        var isWhole = true
        if peek == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            guard skipDigits() else { return nil }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() else { return nil }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let number = Int(text) { return .int(number) }
        return Double(text).map { .double($0) }
    }

    private mutating func word(_ word: StaticString, _ value: AttributeValue) -> AttributeValue? {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length else { return nil }
        for offset in 0..<length where bytes[position + offset] != word.utf8Start[offset] { return nil }
        position += length
        return value
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func string() -> String? {
        guard peek == UInt8(ascii: "\"") else { return nil }
        position += 1
        let start = position
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        guard let stop = peek, stop >= 0x20 else { return nil }
        let plain = UnsafeBufferPointer(rebasing: bytes[start..<position])
        guard stop == UInt8(ascii: "\\") else {
            position += 1
            return String(decoding: plain, as: UTF8.self)
        }
        return escapedString(startingWith: Array(plain))
    }

    private mutating func escapedString(startingWith plain: [UInt8]) -> String? {
        var text = plain
        while let byte = peek, byte >= 0x20 {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: String(scalar).utf8)
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = peek else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return codeUnit().map { scalar(from: $0) }
        default: return nil
        }
    }

    // A high half takes the low half that must follow it; either alone is a broken character.
    private mutating func scalar(from unit: UInt32) -> Unicode.Scalar {
        let broken: Unicode.Scalar = "\u{FFFD}"
        guard 0xD800..<0xDC00 ~= unit else { return Unicode.Scalar(unit) ?? broken }
        let afterHigh = position
        if peek == UInt8(ascii: "\\") {
            position += 1
            if peek == UInt8(ascii: "u") {
                position += 1
                if let low = codeUnit(), 0xDC00..<0xE000 ~= low {
                    return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? broken
                }
            }
        }
        position = afterHigh
        return broken
    }

    private mutating func codeUnit() -> UInt32? {
        guard bytes.count - position >= 4 else { return nil }
        var unit: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        position += 4
        return unit
    }
}

// MARK: - Bytes

extension JSONReader {
    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

    @discardableResult
    private mutating func skipDigits() -> Bool {
        let start = position
        while let byte = peek, isDigit(byte) { position += 1 }
        return position > start
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }
}
