// SPDX-License-Identifier: MIT
import GenAICore

/// A JSON tree with line numbers. Numbers stay text, so that prices are read exactly.
indirect enum JSONValue: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONItem])
    case object([JSONMember])
}

/// A value and the line it starts on, counted from one.
struct JSONItem: Equatable {
    var value: JSONValue
    var line: Int
}

/// A key of an object, its line, and its value.
struct JSONMember: Equatable {
    var key: String
    var item: JSONItem
}

extension JSONItem {
    /// The maximum nesting of arrays and objects.
    static let deepest = 32

    /// Parses a whole text. It must be well-formed UTF-8 and must not repeat a name within an object, because either
    /// value might be meant.
    init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        let options = JSONReader.Options(maximumDepth: Self.deepest, repairsText: false)
        self = try JSONReader.read(bytes, options: options) { (reader) throws(JSONSyntaxError) in
            try JSONItem(&reader)
        }
    }

    private init(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        let kind = try reader.kind()
        line = reader.line()
        switch kind {
        case .object: value = .object(try Self.members(&reader))
        case .array:
            var items: [JSONItem] = []
            try reader.enterArray()
            while try reader.nextElement() { items.append(try JSONItem(&reader)) }
            value = .array(items)
        case .string: value = .string(try reader.string())
        case .number: value = .number(try reader.number().text)
        case .bool: value = .bool(try reader.bool())
        case .null:
            try reader.null()
            value = .null
        }
    }

    private static func members(_ reader: inout JSONReader) throws(JSONSyntaxError) -> [JSONMember] {
        var members: [JSONMember] = []
        var keys: Set<String> = []
        try reader.enterObject()
        while let name = try reader.nextMember() {
            let key = name.string
            guard keys.insert(key).inserted else { throw reader.failure("each key once", .unsuitableMembers) }
            members.append(JSONMember(key: key, item: try JSONItem(&reader)))
        }
        return members
    }
}
