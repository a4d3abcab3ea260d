// SPDX-License-Identifier: MIT
import GenAICore

extension JSONValue {
    /// The value as an attribute or a part of a log record's body.
    var attributeValue: AttributeValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): Int(exactly: number).map(AttributeValue.int) ?? .double(Double(number))
        case .double(let number): .double(number)
        case .number(let text): .string(text)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(\.attributeValue))
        case .object(let members):
            .map(Attributes(members.lazy.map { Attribute(key: $0.key, value: $0.value.attributeValue) }))
        }
    }
}

extension AttributeValue {
    /// A map of the members that have a value.
    static func object(_ members: KeyValuePairs<String, AttributeValue?>) -> AttributeValue {
        var map = Attributes()
        map.reserveCapacity(members.count)
        for (name, value) in members { map[name] = value }
        return .map(map)
    }
}
