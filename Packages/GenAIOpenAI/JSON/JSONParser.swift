// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

extension JSONValue {
    /// Parses JSON text.
    ///
    /// Members keep their order. Bytes that are not UTF-8, and halves of surrogate pairs, become U+FFFD, so that a
    /// model's answer that was cut within a character can be read.
    ///
    /// - Throws: ``JSONError`` with the offset at which the text is not valid JSON (RFC 8259) or is nested more than
    ///   128 levels deep.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        try self.init(bytes, options: JSONReader.Options())
    }

    // Each level takes 2.5 KB of the stack in a debug build, and secondary threads have 512 KB on Apple platforms.
    private static let maximumDepth = 128

    private init(_ bytes: [UInt8], options: JSONReader.Options) throws(JSONError) {
        var options = options
        options.maximumDepth = Self.maximumDepth
        do throws(JSONSyntaxError) {
            self = try JSONReader.read(bytes, options: options) { (reader) throws(JSONSyntaxError) in
                try JSONValue(&reader)
            }
        } catch {
            throw JSONError(expected: error.expected, offset: error.offset)
        }
    }

    /// Parses JSON text of a server and accepts common mistakes: a byte order mark, unescaped line breaks and other
    /// control characters in strings, and `NaN` or `Infinity`, which are read as `null`.
    ///
    /// - Throws: ``JSONError``, as for other text.
    init(answer bytes: [UInt8]) throws(JSONError) {
        try self.init(
            bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes,
            options: JSONReader.Options(toleratesMistakes: true))
    }

    /// Returns the answer itself, without a gateway's wrapper (OpenRouter's `provider`, Cloudflare's `result`, `data`).
    ///
    /// - Parameter members: The members of which an answer has at least one.
    func unwrapped(members: [String]) -> JSONValue {
        guard members == ["choices"], !self["choices"].isSubstantial else { return self }
        let wrappers = ["provider", "result", "data", "response"]
        return wrappers.lazy.compactMap { self[$0] }.first { $0["choices"].isSubstantial } ?? self
    }

    /// Parses JSON text.
    ///
    /// - Throws: ``JSONError`` as for bytes.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    private init(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        switch try reader.kind() {
        case .object:
            var members: [(key: String, value: JSONValue)] = []
            members.reserveCapacity(8)
            try reader.enterObject()
            while let name = try reader.nextMember() { members.append((name.string, try JSONValue(&reader))) }
            self = .object(JSONObject(members: members))
        case .array:
            var elements: [JSONValue] = []
            try reader.enterArray()
            while try reader.nextElement() { elements.append(try JSONValue(&reader)) }
            self = .array(elements)
        case .string: self = .string(try reader.string())
        case .number: self = JSONValue(try reader.number())
        case .bool: self = .bool(try reader.bool())
        case .null:
            try reader.null()
            self = .null
        }
    }

    private init(_ number: JSONReader.Number) {
        if let whole = number.int64 {
            self = .integer(whole)
        } else if !number.isInteger, let double = number.double {
            self = .double(double)
        } else {
            self = .number(number.text)
        }
    }
}
