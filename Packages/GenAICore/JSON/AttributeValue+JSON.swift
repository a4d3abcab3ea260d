// SPDX-License-Identifier: MIT

extension AttributeValue {
    /// Parses JSON text: objects become maps, 64-bit integers `int`, other numbers `double`.
    ///
    /// Returns `nil` for text that is not JSON (RFC 8259), is nested more than 64 levels deep, or has an object with
    /// more than 256 members. Halves of surrogate pairs become U+FFFD. Members that are `null` are left out; of equal
    /// names, the last one takes precedence.
    package init?(jsonText: String) {
        do throws(JSONSyntaxError) {
            self = try JSONReader.read(jsonText, options: .init(maximumDepth: 64)) {
                (reader) throws(JSONSyntaxError) in try AttributeValue(&reader)
            }
        } catch {
            return nil
        }
    }

    /// Reads the next value. Objects must not have more members than messages and schemas have.
    package init(_ reader: inout JSONReader, mostMembers: Int = 256) throws(JSONSyntaxError) {
        switch try reader.kind() {
        case .object:
            var members = Attributes()
            try reader.enterObject()
            while let name = try reader.nextMember() {
                members[name.string] = try AttributeValue(&reader, mostMembers: mostMembers)
                guard members.count <= mostMembers else {
                    throw reader.failure("at most \(mostMembers) members", .unsuitableMembers)
                }
            }
            self = .map(members)
        case .array:
            var elements: [AttributeValue] = []
            try reader.enterArray()
            while try reader.nextElement() {
                elements.append(try AttributeValue(&reader, mostMembers: mostMembers))
            }
            self = .array(elements)
        case .string: self = .string(try reader.string())
        case .number:
            let number = try reader.number()
            if let whole = number.int64.flatMap({ Int(exactly: $0) }) {
                self = .int(whole)
            } else {
                self = .double(number.double ?? .infinity)
            }
        case .bool: self = .bool(try reader.bool())
        case .null:
            try reader.null()
            self = .null
        }
    }
}
