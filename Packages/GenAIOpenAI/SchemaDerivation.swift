// SPDX-License-Identifier: MIT

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JSONValue.Schema {
    /// Derives the schema of a type from its `Decodable` conformance, for a `JSONDecoder` with default settings.
    ///
    /// Supports structs, arrays, optionals (which may be `null`), strings, numbers, Booleans, `Date`, `URL`, `UUID`,
    /// `Data`, and enums that are `CaseIterable` with raw values. All members are required and no others allowed, as
    /// strict mode requires. The schema has no descriptions. If the model needs them, write the schema yourself.
    ///
    /// - Throws: ``OpenAIClientError`` with code `configuration` for other types: dictionaries, enums with associated
    ///   values, recursive types, and types that cannot decode arbitrary values.
    public init<Value: Decodable>(describing type: Value.Type) throws(OpenAIClientError) {
        do {
            var recorder = SchemaRecorder(depth: 0)
            _ = try recorder.sample(of: type)
            self = recorder.schema
        } catch {
            throw OpenAIClientError(.configuration, "no schema can be derived from \(type): pass a schema")
        }
    }
}

/// A type from which no schema can be derived.
private struct Underivable: Error {}

/// Derives a schema by letting the type decode sample values.
private struct SchemaRecorder {
    static let deepest = 16
    let depth: Int
    var schema: JSONValue.Schema = [:]

    /// Decodes a sample value of a type and stores its schema.
    mutating func sample<Value: Decodable>(of type: Value.Type) throws -> Value {
        guard depth <= Self.deepest else { throw Underivable() }
        if let known = Self.known(type) {
            schema = known.schema
            return known.value
        }
        if let enumeration = type as? any (CaseIterable & RawRepresentable).Type {
            return try sampleCase(of: enumeration)
        }
        let decoder = SchemaDecoder(depth: depth)
        let value = try Value(from: decoder)
        schema = try decoder.finished()
        return value
    }

    private mutating func sampleCase<Case: CaseIterable & RawRepresentable, Value>(of type: Case.Type) throws -> Value {
        let values = type.allCases.map(\.rawValue)
        if let texts = values as? [String] {
            schema = .string(oneOf: texts)
        } else if let numbers = values as? [Int] {
            schema = ["type": "integer", "enum": numbers.json]
        } else {
            throw Underivable()
        }
        guard let first = type.allCases.first as? Value else { throw Underivable() }
        return first
    }

    /// Returns the schema of a type whose decoding would not show the JSON that `JSONDecoder` reads, or would reject
    /// sample values.
    private static func known<Value>(_ type: Value.Type) -> (value: Value, schema: JSONValue.Schema)? {
        func pair<Known>(_ value: Known?, _ schema: JSONValue.Schema) -> (value: Value, schema: JSONValue.Schema)? {
            (value as? Value).map { ($0, schema) }
        }
        return switch type {
        case is String.Type: pair("", .string())
        case is Bool.Type: pair(false, .boolean())
        case is Double.Type: pair(0.0, .number())
        case is Float.Type: pair(Float(0), .number())
        case is Decimal.Type: pair(Decimal(0), .number())
        case is Date.Type: pair(Date(timeIntervalSinceReferenceDate: 0), .number())
        case is Data.Type: pair(Data(), .string())
        case is URL.Type: pair(URL(string: "https://example.com"), .string())
        case is UUID.Type: pair(UUID(), .string())
        case let integer as any FixedWidthInteger.Type: pair(integer.init(truncatingIfNeeded: 0), .integer())
        default: nil
        }
    }
}

/// A decoder that records the container that a type requests and the values that it reads.
private final class SchemaDecoder: Decoder {
    let depth: Int
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var schema: JSONValue.Schema?
    private var members: [(name: String, schema: JSONValue.Schema)] = []
    private var nullableNames: Set<String> = []
    private var isObject = false
    private var isNullable = false

    init(depth: Int) { self.depth = depth }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        isObject = true
        return KeyedDecodingContainer(Members<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { Elements(decoder: self) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    /// Returns the schema after the type has been decoded.
    func finished() throws -> JSONValue.Schema {
        if isObject {
            guard !members.isEmpty else { throw Underivable() }
            var object = JSONValue.Schema.object([:])
            object.keywords["properties"] = .object(JSONObject(members.map { ($0.name, $0.schema.json) }))
            object.keywords["required"] = members.map(\.name).json
            return object
        }
        guard let schema else { throw Underivable() }
        return isNullable ? schema.orNull : schema
    }

    fileprivate func sample<Value: Decodable>(
        of type: Value.Type, keep: (SchemaDecoder, JSONValue.Schema) -> Void
    ) throws -> Value {
        var recorder = SchemaRecorder(depth: depth + 1)
        let value = try recorder.sample(of: type)
        keep(self, recorder.schema)
        return value
    }

    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: SchemaDecoder
        let codingPath: [any CodingKey] = []
        let allKeys: [Key] = []

        func contains(_ key: Key) -> Bool { true }

        /// Called first for optional strings, numbers and Booleans, but not for optionals of other types.
        func decodeNil(forKey key: Key) throws -> Bool {
            decoder.nullableNames.insert(key.stringValue)
            return false
        }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let name = key.stringValue
            return try decoder.sample(of: type) { decoder, schema in
                decoder.members.append((name, decoder.nullableNames.contains(name) ? schema.orNull : schema))
            }
        }

        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            try decoder.sample(of: type) { $0.members.append((key.stringValue, $1.orNull)) }
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw Underivable() }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Underivable() }
        func superDecoder() throws -> any Decoder { throw Underivable() }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw Underivable() }
    }

    private struct Elements: UnkeyedDecodingContainer {
        let decoder: SchemaDecoder
        let codingPath: [any CodingKey] = []
        let count: Int? = 1
        var isAtEnd: Bool { currentIndex > 0 }
        var currentIndex = 0

        mutating func decodeNil() throws -> Bool { false }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            // A type that reads a second element is not a list of equal elements.
            guard !isAtEnd else { throw Underivable() }
            currentIndex += 1
            return try decoder.sample(of: type) { $0.schema = .array(of: $1) }
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { throw Underivable() }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Underivable() }
        mutating func superDecoder() throws -> any Decoder { throw Underivable() }
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: SchemaDecoder
        let codingPath: [any CodingKey] = []

        func decodeNil() -> Bool {
            decoder.isNullable = true
            return false
        }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try decoder.sample(of: type) { $0.schema = $1 }
        }
    }
}
