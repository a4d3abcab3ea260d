// SPDX-License-Identifier: MIT
import GenAICore

/// A reader of JSON in place: values are ranges of the bytes until somebody asks for them.
///
/// Pulls instead of building a tree, so that what is not needed costs no more than finding its end. Lenient where it
/// costs nothing: a comma too many is not noticed. The bytes must outlive the scanner.
struct JSONScanner {
    /// The text is not JSON, or ends too early.
    struct Broken: Error {}

    /// A string's bytes, without the quotation marks.
    struct Text {
        var start: Int
        var end: Int
        var hasEscapes: Bool

        var count: Int { end - start }
    }

    let bytes: UnsafeRawBufferPointer
    var position: Int

    /// Deeper values are skipped, so that no input can exhaust the stack.
    static let deepestLevel = 64

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    // MARK: - Structure

    /// The first byte of the next value or mark; white space, commas and colons before it are passed over.
    @inline(__always)
    mutating func peek() throws(Broken) -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"): position += 1
            default: return byte
            }
        }
        throw Broken()
    }

    /// Whether nothing but white space is left.
    mutating func isAtEnd() -> Bool {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
        return position == bytes.count
    }

    /// Steps into an object; any other value but `null` is skipped, and then there is nothing to step into.
    @inline(__always)
    mutating func enterObject() throws(Broken) -> Bool { try enter(UInt8(ascii: "{")) }

    /// Steps into an array, as ``enterObject()`` does.
    @inline(__always)
    mutating func enterArray() throws(Broken) -> Bool { try enter(UInt8(ascii: "[")) }

    @inline(__always)
    private mutating func enter(_ mark: UInt8) throws(Broken) -> Bool {
        guard try peek() == mark else {
            try skip()
            return false
        }
        position += 1
        return true
    }

    /// The name of the object's next member, whose value follows; `nil` behind the last one.
    @inline(__always)
    mutating func nextKey() throws(Broken) -> Text? {
        let byte = try peek()
        if byte == UInt8(ascii: "}") {
            position += 1
            return nil
        }
        return try text()
    }

    /// Whether the array has another element, which follows.
    @inline(__always)
    mutating func nextElement() throws(Broken) -> Bool {
        guard try peek() == UInt8(ascii: "]") else { return true }
        position += 1
        return false
    }

    /// Passes over a value.
    mutating func skip() throws(Broken) {
        switch try peek() {
        case UInt8(ascii: "\""): _ = try text()
        case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested()
        default: _ = try scalar()
        }
    }

    private mutating func skipNested() throws(Broken) {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): _ = try text()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
                if depth == 0 { return }
            default: position += 1
            }
        }
        throw Broken()
    }

    // MARK: - Scalars

    /// A string, which must come next.
    @inline(__always)
    mutating func text() throws(Broken) -> Text {
        guard try peek() == UInt8(ascii: "\"") else { throw Broken() }
        let start = position + 1
        var hasEscapes = false
        var at = start
        while true {
            at = Self.quoteOrBackslash(in: bytes, from: at)
            guard at < bytes.count else { throw Broken() }
            if bytes[at] == UInt8(ascii: "\"") { break }
            hasEscapes = true
            at += 2
        }
        position = at + 1
        return Text(start: start, end: at, hasEscapes: hasEscapes)
    }

    /// The bytes of a number, `true`, `false` or `null`.
    mutating func scalar() throws(Broken) -> Text {
        let start = position
        while position < bytes.count, Self.isScalar(bytes[position]) { position += 1 }
        guard position > start else { throw Broken() }
        return Text(start: start, end: position, hasEscapes: false)
    }

    /// A string, or the text of a number or truth value; `nil` for everything else.
    @inline(__always)
    mutating func textOrScalar() throws(Broken) -> Text? {
        switch try peek() {
        case UInt8(ascii: "\""): return try text()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skip()
            return nil
        default: return try scalar()
        }
    }

    private static func isScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Where the next quotation mark or backslash is; looks at eight bytes at a time.
    @inline(__always)
    private static func quoteOrBackslash(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var at = start
        while at &+ 8 <= bytes.count {
            let block = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let quote = block ^ (ones &* 0x22)
            let backslash = block ^ (ones &* 0x5C)
            let found = (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & (ones &* 0x80)
            if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at &+= 1 }
        return at
    }
}

// MARK: - What the ranges hold

extension JSONScanner {
    /// Whether a text is a word known when compiling; one with escapes never is.
    @inline(__always)
    func matches(_ text: Text, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        var index = 0
        while index < text.count {
            guard bytes[text.start &+ index] == word.utf8Start[index] else { return false }
            index &+= 1
        }
        return true
    }

    /// A text as a string; invalid UTF-8 and escapes that make no sense become U+FFFD.
    func string(_ text: Text) -> String {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[text.start..<text.end])
        return text.hasEscapes ? String(decoding: Self.unescaped(raw), as: UTF8.self) : String(decoding: raw, as: UTF8.self)
    }

    /// A whole number, also one in quotation marks; `nil` for anything else and what 64 bits cannot hold.
    func integer(_ text: Text) -> Int64? {
        var at = text.start
        let isNegative = at < text.end && bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        guard at < text.end, text.end - at <= 20 else { return nil }
        var number: UInt64 = 0
        while at < text.end {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (times, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = times.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            number = sum
            at += 1
        }
        return isNegative ? Int64(exactly: -Int128(number)) : Int64(exactly: number)
    }

    /// A number without sign, such as a time.
    func unsigned(_ text: Text) -> UInt64? {
        if let number = integer(text) { return UInt64(exactly: number) }
        return UInt64(string(text))
    }

    /// Sixteen hexadecimal digits from an offset of the text.
    func hexadecimal(_ text: Text, at offset: Int) -> UInt64? {
        guard text.count >= offset + 16 else { return nil }
        var number: UInt64 = 0
        for index in (text.start + offset)..<(text.start + offset + 16) {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(bytes[index] &- 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(bytes[index] &- 0x57)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): number = number << 4 | UInt64(bytes[index] &- 0x37)
            default: return nil
            }
        }
        return number
    }

    private static func unescaped(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(raw.count)
        var at = 0
        while at < raw.count {
            let next = quoteOrBackslash(in: raw, from: at)
            plain.append(contentsOf: raw[at..<next])
            guard next + 1 < raw.count else { break }
            at = next + 2
            switch raw[next + 1] {
            case UInt8(ascii: "n"): plain.append(0x0A)
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "r"): plain.append(0x0D)
            case UInt8(ascii: "b"): plain.append(0x08)
            case UInt8(ascii: "f"): plain.append(0x0C)
            case UInt8(ascii: "u"): plain.append(contentsOf: String(scalar(in: raw, after: &at)).utf8)
            default: plain.append(raw[next + 1])
            }
        }
        return plain
    }

    /// The scalar that `\uXXXX`, or two of them, stand for.
    private static func scalar(in raw: UnsafeRawBufferPointer, after at: inout Int) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard let first = unit(in: raw, at: at) else { return replacement }
        at += 4
        guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) ?? replacement }
        guard at + 1 < raw.count, raw[at] == UInt8(ascii: "\\"), raw[at + 1] == UInt8(ascii: "u"),
            let second = unit(in: raw, at: at + 2), second & 0xFC00 == 0xDC00
        else { return replacement }
        at += 6
        return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF) ?? replacement
    }

    private static func unit(in raw: UnsafeRawBufferPointer, at start: Int) -> UInt32? {
        guard start + 4 <= raw.count else { return nil }
        return UInt32(String(decoding: raw[start..<start + 4], as: UTF8.self), radix: 16)
    }
}

// MARK: - Trees, where one is needed

extension JSONScanner {
    /// Any value as a tree; what is nested too deep becomes `null`.
    mutating func value(levels: Int = deepestLevel) throws(Broken) -> AttributeValue {
        switch try peek() {
        case UInt8(ascii: "\""): return .string(string(try text()))
        case UInt8(ascii: "{") where levels > 0: return .map(try members(levels: levels - 1))
        case UInt8(ascii: "[") where levels > 0:
            position += 1
            var elements: [AttributeValue] = []
            while try nextElement() { elements.append(try value(levels: levels - 1)) }
            return .array(elements)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skip()
            return .null
        default: return try scalarValue()
        }
    }

    private mutating func members(levels: Int) throws(Broken) -> Attributes {
        position += 1
        var members = Attributes()
        while let key = try nextKey() { members[string(key)] = try value(levels: levels) }
        return members
    }

    private mutating func scalarValue() throws(Broken) -> AttributeValue {
        let word = try scalar()
        if matches(word, "true") { return .bool(true) }
        if matches(word, "false") { return .bool(false) }
        if matches(word, "null") { return .null }
        if let number = integer(word), let exact = Int(exactly: number) { return .int(exact) }
        guard let number = Double(string(word)) else { throw Broken() }
        return .double(number)
    }

    /// The JSON text of an object or array as a tree; `nil` for any other text.
    static func tree(_ text: String) -> AttributeValue? {
        guard let first = text.utf8.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        var text = text
        return text.withUTF8 { utf8 in
            var scanner = JSONScanner(UnsafeRawBufferPointer(utf8))
            guard let value = try? scanner.value(), scanner.isAtEnd() else { return nil }
            return value
        }
    }
}
