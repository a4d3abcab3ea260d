// SPDX-License-Identifier: MIT
import GenAICore

/// A JSON value as far as it was kept: long texts may be cut, and long lists may lack elements.
enum WireValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    /// The kept elements of a list, and the original number of its elements.
    case array([WireValue], count: Int)
    case object([Member])

    /// A name and a value of an object.
    struct Member: Sendable, Hashable {
        var name: String
        var value: WireValue
    }
}

// MARK: - Reading, lenient about everything nobody needs

extension WireValue {
    /// The member with that name; the last one if there are several, and `nil` for `null`.
    subscript(name: String) -> WireValue? {
        guard case .object(let members) = self else { return nil }
        guard let value = members.last(where: { $0.name == name })?.value, value != .null else { return nil }
        return value
    }

    /// The text of a string.
    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The text of a string that is not empty.
    var nonEmptyString: String? { string.flatMap { $0.isEmpty ? nil : $0 } }

    /// The text of a string or a number; identifiers come as both.
    var identifier: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .int(let number): String(number)
        default: nil
        }
    }

    /// A Boolean.
    var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// A number.
    var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// An integer; a fraction is rounded.
    var int: Int? {
        switch self {
        case .int(let number): number
        case .double(let number): Int(exactly: number.rounded())
        default: nil
        }
    }

    /// A count: an integer that is not negative.
    var count: Int? { int.flatMap { $0 < 0 ? nil : $0 } }

    /// A count that numbers parts, choices or calls. Numbers that no answer has are all the same.
    var position: Int? { count.map { min($0, 1_048_576) } }

    /// The kept elements of a list; any other value as the only element.
    var elements: [WireValue] {
        switch self {
        case .array(let elements, _): elements
        case .null: []
        default: [self]
        }
    }

    /// The original number of elements of the list.
    var elementCount: Int? {
        if case .array(_, let count) = self { count } else { nil }
    }

    /// The strings of a list, or a single string.
    var strings: [String] { elements.compactMap(\.string) }

    /// Indicates whether this is an object.
    var isObject: Bool {
        if case .object = self { true } else { false }
    }
}

// MARK: - Writing

extension WireValue {
    /// The value as JSON text on one line.
    var jsonText: String {
        var writer = JSONWriter()
        write(to: &writer, levels: 64)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The text of a string, and the JSON text of anything else: the form of tool arguments and results.
    var plainText: String { string ?? jsonText }

    private func write(to writer: inout JSONWriter, levels: Int) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .int(let number): writer.int(number)
        case .double(let number): writer.double(number)
        case .string(let text): writer.string(text)
        case .array(let elements, _):
            guard levels > 0 else { return writer.null() }
            writer.array { writer in
                for element in elements { element.write(to: &writer, levels: levels - 1) }
            }
        case .object(let members):
            guard levels > 0 else { return writer.null() }
            writer.object { writer in
                for member in members {
                    writer.key(member.name)
                    member.value.write(to: &writer, levels: levels - 1)
                }
            }
        }
    }
}
