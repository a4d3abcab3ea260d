// SPDX-License-Identifier: MIT

/// A value of an attribute, or the body of a log record: OpenTelemetry's `AnyValue`.
public enum AttributeValue: Sendable, Hashable {
    /// Text.
    case string(String)
    /// True or false.
    case bool(Bool)
    /// A signed whole number.
    case int(Int)
    /// A floating-point number.
    case double(Double)
    /// Bytes.
    case bytes([UInt8])
    /// Values in order. Attributes of spans should hold elements of one type only.
    case array([AttributeValue])
    /// Values by name. Understood in log bodies everywhere; for attributes a receiver may lag behind.
    case map(Attributes)
    /// Nothing; only inside arrays and maps. Setting an attribute to it does nothing.
    case null
}

extension AttributeValue {
    /// The number of bytes of text that a text, number or truth value holds; `nil` for the others, which take a closer look.
    @inlinable
    @inline(__always)
    package var plainByteCount: Int? {
        switch self {
        case .bool, .int, .double: 0
        case .string(let text): text.utf8.count
        case .bytes, .array, .map, .null: nil
        }
    }

    /// An estimate of the memory the value holds outside itself. Keys are not counted: they are mostly literals.
    package var approximateByteCount: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bool, .int, .double, .null: 0
        case .bytes(let bytes): bytes.count
        case .array(let values): Self.approximateByteCount(of: values)
        case .map(let attributes): attributes.approximateByteCount
        }
    }

    /// Whether the value holds others that may hold others.
    var isNested: Bool {
        switch self {
        case .map: return true
        case .array(let values):
            for index in values.indices where values[index].isCollection { return true }
            return false
        default: return false
        }
    }

    private var isCollection: Bool {
        switch self {
        case .array, .map: true
        default: false
        }
    }

    private static func approximateByteCount(of values: borrowing [AttributeValue]) -> Int {
        var count = values.count * MemoryLayout<AttributeValue>.stride
        for index in values.indices {
            if case .string(let text) = values[index] {
                count += text.utf8.count
            } else {
                count += values[index].approximateByteCount
            }
        }
        return count
    }
}

/// A type that an attribute can hold.
public protocol AttributeValueConvertible: Sendable {
    /// The value as an attribute holds it.
    var attributeValue: AttributeValue { get }
    /// Reads the value back, or `nil` when the attribute holds another type.
    init?(attributeValue: AttributeValue)
}

extension AttributeValueConvertible where Self: RawRepresentable, RawValue == String {
    /// The raw value as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .string(rawValue) }

    /// The value whose raw value a `string` value holds, when there is one.
    @inlinable
    public init?(attributeValue: AttributeValue) {
        guard case .string(let text) = attributeValue else { return nil }
        self.init(rawValue: text)
    }
}

extension AttributeValue: AttributeValueConvertible {
    /// The value itself.
    @inlinable
    public var attributeValue: AttributeValue { self }

    /// Takes the value as it is.
    @inlinable
    public init(attributeValue: AttributeValue) { self = attributeValue }
}

extension String: AttributeValueConvertible {
    /// The text as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .string(self) }

    /// The text of a `string` value.
    @inlinable
    public init?(attributeValue: AttributeValue) {
        guard case .string(let text) = attributeValue else { return nil }
        self = text
    }
}

extension Bool: AttributeValueConvertible {
    /// The truth value as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .bool(self) }

    /// The truth value of a `bool` value.
    @inlinable
    public init?(attributeValue: AttributeValue) {
        guard case .bool(let flag) = attributeValue else { return nil }
        self = flag
    }
}

extension Int: AttributeValueConvertible {
    /// The number as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .int(self) }

    /// The number of an `int` value.
    @inlinable
    public init?(attributeValue: AttributeValue) {
        guard case .int(let number) = attributeValue else { return nil }
        self = number
    }
}

extension Double: AttributeValueConvertible {
    /// The number as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .double(self) }

    /// The number of a `double` or `int` value.
    @inlinable
    public init?(attributeValue: AttributeValue) {
        switch attributeValue {
        case .double(let number): self = number
        case .int(let number): self = Double(number)
        default: return nil
        }
    }
}

extension Array: AttributeValueConvertible where Element: AttributeValueConvertible {
    /// The elements as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue {
        count == 1 ? FinishReason.list(of: self[0].attributeValue) : .array(map(\.attributeValue))
    }

    /// The elements of an `array` value, when each has the right type.
    @inlinable
    public init?(attributeValue: AttributeValue) {
        guard case .array(let values) = attributeValue else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for value in values {
            guard let element = Element(attributeValue: value) else { return nil }
            elements.append(element)
        }
        self = elements
    }
}

extension AttributeValue: ExpressibleByStringInterpolation {
    /// Text from a literal.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension AttributeValue: ExpressibleByBooleanLiteral {
    /// A truth value from a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AttributeValue: ExpressibleByIntegerLiteral {
    /// A whole number from a literal.
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension AttributeValue: ExpressibleByFloatLiteral {
    /// A floating-point number from a literal.
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension AttributeValue: ExpressibleByArrayLiteral {
    /// An array from a literal.
    public init(arrayLiteral elements: AttributeValue...) { self = .array(elements) }
}

extension AttributeValue: ExpressibleByDictionaryLiteral {
    /// A map from a literal.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self = .map(Attributes(elements.lazy.map { Attribute(key: $0, value: $1) }))
    }
}
