// SPDX-License-Identifier: MIT

/// HTTP header fields in order. Names are case-insensitive.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One field.
    public struct Field: Sendable, Hashable {
        /// The name, with its original case.
        public var name: String
        /// The value.
        public var value: String
    }

    /// All fields, in the order they were added.
    public private(set) var fields: [Field] = []

    /// Creates fields from pairs of name and value.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    /// The first value of a field, or `nil` if there is none. Setting it replaces every field of that name.
    public subscript(name: String) -> String? {
        get { fields.first { isSame($0.name, name) }?.value }
        set {
            fields.removeAll { isSame($0.name, name) }
            if let newValue { append(name, newValue) }
        }
    }

    /// Appends a field and keeps others of the same name.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Appends to the value of the last field, if there is one.
    mutating func appendToLast(_ value: String) {
        guard !fields.isEmpty else { return }
        fields[fields.count - 1].value += value
    }

    /// Removes the fields that describe the coded form of a body, once it has been decoded.
    mutating func removeCoding() {
        self["Content-Encoding"] = nil
        self["Content-Length"] = nil
    }
}

extension HTTPHeaders: CustomStringConvertible, CustomReflectable {
    /// The fields, with values that may be secret masked.
    public var description: String { "[\(fields.map(\.description).joined(separator: ", "))]" }
    /// The fields, with values that may be secret masked.
    public var customMirror: Mirror {
        Mirror(self, unlabeledChildren: fields.map(\.description), displayStyle: .collection)
    }
}

extension HTTPHeaders.Field: CustomStringConvertible, CustomReflectable {
    /// The name and the value, which is masked if it may be secret.
    public var description: String { "\(name): \(isHarmless(name) ? value : "***")" }
    /// The name and the value, which is masked if it may be secret.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "value": isHarmless(name) ? value : "***"])
    }
}

private func isSame(_ one: String, _ other: String) -> Bool {
    one.utf8.count == other.utf8.count && zip(one.utf8, other.utf8).allSatisfy { lowered($0) == lowered($1) }
}

private func lowered(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
