// SPDX-License-Identifier: MIT

/// A value with a JSON form.
package protocol JSONConvertible: Codable, Sendable {
    /// Reads the value as it is documented.
    ///
    /// - Throws: ``JSONError`` saying what was expected and where.
    init(json: JSONValue) throws(JSONError)
    /// Reads the value in the other forms that servers give it.
    ///
    /// - Throws: ``JSONError`` where no form fits.
    init(lenient json: JSONValue) throws(JSONError)
    /// The JSON form.
    var json: JSONValue { get }
}

extension JSONConvertible {
    /// Reads the value as documented: most have no other form.
    package init(lenient json: JSONValue) throws(JSONError) { try self.init(json: json) }

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
    /// The members without a property of their own, and those whose value does not fit their property.
    ///
    /// Read ones are kept, and written ones win over the properties: what came goes back as it came.
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

    /// The names of the members that have a property.
    static var memberNames: Set<String> {
        var mapper = JSONMapper(reading: [:], collectsNames: true)
        var record = Self()
        record.map(&mapper)
        return mapper.names
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
///
/// The rule of reading: **lenient where nobody needs the member, strict where it matters.** Servers that speak OpenAI's
/// format differ in details, and no answer is lost for one that the program may never look at.
///
/// - A member that is missing or `null` leaves its property as it is.
/// - A member in another form that has only one meaning is converted (see ``JSONConvertible/init(lenient:)``): numbers
///   and Booleans in strings, numbers where a string is expected, one value where a list is expected.
/// - A member in a form without such a meaning counts as missing; its value stays in ``JSONRecord/additional``. So do
///   numbers out of range: a fraction is not rounded where an identity or an index is expected.
/// - A `null` in a list is left out.
/// - A member that carries the answer itself must be readable (``essential(_:_:)``), and one without which there is no
///   answer must be there (``required(_:_:)``): else the record is refused with a ``JSONError`` that names its path.
package struct JSONMapper {
    /// Whether properties are read from members, not written to them.
    let isReading: Bool
    fileprivate var members: [(key: String, value: JSONValue)]
    fileprivate var failure: JSONError?
    /// The names asked for, where they are wanted.
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

    /// A member that is always written; where it cannot be read, the property keeps its value.
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

    /// A time in seconds since 1970, which some servers give with a fraction: the second it falls in.
    package mutating func time(_ key: String, _ value: inout Int?) {
        self(key, &value)
        guard isReading, value == nil else { return }
        var seconds: Double?
        self(key, &seconds)
        value = seconds.flatMap { Int(exactly: $0.rounded(.down)) }
    }

    /// A member that must be there.
    package mutating func required<Value: JSONConvertible>(_ key: String, _ value: inout Value) {
        guard isReading else { return members.append((key, value.json)) }
        guard let json = take(key) else { return fail(JSONError(expected: "a value").inside(key)) }
        do throws(JSONError) {
            value = try Value(lenient: json)
        } catch {
            fail(error.inside(key))
        }
    }

    /// A member that may be missing, but carries the answer itself where it is there.
    package mutating func essential<Value: JSONConvertible>(_ key: String, _ value: inout Value) {
        if !isReading || left(key) != nil { required(key, &value) }
    }

    /// Refuses the record.
    private mutating func fail(_ error: JSONError) {
        if failure == nil { failure = error }
    }

    private mutating func read<Value: JSONConvertible>(_ key: String, as: Value.Type) -> Value? {
        guard let index = position(of: key) else { return nil }
        let json = members[index].value
        let isMissing = json == .null || json == "" && Value.self is any JSONStringValue.Type
        let value = isMissing ? nil : try? Value(lenient: json)
        if value != nil || isMissing { members.remove(at: index) }
        return value
    }

    /// Whether a member is still left, be it `null`.
    func contains(_ key: String) -> Bool {
        members.contains { $0.key == key }
    }

    private mutating func position(of key: String) -> Int? {
        if collectsNames { names.insert(key) }
        return members.firstIndex { $0.key == key }
    }

    /// A member that is still left, unless it is `null`.
    func left(_ key: String) -> JSONValue? {
        members.first { $0.key == key && $0.value != .null }?.value
    }

    /// Takes a member out of those that are left, unless it is `null`.
    private mutating func take(_ key: String) -> JSONValue? {
        guard let index = position(of: key) else { return nil }
        let json = members.remove(at: index).value
        return json == .null ? nil : json
    }
}

/// A string with well-known values and room for any other. An empty one says nothing and counts as missing.
package protocol JSONStringValue: JSONConvertible, RawRepresentable<String>, ExpressibleByStringLiteral, Hashable {
    /// Creates the value of that text.
    init(rawValue: String)
}

extension JSONStringValue {
    /// Creates the value of that text.
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
