// SPDX-License-Identifier: MIT

/// Writes JSON text, byte by byte, into one growing buffer.
///
/// Commas are added automatically: before each value or name that is not the first. Text is escaped no more than RFC
/// 8259 requires. The closures keep objects and arrays balanced.
package struct JSONWriter: Sendable {
    /// The text so far, in UTF-8. To reuse the memory, keep the writer and remove the bytes.
    package var bytes: [UInt8] = []

    /// Creates an empty writer.
    package init() {}

    /// Writes an object; the closure writes names and values in turn.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    /// Writes an array; the closure writes the elements.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        open("[")
        body(&self)
        close("]")
    }

    /// Writes the opening mark of an object, array or string, if the closures cannot be used.
    package mutating func open(_ mark: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: mark))
    }

    /// Writes the closing mark for ``open(_:)``.
    package mutating func close(_ mark: Unicode.Scalar) {
        bytes.append(UInt8(ascii: mark))
    }

    /// Writes a name in an object. Its value must follow.
    package mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Writes a name that is a compile-time constant and needs no escapes.
    package mutating func field(_ name: StaticString) {
        open("\"")
        raw(name)
        raw("\":")
    }

    /// Writes constant text unchanged, without a comma before it.
    package mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes text in quotation marks.
    package mutating func string(_ text: String) {
        open("\"")
        withUTF8(of: text) { escape($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes text after a constant that ends with the opening quotation mark of the text.
    package mutating func string(_ text: String, after lead: StaticString) {
        withUTF8(of: text) { text in
            let count = lead.utf8CodeUnitCount + text.count + 1
            let isShort = count <= Self.shortCount
            guard isShort, let start = text.baseAddress, endOfPlainJSON(in: text, from: 0) == text.count else {
                raw(lead)
                escape(text)
                return bytes.append(UInt8(ascii: "\""))
            }
            // Assembled first, because writing three short pieces separately costs three times as much.
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.shortCount) { whole in
                guard let target = whole.baseAddress else { return }
                target.initialize(from: lead.utf8Start, count: lead.utf8CodeUnitCount)
                (target + lead.utf8CodeUnitCount).initialize(from: start, count: text.count)
                (target + count - 1).initialize(to: UInt8(ascii: "\""))
                bytes.append(contentsOf: UnsafeBufferPointer(start: target, count: count))
            }
        }
    }

    /// The maximum number of bytes that are assembled on the stack.
    private static var shortCount: Int { 256 }

    /// Writes an integer of at most 64 bits, always exactly.
    package mutating func int(_ number: some FixedWidthInteger) {
        separate()
        digits(number)
    }

    /// Writes an integer in quotation marks, as proto3 JSON writes 64-bit integers.
    package mutating func quoted(_ number: some FixedWidthInteger) {
        open("\"")
        digits(number)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes the shortest text that reads back as the same number. NaN and the infinities are the strings `"NaN"`,
    /// `"Infinity"` and `"-Infinity"`, as in proto3 JSON.
    package mutating func double(_ number: Double) {
        guard number.isFinite else {
            return string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        }
        separate()
        withUTF8(of: number.description) { bytes.append(contentsOf: $0) }
    }

    /// Writes a number from its literal, which must follow the grammar of RFC 8259.
    package mutating func number(_ literal: String) {
        separate()
        withUTF8(of: literal) { bytes.append(contentsOf: $0) }
    }

    /// Writes `true` or `false`.
    package mutating func bool(_ flag: Bool) {
        separate()
        raw(flag ? "true" : "false")
    }

    /// Writes `null`.
    package mutating func null() {
        separate()
        raw("null")
    }

    /// Writes bytes as Base64 text with padding.
    package mutating func base64(_ data: [UInt8]) {
        open("\"")
        bytes.reserveCapacity(bytes.count + (data.count + 2) / 3 * 4 + 1)
        for start in stride(from: 0, to: data.count, by: 3) { base64Group(data[start..<min(start + 3, data.count)]) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes words as lower-case hexadecimal text, the most significant byte first.
    package mutating func hex(_ words: UInt64...) {
        open("\"")
        for word in words {
            for shift in stride(from: 60, through: 0, by: -4) {
                bytes.append(ASCII.hexDigit(word >> UInt64(shift)))
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes an attribute value as plain JSON: maps as objects and bytes as Base64 text.
    ///
    /// Values nested deeper than 128 levels are written as `null`, so that no input can exhaust the stack.
    package mutating func value(_ value: AttributeValue) {
        self.value(value, levels: 128)
    }

    private mutating func value(_ value: AttributeValue, levels: Int) {
        switch value {
        case .string(let text): string(text)
        case .bool(let flag): bool(flag)
        case .int(let number): int(number)
        case .double(let number): double(number)
        case .bytes(let data): base64(data)
        case .null: null()
        case .array, .map:
            guard levels > 0 else { return null() }
            nested(value, levels: levels - 1)
        }
    }

    private mutating func nested(_ value: AttributeValue, levels: Int) {
        if case .array(let elements) = value {
            array { writer in
                for element in elements { writer.value(element, levels: levels) }
            }
        } else if case .map(let entries) = value {
            object { writer in
                for entry in entries {
                    writer.key(entry.key)
                    writer.value(entry.value, levels: levels)
                }
            }
        }
    }
}

extension JSONWriter {
    // Strings end with a quotation mark, so the last byte shows whether a value precedes.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: "\n"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
        var written = 0
        var position = 0
        while position < text.count {
            position = endOfPlainJSON(in: text, from: position)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[written..<position]))
            guard position < text.count else { return }
            escape(text[position])
            position += 1
            written = position
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x08: raw("\\b")
        case 0x09: raw("\\t")
        case 0x0A: raw("\\n")
        case 0x0C: raw("\\f")
        case 0x0D: raw("\\r")
        default:
            raw(byte < 0x10 ? "\\u000" : "\\u001")
            bytes.append(ASCII.hexDigit(byte))
        }
    }

    private mutating func digits(_ number: some FixedWidthInteger) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = UInt64(truncatingIfNeeded: number.magnitude)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var start = 20
            repeat {
                start -= 1
                buffer[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: buffer[start...])
        }
    }

    private mutating func base64Group(_ group: ArraySlice<UInt8>) {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        var bits = 0
        for byte in group { bits = bits << 8 | Int(byte) }
        bits <<= (3 - group.count) * 8
        for index in 0..<4 {
            bytes.append(
                index <= group.count ? digit(bits >> (18 - index * 6) & 0x3F, of: alphabet) : UInt8(ascii: "="))
        }
    }
}

extension AttributeValue {
    /// The value as plain JSON on one line: maps as objects, bytes as Base64 text, numbers that are not finite as text.
    package var jsonText: String {
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension AttributeValue {
    /// The maximum depth that ``jsonSize`` examines.
    package static let deepestJSONSize = 32

    /// The size of values that are too large. Two of them fit into an `Int` of 32 bits.
    private static let hugeJSONSize = 1 << 29

    /// The approximate length of the value as JSON text, without escapes.
    package var jsonSize: Int { jsonSize(levels: Self.deepestJSONSize) }

    /// Returns the approximate length of the value as JSON text. A value that is nested more deeply than the levels
    /// counts as too large.
    package func jsonSize(levels: Int) -> Int {
        switch self {
        case .string(let text): return text.utf8.count + 2
        case .bool, .null: return 5
        case .int, .double: return 20
        case .bytes(let data): return data.count / 3 * 4 + 6
        case .array(let elements):
            guard levels > 0 else { return Self.hugeJSONSize }
            return elements.reduce(2) { min($0 + $1.jsonSize(levels: levels - 1) + 1, Self.hugeJSONSize) }
        case .map(let members):
            guard levels > 0 else { return Self.hugeJSONSize }
            return members.reduce(2) {
                min($0 + $1.key.utf8.count + 4 + $1.value.jsonSize(levels: levels - 1), Self.hugeJSONSize)
            }
        }
    }
}

/// Calls `body` with the text's bytes. They are copied only if the string does not store contiguous UTF-8.
package func withUTF8(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    if text.utf8.withContiguousStorageIfAvailable(body) != nil { return }
    var native = text
    native.withUTF8(body)
}

/// Returns the position of the first byte that needs an escape in JSON text. Examines eight bytes at a time.
///
/// Uses ordinary 64-bit arithmetic, because comparisons of SIMD vectors are compiled to a loop over the elements.
package func endOfPlainJSON(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = start
    let raw = UnsafeRawBufferPointer(text)
    while position + 8 <= text.count {
        let marks = escapeMarks(raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        if marks != 0 { return position + marks.trailingZeroBitCount / 8 }
        position += 8
    }
    // The rest together with some preceding bytes that are known to need no escape, which is faster than byte by byte.
    if position < text.count, text.count - start >= 8 {
        let marks = escapeMarks(raw.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self))
        return marks == 0 ? text.count : text.count - 8 + marks.trailingZeroBitCount / 8
    }
    while position < text.count {
        let byte = text[position]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
        position += 1
    }
    return position
}

/// Sets the top bit of the first of eight bytes that needs an escape, and possibly of later ones.
///
/// Subtraction borrows through the top bit of bytes below the bound; bytes that equal a character become zero, and so
/// below one, by exclusive or with it. A borrow reaches only bytes after a marked one.
@inline(__always)
private func escapeMarks(_ block: UInt64) -> UInt64 {
    let block = UInt64(littleEndian: block)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = block ^ (ones &* 0x22)
    let backslash = block ^ (ones &* 0x5C)
    let below =
        ((block &- (ones &* 0x20)) & ~block) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
    return below & (ones &* 0x80)
}

private func digit(_ index: Int, of alphabet: StaticString) -> UInt8 {
    alphabet.utf8Start[index]
}
