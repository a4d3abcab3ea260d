// SPDX-License-Identifier: MIT

/// A list of JSON values that arrives in fragments.
///
/// A fragment continues the last element if both are objects, it has text to add or a signature to set, and all other
/// members agree: type, index, identifier. Any other fragment is an element of its own, so that nothing is overwritten.
/// Texts grow in place, so that the cost depends only on the length of the fragment.
struct JSONFragments: Sendable {
    private enum Element: Sendable {
        case object(JSONObjectFragments)
        case value(JSONValue)
    }

    private var elements: [Element] = []

    var isEmpty: Bool { elements.isEmpty }

    /// The elements as received so far.
    var values: [JSONValue] {
        elements.map { element in
            switch element {
            case .object(let fragments): .object(fragments.object)
            case .value(let value): value
            }
        }
    }

    /// Adds a fragment.
    mutating func add(_ fragment: JSONValue) {
        guard case .object(let object) = fragment else {
            if fragment != .null { elements.append(.value(fragment)) }
            return
        }
        if case .object(var last)? = elements.last, last.isContinued(by: object) {
            elements[elements.count - 1] = .value(.null)  // so that the last element is changed in place
            last.merge(object)
            elements[elements.count - 1] = .object(last)
        } else {
            var first = JSONObjectFragments()
            first.merge(object)
            elements.append(.object(first))
        }
    }

    /// Adds a list of fragments, or a single one outside a list.
    mutating func add(contentsOf fragments: JSONValue) {
        if case .array(let list) = fragments { list.forEach { add($0) } } else { add(fragments) }
    }
}

/// A JSON object that arrives in fragments.
///
/// Texts are joined, lists and objects are continued, and any other value replaces the earlier one. `null` and empty
/// strings replace nothing.
struct JSONObjectFragments: Sendable {
    private enum Slot: Sendable {
        case text(String)
        case list(JSONFragments)
        indirect case object(JSONObjectFragments)
        case value(JSONValue)
    }

    /// The names of members whose strings are pieces of a text. Other strings are values, such as identifiers.
    private static let textNames: Set<String> = [
        "text", "summary", "thinking", "thought", "thoughts", "reasoning", "reasoning_content", "reasoning_text",
        "thinking_content", "content", "arguments", "input", "partial_json", "transcript", "refusal",
    ]

    private var names: [String] = []
    private var slots: [String: Slot] = [:]

    /// The object as received so far.
    var object: JSONObject {
        JSONObject(
            names.compactMap { name in
                switch slots[name] {
                case .text(let text): (name, .string(text))
                case .list(let fragments): (name, .array(fragments.values))
                case .object(let fragments): (name, .object(fragments.object))
                case .value(let value): (name, value)
                case nil: nil
                }
            })
    }

    /// Adds the members of a fragment.
    mutating func merge(_ fragment: JSONObject) {
        for (name, value) in fragment { add(value, to: name) }
    }

    /// Adds a fragment of one member.
    mutating func add(_ value: JSONValue, to name: String) {
        // Removed, so that it is changed in place.
        let known = slots.removeValue(forKey: name)
        if known == nil { names.append(name) }
        slots[name] = Self.joined(known, value, isText: Self.textNames.contains(name))
    }

    private static func joined(_ known: Slot?, _ value: JSONValue, isText: Bool) -> Slot {
        switch (known, value) {
        case (.text(var text), .string(let piece)):
            text += piece
            return .text(text)
        case (.list(var list), .array):
            list.add(contentsOf: value)
            return .list(list)
        case (.object(var object), .object(let piece)):
            object.merge(piece)
            return .object(object)
        case (let known?, _) where value == .null || value == "": return known
        case (_, .string(let piece)) where isText: return .text(piece)
        case (_, .array):
            var list = JSONFragments()
            list.add(contentsOf: value)
            return .list(list)
        case (_, .object(let piece)):
            var object = JSONObjectFragments()
            object.merge(piece)
            return .object(object)
        default: return .value(value)
        }
    }

    /// Returns whether a fragment continues this object.
    func isContinued(by fragment: JSONObject) -> Bool {
        var hasMore = false
        for (name, value) in fragment where value != .null {
            switch slots[name] {
            case .text where value.stringValue != nil, .list where value.arrayValue != nil: hasMore = true
            case nil where name == "signature" || Self.textNames.contains(name): hasMore = true
            case .value(.null): hasMore = hasMore || name == "signature"
            case .value(let known) where known == value: continue
            default: return false
            }
        }
        return hasMore && !(isSigned && adds(fragment))
    }

    /// Indicates whether the text is complete, which a signature shows.
    private var isSigned: Bool {
        if case .value(.string(let signature))? = slots["signature"] { !signature.isEmpty } else { false }
    }

    private func adds(_ fragment: JSONObject) -> Bool {
        fragment.contains { Self.textNames.contains($0.key) && $0.value != "" && $0.value != .null }
    }
}
