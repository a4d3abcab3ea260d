// SPDX-License-Identifier: MIT

extension AttributeValue {
    /// Reads JSON text: objects become maps, whole numbers of 64 bits `int`, other numbers `double`.
    ///
    /// Returns `nil` for text that is not JSON (RFC 8259), that is nested deeper than 64 levels, or that has an object
    /// with more than 256 members. Halves of surrogate pairs become U+FFFD. Members that are `null` are left out; of
    /// equal names the last one wins.
    package init?(jsonText: String) {
        do throws(JSONSyntaxError) {
            self = try JSONReader.read(jsonText, options: .init(maximumDepth: 64)) {
                (reader) throws(JSONSyntaxError) in try AttributeValue(&reader)
            }
        } catch {
            return nil
        }
    }

    /// Reads the next value; objects must not have more members than a message or a schema has.
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
