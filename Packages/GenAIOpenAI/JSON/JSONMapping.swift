// SPDX-License-Identifier: MIT

/// Why JSON text or a JSON value is not what was expected. Never holds any of its content.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What should have been there.
    public var expected: String
    /// The members and positions that lead to the value, outermost first; empty for the root.
    public var path: [String] = []
    /// How many bytes into the text, where the text itself is no JSON.
    public var offset: Int?

    /// Creates an error; a `Decodable` type that reads part of itself as a ``JSONValue`` throws it too.
    public init(expected: String, path: [String] = [], offset: Int? = nil) {
        self.expected = expected
        self.path = path
        self.offset = offset
    }

    func inside(_ component: String) -> JSONError {
        var error = self
        error.path.insert(component, at: 0)
        return error
    }

    /// What and where, in one line.
    public var description: String {
        let place = path.isEmpty ? "" : " at \(path.joined(separator: "."))"
        return "expected \(expected)\(place)\(offset.map { " at byte \($0)" } ?? "")"
    }
}

/// A value with a JSON form.
package protocol JSONConvertible: Codable, Sendable {
    /// Reads the value.
    ///
    /// - Throws: ``JSONError`` saying what was expected and where.
    init(json: JSONValue) throws(JSONError)
    /// The JSON form.
    var json: JSONValue { get }
}

extension JSONConvertible {
    /// Reads the value through any decoder.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        do {
            try self.init(json: value)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    /// Writes the value through any encoder.
    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }
}

/// A JSON object with known members, and room for those nobody knew when this was written.
package protocol JSONRecord: JSONConvertible, Hashable {
    /// The members without a property of their own: read ones are kept, and written ones win over the properties.
    var additional: JSONObject { get set }
    /// Creates a record with nothing set.
    init()
    /// Names each member and its property once, for reading and writing alike.
    mutating func map(_ members: inout JSONMapper)
}

extension JSONRecord {
    /// Reads a record; unknown members land in ``additional``.
    package init(json: JSONValue) throws(JSONError) {
        guard case .object(let object) = json else { throw JSONError(expected: "an object") }
        self.init()
        var mapper = JSONMapper(reading: object)
        map(&mapper)
        if let failure = mapper.failure { throw failure }
        additional = JSONObject(members: mapper.members)
    }

    /// The object of the set properties, then ``additional``.
    package var json: JSONValue {
        var mapper = JSONMapper()
        var copy = self
        copy.map(&mapper)
        var object = JSONObject(members: mapper.members)
        object.merge(additional)
        return .object(object)
    }
}

/// Carries members between a JSON object and the properties of a ``JSONRecord``, in one direction or the other.
package struct JSONMapper {
    private let isReading: Bool
    fileprivate var members: [(key: String, value: JSONValue)]
    fileprivate var failure: JSONError?

    fileprivate init(reading object: JSONObject) {
        isReading = true
        members = object.members
    }

    fileprivate init() {
        isReading = false
        members = []
    }

    /// A member that is always written; where it is missing or `null`, the property keeps its value.
    package mutating func callAsFunction<Value: JSONConvertible>(_ key: String, _ value: inout Value) {
        guard isReading else { return members.append((key, value.json)) }
        if let found = read(key, as: Value.self) { value = found }
    }

    /// A member that may be missing.
    package mutating func callAsFunction<Value: JSONConvertible>(_ key: String, _ value: inout Value?) {
        if isReading {
            value = read(key, as: Value.self)
        } else if let value {
            members.append((key, value.json))
        }
    }

    /// A list whose member is left out when it is empty.
    package mutating func list<Value: JSONConvertible>(_ key: String, _ value: inout [Value]) {
        if isReading {
            value = read(key, as: [Value].self) ?? []
        } else if !value.isEmpty {
            members.append((key, value.json))
        }
    }

    /// A member that must be there.
    package mutating func required<Value: JSONConvertible>(_ key: String, _ value: inout Value) {
        guard isReading else { return members.append((key, value.json)) }
        if let found = read(key, as: Value.self) {
            value = found
        } else if failure == nil {
            failure = JSONError(expected: "a value").inside(key)
        }
    }

    /// A member that is read only where it has the expected form; any other stays in ``JSONRecord/additional``.
    mutating func ifPossible<Value: JSONConvertible>(_ key: String, _ value: inout Value?) {
        guard isReading else { return self(key, &value) }
        guard let index = members.firstIndex(where: { $0.key == key }) else { return }
        guard let found = try? Value(json: members[index].value) else { return }
        members.remove(at: index)
        value = found
    }

    private mutating func read<Value: JSONConvertible>(_ key: String, as: Value.Type) -> Value? {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        let json = members.remove(at: index).value
        guard json != .null else { return nil }
        do throws(JSONError) {
            return try Value(json: json)
        } catch {
            if failure == nil { failure = error.inside(key) }
            return nil
        }
    }
}

/// A string with well-known values and room for any other.
package protocol JSONStringValue: JSONConvertible, RawRepresentable<String>, ExpressibleByStringLiteral, Hashable {
    /// Creates the value of that text.
    init(rawValue: String)
}

extension JSONStringValue {
    /// Creates the value of that text.
    public init(stringLiteral value: String) { self.init(rawValue: value) }
    /// Reads a string.
    package init(json: JSONValue) throws(JSONError) { self.init(rawValue: try String(json: json)) }
    /// The string.
    package var json: JSONValue { .string(rawValue) }
    /// Reads a string.
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }
    /// Writes the string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
