// SPDX-License-Identifier: MIT

/// A type that can be converted from and to JSON.
package protocol JSONConvertible: Codable, Sendable {
    /// Reads the value in its documented form.
    ///
    /// - Throws: ``JSONError`` with the expected value and its path.
    init(json: JSONValue) throws(JSONError)
    /// Reads the value in any form that servers send.
    ///
    /// - Throws: ``JSONError`` if no form fits.
    init(lenient json: JSONValue) throws(JSONError)
    /// The JSON form.
    var json: JSONValue { get }
}

extension JSONConvertible {
    /// Reads the value in its documented form; most types have no other.
    package init(lenient json: JSONValue) throws(JSONError) { try self.init(json: json) }

    /// Reads the value from any decoder.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        do {
            try self.init(json: value)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    /// Writes the value to any encoder.
    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }
}

/// A JSON object with known members, which keeps unknown ones too.
package protocol JSONRecord: JSONConvertible, Hashable {
    /// The members without a property of their own, and those whose value does not fit their property.
    ///
    /// Received members are kept, and when sent they take precedence over the properties, so that a received object is
    /// sent back unchanged.
    var additional: JSONObject { get set }
    /// Creates an empty record.
    init()
    /// Maps each member to its property, for both reading and writing.
    mutating func map(_ members: inout JSONMapper)
}

extension JSONRecord {
    /// Reads a record. Unknown members are stored in ``additional``.
    package init(json: JSONValue) throws(JSONError) {
        guard case .object(let object) = json else { throw JSONError(expected: "an object") }
        self.init()
        var mapper = JSONMapper(reading: object)
        map(&mapper)
        if let failure = mapper.failure { throw failure }
        additional = JSONObject(members: mapper.members)
    }

    /// The names of the members that have a property.
    static var memberNames: Set<String> {
        var mapper = JSONMapper(reading: [:], collectsNames: true)
        var record = Self()
        record.map(&mapper)
        return mapper.names
    }

    /// An object with the properties that are set, followed by ``additional``.
    package var json: JSONValue {
        var mapper = JSONMapper()
        var copy = self
        copy.map(&mapper)
        var object = JSONObject(members: mapper.members)
        object.merge(additional)
        return .object(object)
    }
}

/// Copies members between a JSON object and the properties of a ``JSONRecord``, in either direction.
///
/// The rule of reading: **lenient for members that nobody needs, strict for the answer itself.** Servers with OpenAI's
/// format differ in details, and an answer must not be lost for a member that the program may never read.
///
/// - A member that is missing or `null` leaves its property unchanged.
/// - A member in another form with an unambiguous meaning is converted (see ``JSONConvertible/init(lenient:)``):
///   numbers and Booleans in strings, numbers in place of a string, one value in place of a list.
/// - A member in any other form counts as missing; its value stays in ``JSONRecord/additional``. So does a number out
///   of range, and a fraction in place of an identifier or an index, which is not rounded.
/// - A `null` in a list is skipped.
/// - Otherwise the meaning of a member decides: a time is rounded down to a second (``time(_:_:)``), a count is rounded
///   (``count(_:_:)``), and an empty text whose presence has a meaning counts as missing (``text(_:_:)``).
/// - A member that contains the answer itself must be readable (``essential(_:_:)``), and a member without which there
///   is no answer must exist (``required(_:_:)``). Otherwise reading throws a ``JSONError`` with its path.
package struct JSONMapper {
    /// Indicates whether members are read into properties. Otherwise properties are written to members.
    let isReading: Bool
    fileprivate var members: [(key: String, value: JSONValue)]
    fileprivate var failure: JSONError?
    /// The member names, if they are being collected.
    fileprivate var names: Set<String> = []
    private let collectsNames: Bool

    fileprivate init(reading object: JSONObject, collectsNames: Bool = false) {
        isReading = true
        self.collectsNames = collectsNames
        members = object.members
    }

    fileprivate init() {
        isReading = false
        collectsNames = false
        members = []
    }

    /// Maps a member that is always written. If it cannot be read, the property keeps its value.
    package mutating func callAsFunction<Value: JSONConvertible>(_ key: String, _ value: inout Value) {
        guard isReading else { return members.append((key, value.json)) }
        if let found = read(key, as: Value.self) { value = found }
    }

    /// Maps a member that may be missing.
    package mutating func callAsFunction<Value: JSONConvertible>(_ key: String, _ value: inout Value?) {
        if isReading {
            value = read(key, as: Value.self)
        } else if let value {
            members.append((key, value.json))
        }
    }

    /// Maps a list that is not written if it is empty.
    package mutating func list<Value: JSONConvertible>(_ key: String, _ value: inout [Value]) {
        if isReading {
            value = read(key, as: [Value].self) ?? []
        } else if !value.isEmpty {
            members.append((key, value.json))
        }
    }

    /// Maps a text whose presence has a meaning. An empty one counts as missing.
    package mutating func text(_ key: String, _ value: inout String?) {
        self(key, &value)
        if isReading, value?.isEmpty == true { value = nil }
    }

    /// Maps a time in seconds since 1970. Some servers send fractions, which are rounded down.
    package mutating func time(_ key: String, _ value: inout Int?) {
        self(key, &value)
        guard isReading, value == nil else { return }
        var seconds: Double?
        self(key, &seconds)
        value = seconds.flatMap { Int(exactly: $0.rounded(.down)) }
    }

    /// Maps a member that must exist.
    package mutating func required<Value: JSONConvertible>(_ key: String, _ value: inout Value) {
        guard isReading else { return members.append((key, value.json)) }
        guard let json = take(key) else { return fail(JSONError(expected: "a value").inside(key)) }
        do throws(JSONError) {
            value = try Value(lenient: json)
        } catch {
            fail(error.inside(key))
        }
    }

    /// Maps a member that may be missing, but must be readable if it exists, because it contains the answer itself.
    package mutating func essential<Value: JSONConvertible>(_ key: String, _ value: inout Value) {
        if !isReading || left(key) != nil { required(key, &value) }
    }

    /// Fails the reading of the record.
    private mutating func fail(_ error: JSONError) {
        if failure == nil { failure = error }
    }

    private mutating func read<Value: JSONConvertible>(_ key: String, as: Value.Type) -> Value? {
        guard let index = position(of: key) else { return nil }
        let json = members[index].value
        let isMissing = json == .null || (json == "" || json == "null") && Value.self is any JSONStringValue.Type
        let value = isMissing ? nil : try? Value(lenient: json)
        if value != nil || isMissing { members.remove(at: index) }
        return value
    }

    /// Returns whether a member has not been read yet, even if it is `null`.
    func contains(_ key: String) -> Bool {
        members.contains { $0.key == key }
    }

    private mutating func position(of key: String) -> Int? {
        if collectsNames { names.insert(key) }
        return members.firstIndex { $0.key == key }
    }

    /// Returns a member that has not been read yet; `nil` if it is `null`.
    func left(_ key: String) -> JSONValue? {
        members.first { $0.key == key && $0.value != .null }?.value
    }

    /// Removes and returns a member that has not been read yet; `nil` if it is `null`.
    private mutating func take(_ key: String) -> JSONValue? {
        guard let index = position(of: key) else { return nil }
        let json = members.remove(at: index).value
        return json == .null ? nil : json
    }
}

/// A string with well-known values, which can have any other value too. An empty one, or `null` in quotes, counts as
/// missing.
package protocol JSONStringValue: JSONConvertible, RawRepresentable<String>, ExpressibleByStringLiteral, Hashable {
    /// Creates a value from its text.
    init(rawValue: String)
}

extension JSONStringValue {
    /// Creates a value from its text.
    public init(stringLiteral value: String) { self.init(rawValue: value) }
    /// Reads a string.
    package init(json: JSONValue) throws(JSONError) { self.init(rawValue: try String(json: json)) }
    /// Reads a string or a number.
    package init(lenient json: JSONValue) throws(JSONError) { self.init(rawValue: try String(lenient: json)) }
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
