// SPDX-License-Identifier: MIT

/// A value of an attribute, or the body of a log record: OpenTelemetry's `AnyValue`.
public enum AttributeValue: Sendable, Hashable {
    /// Text.
    case string(String)
    /// True or false.
    case bool(Bool)
    /// A signed integer.
    case int(Int)
    /// A floating-point number.
    case double(Double)
    /// Bytes.
    case bytes([UInt8])
    /// An array of values. Attributes of spans should have elements of one type only.
    case array([AttributeValue])
    /// Values by name. Supported in log bodies by all backends; as attributes, only by newer ones.
    case map(Attributes)
    /// No value; only inside arrays and maps. Setting an attribute to it does nothing.
    case null
}

extension AttributeValue: CustomStringConvertible {
    /// The value as text: a string itself, numbers and truth values as JSON spells them, everything else as JSON.
    public var description: String { scalarText ?? jsonText }
}

extension AttributeValue {
    /// The size in bytes of a text, number or Boolean; `nil` for other values, whose size takes longer to compute.
    @inlinable
    @inline(__always)
    package var plainByteCount: Int? {
        switch self {
        case .bool, .int, .double: 0
        case .string(let text): text.utf8.count
        case .bytes, .array, .map, .null: nil
        }
    }

    /// The approximate size in bytes of the memory outside the value itself. Keys are not counted, because they are
    /// mostly literals.
    package var approximateByteCount: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bool, .int, .double, .null: 0
        case .bytes(let bytes): bytes.count
        case .array(let values): Self.approximateByteCount(of: values)
        case .map(let attributes): attributes.approximateByteCount
        }
    }

    /// Indicates whether an array or map contains other arrays or maps.
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

/// A type that can be the value of an attribute.
public protocol AttributeValueConvertible: Sendable {
    /// The attribute value.
    var attributeValue: AttributeValue { get }
    /// Creates a value from an attribute value; `nil` if that has another type.
    init?(attributeValue: AttributeValue)
}

extension AttributeValueConvertible where Self: RawRepresentable, RawValue == String {
    /// The raw value as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .string(rawValue) }

    /// Creates a value from the raw value in a `string`; `nil` if it is not one.
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

    /// Creates an unchanged copy.
    @inlinable
    public init(attributeValue: AttributeValue) { self = attributeValue }
}

extension String: AttributeValueConvertible {
    /// The text as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .string(self) }

    /// Creates a text from a `string` value.
    @inlinable
    public init?(attributeValue: AttributeValue) {
        guard case .string(let text) = attributeValue else { return nil }
        self = text
    }
}

extension Bool: AttributeValueConvertible {
    /// The Boolean as an attribute value.
    @inlinable
    public var attributeValue: AttributeValue { .bool(self) }

    /// Creates a Boolean from a `bool` value.
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

    /// Creates a number from an `int` value.
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

    /// Creates a number from a `double` or `int` value.
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

    /// Creates an array from an `array` value whose elements all have the right type.
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
    /// Creates a text from a literal.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension AttributeValue: ExpressibleByBooleanLiteral {
    /// Creates a Boolean from a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AttributeValue: ExpressibleByIntegerLiteral {
    /// Creates an integer from a literal.
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension AttributeValue: ExpressibleByFloatLiteral {
    /// Creates a floating-point number from a literal.
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension AttributeValue: ExpressibleByArrayLiteral {
    /// Creates an array from a literal.
    public init(arrayLiteral elements: AttributeValue...) { self = .array(elements) }
}

extension AttributeValue: ExpressibleByDictionaryLiteral {
    /// Creates a map from a literal.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self = .map(Attributes(elements.lazy.map { Attribute(key: $0, value: $1) }))
    }
}
