// SPDX-License-Identifier: MIT

/// A strict pull reader of JSON text (RFC 8259). It builds no tree and copies only on request.
///
///     try JSONReader.read(line) { (reader) throws(JSONSyntaxError) in
///         try reader.enterObject()
///         while let name = try reader.nextMember() {
///             switch name {
///             case "traceId": traceID = try reader.string()
///             case "events":
///                 try reader.enterArray()
///                 while try reader.nextElement() { events.append(try Event(&reader)) }
///             default: try reader.skipValue()
///             }
///         }
///     }
///
/// After ``nextMember()`` or ``nextElement()`` exactly one value must be read or skipped. Skipped values are validated
/// too: no comments, no trailing commas, no leading zeros, no unescaped control characters, only known escapes. Nesting
/// is limited, so that hostile text cannot exhaust the stack of a recursive caller. Equal names in one object are all
/// returned; the caller decides which one takes precedence.
///
/// The bytes must outlive the reader and every ``Text`` and ``Number`` it returns; ``read(_:options:_:)-([UInt8],_,_)``
/// ensures that. Must not be used by several threads at the same time.
package struct JSONReader: ~Copyable {
    /// The options of a reader.
    package struct Options: Sendable {
        /// The maximum nesting of arrays and objects. Default: 512.
        package var maximumDepth = 512
        /// Indicates whether bytes that are not UTF-8, and halves of surrogate pairs, become U+FFFD. Otherwise they are
        /// errors.
        ///
        /// Default: true, so that an answer that was cut within a character can be read.
        package var repairsText = true
        /// Indicates whether unescaped control characters in strings are accepted, and `NaN`, `Infinity` and
        /// `-Infinity` are read as `null`. Otherwise they are errors. Default: false.
        package var toleratesMistakes = false

        /// Creates the default options.
        package init(maximumDepth: Int = 512, repairsText: Bool = true, toleratesMistakes: Bool = false) {
            self.maximumDepth = maximumDepth
            self.repairsText = repairsText
            self.toleratesMistakes = toleratesMistakes
        }
    }

    /// The kind of a value, determined by its first byte.
    package enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    private enum Place {
        /// Before the first member or element, or before a value at the root.
        case start
        /// Between a member's name, or the comma before an element, and the value.
        case beforeValue
        /// After a value in an array or object.
        case afterValue
    }

    /// The text to read.
    package let bytes: UnsafeBufferPointer<UInt8>
    private let options: Options
    /// The number of bytes read.
    package private(set) var offset = 0
    /// The number of open arrays and objects.
    package private(set) var depth = 0
    private var place = Place.start
    /// One bit for each open container, the innermost lowest: 1 for an object. For depths beyond 64, the outer bits are
    /// in `outerContainers`.
    private var containers: UInt64 = 0
    private var outerContainers: [UInt64] = []
    private var countedLines = (offset: 0, line: 1)

    /// Creates a reader of bytes that must outlive it.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, options: Options = Options()) {
        self.bytes = bytes
        self.options = options
    }

    /// Returns the number of the line at ``offset``, counted from 1.
    package mutating func line() -> Int {
        for byte in bytes[countedLines.offset..<offset] where byte == 0x0A { countedLines.line += 1 }
        countedLines.offset = offset
        return countedLines.line
    }

    /// Returns whether only white space is left. At the root, several values may follow each other, as in JSON lines.
    package mutating func isAtEnd() -> Bool {
        skipSpace()
        return offset == bytes.count
    }

    /// Checks that only white space is left.
    package mutating func end() throws(JSONSyntaxError) {
        guard depth == 0, isAtEnd() else { throw failure("the end") }
    }
}

extension JSONReader {
    /// Reads a whole text, which must contain exactly one value.
    package static func read<Value>(
        _ bytes: [UInt8], options: Options = Options(),
        _ body: (inout JSONReader) throws(JSONSyntaxError) -> Value
    ) throws(JSONSyntaxError) -> Value {
        try bytes.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
            try read(bytes, options: options, body)
        }
    }

    /// Reads a whole text, which must contain exactly one value.
    package static func read<Value>(
        _ text: String, options: Options = Options(),
        _ body: (inout JSONReader) throws(JSONSyntaxError) -> Value
    ) throws(JSONSyntaxError) -> Value {
        var text = text
        return try text.withUTF8 { bytes in
            Result { () throws(JSONSyntaxError) in try read(bytes, options: options, body) }
        }.get()
    }

    /// Reads a whole text, which must contain exactly one value.
    package static func read<Value>(
        _ bytes: UnsafeBufferPointer<UInt8>, options: Options = Options(),
        _ body: (inout JSONReader) throws(JSONSyntaxError) -> Value
    ) throws(JSONSyntaxError) -> Value {
        var reader = JSONReader(bytes, options: options)
        let result = try body(&reader)
        try reader.end()
        return result
    }
}

// MARK: - Arrays and objects

extension JSONReader {
    /// Reads the start of an object.
    package mutating func enterObject() throws(JSONSyntaxError) {
        try enter(UInt8(ascii: "{"), isObject: true, "an object")
    }

    /// Reads the start of an array.
    package mutating func enterArray() throws(JSONSyntaxError) {
        try enter(UInt8(ascii: "["), isObject: false, "an array")
    }

    /// Reads the name of the object's next member and the colon. At the end of the object, reads that and returns
    /// `nil`.
    package mutating func nextMember() throws(JSONSyntaxError) -> Text? {
        let hasNext = try hasNext(
            UInt8(ascii: "}"), first: "a member name", further: "a comma or the end of the object")
        guard hasNext else { return nil }
        guard peek() == UInt8(ascii: "\"") else { throw failure("a member name") }
        let name = try scanText()
        skipSpace()
        guard peek() == UInt8(ascii: ":") else { throw failure("a colon") }
        offset += 1
        place = .beforeValue
        return name
    }

    /// Moves to the array's next element. At the end of the array, reads that and returns false.
    package mutating func nextElement() throws(JSONSyntaxError) -> Bool {
        let hasNext = try hasNext(UInt8(ascii: "]"), first: "a value", further: "a comma or the end of the array")
        guard hasNext else { return false }
        place = .beforeValue
        return true
    }

    private mutating func enter(_ mark: UInt8, isObject: Bool, _ expected: String) throws(JSONSyntaxError) {
        try beginValue()
        guard peek() == mark else { throw failure(expected) }
        guard depth < options.maximumDepth else {
            throw failure("at most \(options.maximumDepth) levels of nesting", .tooDeep)
        }
        offset += 1
        if depth > 0, depth % 64 == 0 { outerContainers.append(containers) }
        containers = containers << 1 | (isObject ? 1 : 0)
        depth += 1
        place = .start
    }

    /// Skips the comma before the next member or element, or the bracket that ends the container.
    private mutating func hasNext(
        _ closingMark: UInt8, first: StaticString, further: StaticString
    ) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        if place == .afterValue, peek() == UInt8(ascii: ",") {
            offset += 1
            skipSpace()
            return true
        }
        if peek() == closingMark, place != .beforeValue {
            offset += 1
            leave()
            return false
        }
        guard place == .start, offset < bytes.count else {
            throw failure((place == .start ? first : further).description)
        }
        return true
    }

    private mutating func leave() {
        depth -= 1
        containers >>= 1
        if depth > 0, depth % 64 == 0, let outer = outerContainers.popLast() { containers = outer }
        endValue()
    }
}

// MARK: - Values

extension JSONReader {
    /// Returns the kind of the next value without reading it.
    package mutating func kind() throws(JSONSyntaxError) -> Kind {
        try beginValue()
        switch peek() ?? 0 {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            return mistakenNumber == nil ? .number : .null
        default:
            guard mistakenNumber != nil else { throw failure("a value") }
            return .null
        }
    }

    /// Reads a string without decoding it.
    package mutating func text() throws(JSONSyntaxError) -> Text {
        try beginValue()
        guard peek() == UInt8(ascii: "\"") else { throw failure("a string") }
        let text = try scanText()
        endValue()
        return text
    }

    /// Reads a string.
    package mutating func string() throws(JSONSyntaxError) -> String { try text().string }

    /// Reads a number without converting it.
    package mutating func number() throws(JSONSyntaxError) -> Number {
        try beginValue()
        let number = try scanNumber()
        endValue()
        return number
    }

    /// Reads `true` or `false`.
    package mutating func bool() throws(JSONSyntaxError) -> Bool {
        try beginValue()
        let isTrue = peek() == UInt8(ascii: "t")
        try scanWord(isTrue ? "true" : "false", "true or false")
        endValue()
        return isTrue
    }

    /// Reads `null`.
    package mutating func null() throws(JSONSyntaxError) {
        try beginValue()
        try scanWord(mistakenNumber ?? "null", "null")
        endValue()
    }

    /// The next token if it is `NaN` or an infinity and such mistakes are tolerated; otherwise `nil`.
    private var mistakenNumber: StaticString? {
        guard options.toleratesMistakes else { return nil }
        let name: StaticString
        switch peek() {
        case UInt8(ascii: "N"): name = "NaN"
        case UInt8(ascii: "I"): name = "Infinity"
        case UInt8(ascii: "-") where offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "I"):
            name = "-Infinity"
        default: return nil
        }
        return name
    }

    /// Skips a value of any kind.
    ///
    /// - Returns: The value's bytes, without surrounding white space.
    @discardableResult
    package mutating func skipValue() throws(JSONSyntaxError) -> UnsafeBufferPointer<UInt8> {
        try beginValue()
        let (start, outside) = (offset, depth)
        repeat {
            guard try nextToken() != nil else { throw failure("a value") }
        } while depth > outside || place == .beforeValue
        return UnsafeBufferPointer(rebasing: bytes[start..<offset])
    }

    @inline(__always)
    private mutating func beginValue() throws(JSONSyntaxError) {
        guard place == .beforeValue || depth == 0 else { throw failure("a comma or the end") }
        skipSpace()
    }

    @inline(__always)
    private mutating func endValue() {
        place = depth > 0 ? .afterValue : .start
    }
}

// MARK: - Tokens

extension JSONReader {
    /// A token of JSON text, for callers that process all values in the same way.
    package enum Token {
        case objectStart, objectEnd, arrayStart, arrayEnd
        case name(Text)
        case string(Text)
        case number(Number)
        case bool(Bool)
        case null
    }

    /// Reads the next token; `nil` at the end of the text. At the root, several values may follow each other.
    package mutating func nextToken() throws(JSONSyntaxError) -> Token? {
        if depth > 0, place != .beforeValue {
            if containers & 1 == 1 {
                guard let name = try nextMember() else { return .objectEnd }
                return .name(name)
            }
            guard try nextElement() else { return .arrayEnd }
        } else if depth == 0, isAtEnd() {
            return nil
        }
        switch try kind() {
        case .object:
            try enterObject()
            return .objectStart
        case .array:
            try enterArray()
            return .arrayStart
        case .string: return .string(try text())
        case .number: return .number(try number())
        case .bool: return .bool(try bool())
        case .null:
            try null()
            return .null
        }
    }
}

// MARK: - Scanning

extension JSONReader {
    @inline(__always)
    private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

    @inline(__always)
    private mutating func skipSpace() {
        while offset < bytes.count, bytes[offset] <= 0x20 {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    /// Skips a string, which begins here.
    private mutating func scanText() throws(JSONSyntaxError) -> Text {
        let start = offset + 1
        var isEscaped = false
        var position = start
        while true {
            position = endOfPlainJSON(in: bytes, from: position)
            guard position < bytes.count else { throw failure("the end of the string", at: position) }
            if bytes[position] == UInt8(ascii: "\"") { break }
            guard bytes[position] == UInt8(ascii: "\\") else {
                guard options.toleratesMistakes else { throw failure("an escaped control character", at: position) }
                position += 1
                continue
            }
            isEscaped = true
            position = try endOfEscape(at: position)
        }
        let text = Text(bytes: UnsafeBufferPointer(rebasing: bytes[start..<position]), isEscaped: isEscaped)
        guard options.repairsText || text.isWellFormed else { throw failure("well-formed text", at: start) }
        offset = position + 1
        return text
    }

    private func endOfEscape(at backslash: Int) throws(JSONSyntaxError) -> Int {
        let position = backslash + 1
        guard position < bytes.count else { throw failure("the end of the string", at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return position + 1
        case UInt8(ascii: "u"):
            for index in position + 1...position + 4 {
                guard index < bytes.count else { throw failure("the end of the string", at: bytes.count) }
                guard ASCII.hexDigitValue(bytes[index]) != nil else {
                    throw failure("four hexadecimal digits", at: index)
                }
            }
            return position + 5
        default: throw failure("a known escape", at: position)
        }
    }

    private mutating func scanNumber() throws(JSONSyntaxError) -> Number {
        let start = offset
        var position = offset
        if peek() == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        position = endOfDigits(from: position)
        guard position > firstDigit else { throw failure(start < firstDigit ? "a digit" : "a number", at: position) }
        guard position == firstDigit + 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            throw failure("a number without leading zeros", at: firstDigit)
        }
        let endOfInteger = position
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position = try endOfRequiredDigits(from: position + 1)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            position = try endOfRequiredDigits(from: position)
        }
        offset = position
        return Number(
            bytes: UnsafeBufferPointer(rebasing: bytes[start..<position]), isInteger: position == endOfInteger)
    }

    private func endOfRequiredDigits(from start: Int) throws(JSONSyntaxError) -> Int {
        let end = endOfDigits(from: start)
        guard end > start else { throw failure("a digit", at: start) }
        return end
    }

    private func endOfDigits(from start: Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position
    }

    private mutating func scanWord(_ word: StaticString, _ expected: String) throws(JSONSyntaxError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard offset + index < bytes.count else { throw failure(expected, at: bytes.count) }
            guard bytes[offset + index] == word.utf8Start[index] else { throw failure(expected) }
        }
        offset += word.utf8CodeUnitCount
    }

    /// Returns the error for an unexpected byte.
    package func failure(
        _ expected: String, _ reason: JSONSyntaxError.Reason? = nil, at position: Int? = nil
    ) -> JSONSyntaxError {
        let position = position ?? offset
        return JSONSyntaxError(
            reason: reason ?? (position < bytes.count ? .malformed : .unexpectedEnd), expected: expected,
            offset: position, line: 1 + bytes[..<position].count { $0 == 0x0A })
    }
}

/// The position at which a text is not the expected JSON. Never contains any of its content.
package struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure.
    package enum Reason: Sendable {
        /// The text ends too early. It may have been cut.
        case unexpectedEnd
        /// The text is not JSON, or a value has another type than expected.
        case malformed
        /// The text is nested more deeply than the reader's options allow.
        case tooDeep
        /// An object has too many members for its reader, or one of them twice.
        case unsuitableMembers
    }

    /// The kind of failure.
    package var reason: Reason
    /// A noun phrase for the expected token.
    package var expected: String
    /// The offset of the position in bytes.
    package var offset: Int
    /// The number of the line, counted from 1.
    package var line: Int

    /// The expected token and the position.
    package var description: String { "expected \(expected) at byte \(offset), line \(line)" }
}
