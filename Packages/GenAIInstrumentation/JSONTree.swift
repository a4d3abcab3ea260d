// SPDX-License-Identifier: MIT

/// A JSON value of any client, with the accessors that the readers shared by all clients need.
package protocol JSONTree: Sendable {
    /// The member with that name; `nil` if there is none or this is not an object.
    subscript(key: String) -> Self? { get }
    /// The number if it is an integer that fits `Int`, or `nil`.
    var intValue: Int? { get }
    /// The number, or `nil` for any other kind of value.
    var doubleValue: Double? { get }
    /// The string, or `nil` for any other kind of value.
    var stringValue: String? { get }
    /// The Boolean, or `nil` for any other kind of value.
    var boolValue: Bool? { get }
    /// The elements of a list; `nil` for any other kind of value.
    var arrayValue: [Self]? { get }
    /// The number of members of an object; `nil` for any other kind of value.
    var memberCount: Int? { get }
}

extension JSONTree {
    /// Indicates whether the value is neither `null`, `false` nor empty.
    var isSubstantial: Bool {
        if let text = stringValue { return !text.isEmpty }
        if let elements = arrayValue { return !elements.isEmpty }
        if let count = memberCount { return count > 0 }
        return boolValue ?? (doubleValue != nil)
    }

    /// The text of a string, or the digits of a number, because identifiers and codes are sent as both.
    var identifier: String? { stringValue ?? intValue.map { String($0) } ?? doubleValue.map { "\($0)" } }

    /// The value as a count: rounded, from a number or text with its digits; `nil` if negative or out of range.
    var count: Int? {
        if let count = intValue { return count < 0 ? nil : count }
        return amount.flatMap { Int(exactly: $0.rounded()) }
    }

    /// The value as an amount, from a number or text with its digits; `nil` if negative or not finite.
    var amount: Double? {
        guard let amount = doubleValue ?? stringValue.flatMap({ Double($0) }) else { return nil }
        return amount.isFinite && amount >= 0 ? amount : nil
    }
}

extension Optional where Wrapped: JSONTree {
    /// Indicates whether the value is neither `null`, `false` nor empty.
    package var isSubstantial: Bool { self?.isSubstantial == true }
}
