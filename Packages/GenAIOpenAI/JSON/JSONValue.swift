// SPDX-License-Identifier: MIT

/// Any JSON value.
///
/// Numbers keep their exact value: an integer that fits 64 bits is ``integer(_:)``, a fraction is ``double(_:)``, and a
/// number that fits neither keeps its text.
public enum JSONValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction or exponent.
    case integer(Int64)
    /// A number with a fraction or an exponent. Infinities and NaN are written as `null`.
    case double(Double)
    /// The literal text of a number that fits neither ``integer(_:)`` nor ``double(_:)``.
    case number(String)
    /// A string.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// An object, with its members in order.
    case object(JSONObject)
}

extension JSONValue {
    /// The string, or `nil` for any other kind of value.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The Boolean, or `nil` for any other kind of value.
    public var boolValue: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The number if it is an integer that fits `Int`, or `nil`.
    public var intValue: Int? {
        switch self {
        case .integer(let number): Int(exactly: number)
        case .double(let number): Int(exactly: number)
        default: nil
        }
    }

    /// The number, or `nil` for any other kind of value.
    public var doubleValue: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        case .number(let text): Double(text)
        default: nil
        }
    }

    /// The elements, or `nil` for any other kind of value.
    public var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, or `nil` for any other kind of value.
    public var objectValue: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The member with that name; `nil` if there is none or this is not an object.
    public subscript(key: String) -> JSONValue? {
        objectValue?[key]
    }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// Creates a Boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Creates an integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Creates a number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Creates a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates a list.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Creates an object.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

/// The members of a JSON object, in their original order.
///
/// The order of a schema's members matters to the model, and any order matters to prompt caches. Two objects are equal
/// if they have the same members in any order. Of several members with the same name, the subscript returns the first.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    /// The maximum number of members for a linear search.
    private static let fewMembers = 32

    private(set) var members: [(key: String, value: JSONValue)]
    /// The first position of each name; `nil` for few members and after a removal.
    private var positions: [String: Int]?

    /// Creates an object from members.
    public init(_ members: some Sequence<(String, JSONValue)> = []) {
        self.init(members: members.map { (key: $0.0, value: $0.1) })
    }

    init(members: [(key: String, value: JSONValue)]) {
        self.members = members
        indexIfMany()
    }

    /// Creates an object from members.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }

    /// The member with that name. Setting `nil` removes it.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            if positions == nil { indexIfMany() }
            guard let position = position(of: key) else {
                if let newValue { append(key, newValue) }
                return
            }
            if let newValue {
                members[position].value = newValue
            } else {
                members.remove(at: position)
                positions = nil
            }
        }
    }

    /// Sets every member of `other`, replacing those of the same name.
    public mutating func merge(_ other: JSONObject) {
        for (key, value) in other.members { self[key] = value }
    }

    private func position(of key: String) -> Int? {
        if let positions { positions[key] } else { members.firstIndex { $0.key == key } }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        members.append((key, value))
        positions?[key] = members.count - 1
    }

    /// Creates an index for large objects, so that processing untrusted objects takes linear time.
    private mutating func indexIfMany() {
        guard members.count > Self.fewMembers else { return }
        positions = Dictionary(
            members.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
}

extension JSONObject: RandomAccessCollection {
    /// The position of the first member.
    public var startIndex: Int { members.startIndex }
    /// The position after the last member.
    public var endIndex: Int { members.endIndex }
    /// The member at a position.
    public subscript(position: Int) -> (key: String, value: JSONValue) { members[position] }
}

extension JSONObject: Hashable {
    /// Returns whether both objects have the same members, in any order.
    public static func == (one: JSONObject, other: JSONObject) -> Bool {
        guard one.count == other.count else { return false }
        let inOrder = zip(one.members, other.members).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        return inOrder || one.byKey == other.byKey
    }

    /// Hashes the members independently of their order.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(byKey)
    }

    private var byKey: [String: JSONValue] {
        Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension JSONValue: Codable {
    /// Reads any value. The order of members depends on the decoder.
    public init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: JSONKey.self) {
            self = .object(
                JSONObject(try keyed.allKeys.map { ($0.stringValue, try keyed.decode(JSONValue.self, forKey: $0)) }))
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !list.isAtEnd { elements.append(try list.decode(JSONValue.self)) }
            self = .array(elements)
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let flag = try? single.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? single.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? single.decode(Double.self) {
            self = .double(number)
        } else {
            self = .string(try single.decode(String.self))
        }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let object):
            var keyed = encoder.container(keyedBy: JSONKey.self)
            for (key, value) in object { try keyed.encode(value, forKey: JSONKey(stringValue: key)) }
        case .array(let elements):
            var list = encoder.unkeyedContainer()
            for element in elements { try list.encode(element) }
        default:
            var single = encoder.singleValueContainer()
            switch self {
            case .bool(let flag): try single.encode(flag)
            case .integer(let number): try single.encode(number)
            case .double(let number): try single.encode(number)
            case .number(let text): try single.encode(Double(text))
            case .string(let text): try single.encode(text)
            default: try single.encodeNil()
            }
        }
    }
}

private struct JSONKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
