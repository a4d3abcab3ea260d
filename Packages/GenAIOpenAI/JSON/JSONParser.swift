// SPDX-License-Identifier: MIT
import GenAICore

extension JSONValue {
    /// Parses JSON text.
    ///
    /// Members keep their order. Bytes that are not UTF-8, and halves of surrogate pairs, become U+FFFD, so that a
    /// model's answer that was cut within a character can be read.
    ///
    /// - Throws: ``JSONError`` with the offset at which the text is not valid JSON (RFC 8259) or is nested more than
    ///   512 levels deep.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        do throws(JSONSyntaxError) {
            self = try JSONReader.read(bytes) { (reader) throws(JSONSyntaxError) in try JSONValue(&reader) }
        } catch {
            throw JSONError(expected: error.expected, offset: error.offset)
        }
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
