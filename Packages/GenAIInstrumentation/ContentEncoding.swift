// SPDX-License-Identifier: MIT
public import GenAICore

extension AttributeValue {
    /// Creates JSON text from a value, or plain text from text; `nil` if the value cannot be encoded.
    ///
    /// Never throws: content that cannot be encoded must not stop the program that it describes. Members are in the
    /// order of their names; numbers that are not finite become text.
    public init?(encoding value: some Encodable) {
        guard let encoded = try? ContentEncoder.encode(value) else { return nil }
        self = encoded.spanContent
    }

    /// Creates content from a value of any type: its text, or the output of its `Encodable` conformance.
    ///
    /// `nil` for other types: nothing is recorded by reflection.
    package init?(content value: Any) {
        switch value {
        case let value as AttributeValue: self = value
        case let reporting as any UsageReporting:
            guard let text = reporting.usageReport.text else { return nil }
            self = .string(text)
        case let value as any AttributeValueConvertible: self = value.attributeValue
        case let value as any Encodable:
            guard let encoded = AttributeValue(encoding: value) else { return nil }
            self = encoded
        default: return nil
        }
    }
}

/// Writes `Encodable` values as attribute values, without Foundation.
private struct ContentEncoder: Encoder {
    /// The value being written. A class, since a parent shares it with its children.
    final class Slot {
        var value: AttributeValue?
        var members: [(key: String, slot: Slot)] = []
        var elements: [Slot] = []
        var isMap = false
        var isList = false

        var finished: AttributeValue {
            if isMap {
                var map = Attributes()
                for member in members.sorted(by: { $0.key < $1.key }) { map[member.key] = member.slot.finished }
                return .map(map)
            }
            return isList ? .array(elements.map(\.finished)) : value ?? .null
        }
    }

    private static let deepest = 64

    let slot: Slot
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func encode(_ value: any Encodable) throws -> AttributeValue {
        let slot = Slot()
        try ContentEncoder(slot: slot).write(value)
        return slot.finished
    }

    /// Writes a value into the slot.
    func write(_ value: any Encodable) throws {
        guard codingPath.count < Self.deepest else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: codingPath, debugDescription: "nested deeper than \(Self.deepest) levels"))
        }
        switch value {
        case let value as String: slot.value = .string(value)
        case let value as Bool: slot.value = .bool(value)
        case let value as Double: slot.value = Self.number(value)
        case let value as Float: slot.value = Self.number(Double(value))
        case let value as any BinaryInteger & Encodable: slot.value = Self.number(value)
        default:
            // Foundation's encoder treats these two types specially; their own conformances write their internals.
            if ["URL", "Decimal"].contains("\(type(of: value))") {
                slot.value = .string("\(value)")
            } else {
                try value.encode(to: self)
            }
        }
    }

    private static func number(_ value: Double) -> AttributeValue {
        if value.isNaN { return .string("NaN") }
        return value.isInfinite ? .string(value < 0 ? "-Infinity" : "Infinity") : .double(value)
    }

    private static func number(_ value: some BinaryInteger) -> AttributeValue {
        Int(exactly: value).map(AttributeValue.int) ?? .string("\(value)")
    }

    func child(_ slot: Slot, _ key: any CodingKey) -> ContentEncoder {
        ContentEncoder(slot: slot, codingPath: codingPath + [key])
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.isMap = true
        return KeyedEncodingContainer(Keyed(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.isList = true
        return Unkeyed(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }
}

/// An index of a list, or `super`.
private struct ContentKey: CodingKey {
    var stringValue: String
    var intValue: Int?

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.init(stringValue) }
    init(_ index: Int) {
        stringValue = String(index)
        intValue = index
    }
    init?(intValue: Int) { self.init(intValue) }
}

extension ContentEncoder {
    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let encoder: ContentEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }

        private func member(_ key: any CodingKey) -> ContentEncoder {
            let slot = Slot()
            encoder.slot.members.append((key.stringValue, slot))
            return encoder.child(slot, key)
        }

        func encodeNil(forKey key: Key) throws { _ = member(key) }
        func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).write(value) }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> { member(key).container(keyedBy: type) }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            member(key).unkeyedContainer()
        }
        func superEncoder() -> any Encoder { member(ContentKey("super")) }
        func superEncoder(forKey key: Key) -> any Encoder { member(key) }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let encoder: ContentEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }
        var count: Int { encoder.slot.elements.count }

        private func element() -> ContentEncoder {
            let slot = Slot()
            encoder.slot.elements.append(slot)
            return encoder.child(slot, ContentKey(count - 1))
        }

        func encodeNil() throws { _ = element() }
        func encode(_ value: some Encodable) throws { try element().write(value) }
        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            element().container(keyedBy: type)
        }
        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
        func superEncoder() -> any Encoder { element() }
    }

    private struct Single: SingleValueEncodingContainer {
        let encoder: ContentEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }

        func encodeNil() throws { encoder.slot.value = .null }
        func encode(_ value: some Encodable) throws { try encoder.write(value) }
    }
}
