// SPDX-License-Identifier: MIT
import GenAICore

// Reads values that may be of another type than expected. Such values are no error of the text: they are skipped.
extension JSONReader {
    /// The maximum depth of values. Deeper ones are left out, so that no input can exhaust the stack.
    static var deepestLevel: Int { 64 }

    /// Enters an object; any other value is skipped.
    mutating func enterIfObject() throws(JSONSyntaxError) -> Bool {
        guard try kind() == .object else {
            try skipValue()
            return false
        }
        try enterObject()
        return true
    }

    /// Enters an array; any other value is skipped.
    mutating func enterIfArray() throws(JSONSyntaxError) -> Bool {
        guard try kind() == .array else {
            try skipValue()
            return false
        }
        try enterArray()
        return true
    }

    /// Reads a string; `nil` for any other value, which is skipped.
    mutating func textIfAny() throws(JSONSyntaxError) -> Text? {
        guard try kind() == .string else {
            try skipValue()
            return nil
        }
        return try text()
    }

    /// Reads a string; `nil` for any other value, which is skipped.
    mutating func stringIfAny() throws(JSONSyntaxError) -> String? { try textIfAny()?.string }

    /// Reads an integer, also as text, because proto3 JSON writes 64-bit integers as text; `nil` for any other value.
    mutating func wholeIfAny() throws(JSONSyntaxError) -> Int64? {
        switch try kind() {
        case .string: return try text().whole
        case .number: return try number().int64
        default:
            try skipValue()
            return nil
        }
    }

    /// Reads a time in nanoseconds; `nil` for zero and any other value.
    mutating func timeIfAny() throws(JSONSyntaxError) -> UnixNanoseconds? {
        guard let number = try wholeIfAny(), number > 0 else { return nil }
        return UInt64(number)
    }

    /// Reads a number, also as text; `nil` for any other value.
    mutating func doubleIfAny() throws(JSONSyntaxError) -> Double? {
        switch try kind() {
        case .string: return Double(try text().string)
        case .number: return try number().double
        default:
            try skipValue()
            return nil
        }
    }

    /// Reads any value as a tree. Values that are nested too deep become `null`.
    mutating func tree(levels: Int = deepestLevel) throws(JSONSyntaxError) -> AttributeValue {
        switch try kind() {
        case .string: return .string(try string())
        case .bool: return .bool(try bool())
        case .null:
            try null()
            return .null
        case .number:
            let number = try number()
            if let whole = number.int64.flatMap({ Int(exactly: $0) }) { return .int(whole) }
            return number.double.map { .double($0) } ?? .string(number.text)
        case .array where levels > 0:
            var elements: [AttributeValue] = []
            try enterArray()
            while try nextElement() { elements.append(try tree(levels: levels - 1)) }
            return .array(elements)
        case .object where levels > 0:
            var members = Attributes()
            try enterObject()
            while let name = try nextMember() { members[name.string] = try tree(levels: levels - 1) }
            return .map(members)
        case .array, .object:
            try skipValue()
            return .null
        }
    }
}

extension JSONReader.Text {
    /// The integer in the text.
    fileprivate var whole: Int64? {
        guard !isEscaped, bytes.count <= 18 else { return Int64(string) }
        var number: Int64 = 0
        let isNegative = bytes.first == UInt8(ascii: "-")
        guard bytes.count > (isNegative ? 1 : 0) else { return nil }
        for byte in isNegative ? bytes.dropFirst() : bytes[...] {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number &* 10 &+ Int64(digit)
        }
        return isNegative ? -number : number
    }

    /// The trace identifier from 32 hexadecimal digits.
    var traceID: TraceID? {
        guard bytes.count == 32, let high = word(at: 0), let low = word(at: 16) else { return nil }
        let id = TraceID(high: high, low: low)
        return id.isValid ? id : nil
    }

    /// The span identifier from 16 hexadecimal digits.
    var spanID: SpanID? {
        guard bytes.count == 16, let number = word(at: 0), number != 0 else { return nil }
        return SpanID(rawValue: number)
    }

    private func word(at start: Int) -> UInt64? {
        var number: UInt64 = 0
        for byte in bytes[start..<start + 16] {
            guard let digit = ASCII.hexDigitValue(byte) else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return number
    }
}

extension AttributeValue {
    /// Returns the tree of JSON text with an object or array; `nil` for any other text.
    static func tree(_ text: String) -> AttributeValue? {
        guard let first = text.utf8.first(where: { $0 > 0x20 }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        return try? JSONReader.read(text) { (reader) throws(JSONSyntaxError) in try reader.tree() }
    }
}
