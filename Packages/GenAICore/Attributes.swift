// SPDX-License-Identifier: MIT

/// One name with its value.
public struct Attribute: Sendable, Hashable {
    /// The name on the wire.
    public let key: String
    /// The value.
    public var value: AttributeValue

    /// Creates an attribute.
    public init(key: String, value: AttributeValue) {
        self.key = key
        self.value = value
    }
}

/// Attributes in the order they were first set, each name once.
///
/// A map with value semantics, tuned for the few dozen entries a span has. Two maps are equal when they hold the
/// same entries in whatever order. Empty names and ``AttributeValue/null`` values are not stored at the top level.
public struct Attributes: Sendable {
    // An array with linear search beats a dictionary at this size: no hashing of keys, one allocation, and the
    // encoder walks it in order.
    private var storage: [Attribute] = []
    // Kept up to date by every change: adding it up costs 8 ns an attribute, for every span that is queued.
    private var valueByteCount = 0

    /// An estimate of the memory the attributes hold.
    package var approximateByteCount: Int { storage.count * MemoryLayout<Attribute>.stride + valueByteCount }

    /// Creates an empty map.
    public init() {}

    /// The entries as an array, which encoders walk faster than a collection of another module.
    package var entries: [Attribute] { storage }

    /// Creates a map from attributes; of equal names the last one wins.
    public init(_ attributes: some Sequence<Attribute>) {
        storage.reserveCapacity(attributes.underestimatedCount)
        for attribute in attributes { self[attribute.key] = attribute.value }
    }

    /// The value of a name; setting `nil` removes it.
    public subscript(name: String) -> AttributeValue? {
        get { index(of: name).map { storage[$0].value } }
        set {
            guard let newValue else { return remove(name) }
            set(name, newValue)
        }
    }

    /// The value of a typed key, or `nil` when absent or of another type; setting `nil` removes it.
    public subscript<Value>(key: AttributeKey<Value>) -> Value? {
        get { self[key.name].flatMap(Value.init(attributeValue:)) }
        set { self[key.name] = newValue?.attributeValue }
    }

    /// Adds the attributes of another map, which win over those of the same name here.
    public mutating func merge(_ other: Attributes) {
        guard !storage.isEmpty else { return self = other }
        for attribute in other.storage { set(attribute.key, attribute.value) }
    }

    /// The map with another's attributes added, which win over those of the same name here.
    public func merging(_ other: Attributes) -> Attributes {
        var merged = self
        merged.merge(other)
        return merged
    }

    /// Makes room for a number of attributes in all.
    public mutating func reserveCapacity(_ minimumCapacity: Int) {
        storage.reserveCapacity(minimumCapacity)
    }

    /// Whether the name has a value.
    public func contains(name: String) -> Bool {
        index(of: name) != nil
    }

    /// Sets a value unless the map already holds `limit` attributes and the name would be a further one.
    ///
    /// - Returns: Whether the map now holds the value.
    package mutating func set(_ name: String, _ value: AttributeValue, limit: Int) -> Bool {
        if let index = index(of: name) {
            valueByteCount &-= storage[index].value.approximateByteCount
            storage[index].value = value
        } else {
            guard storage.count < limit else { return false }
            storage.append(Attribute(key: name, value: value))
        }
        valueByteCount &+= value.approximateByteCount
        return true
    }

    /// Adds attributes whose names are known not to be in the map yet, without looking for them.
    package mutating func append(unique attributes: [Attribute]) {
        storage.append(contentsOf: attributes)
    }

    private mutating func set(_ name: String, _ value: AttributeValue) {
        guard value != .null, !name.isEmpty else { return }
        _ = set(name, value, limit: .max)
    }

    private mutating func remove(_ name: String) {
        guard let index = index(of: name) else { return }
        valueByteCount &-= storage.remove(at: index).value.approximateByteCount
    }

    private func index(of name: String) -> Int? {
        let length = name.utf8.count
        for index in storage.indices where storage[index].key.utf8.count == length {
            if storage[index].key == name { return index }
        }
        return nil
    }
}

extension Attributes: RandomAccessCollection {
    /// The position of the first attribute.
    public var startIndex: Int { 0 }
    /// The position after the last attribute.
    public var endIndex: Int { storage.count }

    /// The attribute at a position.
    public subscript(position: Int) -> Attribute { storage[position] }
}

extension Attributes: ExpressibleByDictionaryLiteral {
    /// Creates a map from a literal; of equal names the last one wins.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.init(elements.lazy.map { Attribute(key: $0, value: $1) })
    }
}

extension Attributes: Hashable {
    /// Whether both hold the same entries, in whatever order.
    public static func == (one: Attributes, other: Attributes) -> Bool {
        one.count == other.count && one.storage.allSatisfy { other[$0.key] == $0.value }
    }

    /// Feeds a value that does not depend on the order.
    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for attribute in storage { combined ^= attribute.hashValue }
        hasher.combine(combined)
    }
}
