// SPDX-License-Identifier: MIT

/// One name with its value.
public struct Attribute: Sendable, Hashable {
    /// The name on the wire.
    public let key: String
    /// The value.
    public var value: AttributeValue
    // Lies in what would be padding.
    @usableFromInline let id: NameID

    /// Creates an attribute.
    public init(key: String, value: AttributeValue) {
        self.init(AttributeName(key), value)
    }

    /// Creates an attribute of a prepared name.
    @inlinable
    @inline(__always)
    package init(_ name: consuming AttributeName, _ value: consuming AttributeValue) {
        id = name.id
        key = name.text
        self.value = value
    }

    /// The name with its identifier.
    @inlinable
    @inline(__always)
    package var name: AttributeName { AttributeName(key, id) }

    /// Whether a map stores the attribute: it has a name and a value.
    var isStored: Bool {
        if case .null = value { false } else { !name.isEmpty }
    }

    fileprivate func hasName(of other: Attribute) -> Bool {
        id == other.id && key == other.key
    }
}

/// Attributes in the order they were first set, each name once.
///
/// A map with value semantics, tuned for the few dozen entries a span has. Two maps are equal when they hold the
/// same entries in whatever order. Empty names and ``AttributeValue/null`` values are not stored at the top level.
/// Names are the same when their bytes are.
///
/// `@unchecked Sendable`: only the map that alone refers to a storage writes to it, in a `mutating` method, to which
/// Swift gives exclusive access; what several maps or storages refer to is only read.
public struct Attributes: @unchecked Sendable {
    // An array with linear search: one allocation, and the encoder walks it in order. Three things keep it cheap.
    // Each attribute has its name's identifier, so that texts are compared only when they are most likely the same.
    // A filter says of each name whether it may be there, so that a new one is mostly known to be new without a search.
    // A shared map, such as that of the scopes around a span, becomes the parent of the map that is added to, which
    // holds only what is its own; changing or removing what the parent holds copies it.
    @usableFromInline var storage: AttributeStorage?

    /// Creates an empty map.
    public init() {}

    /// Creates a map from attributes; of equal names the last one wins.
    @inlinable  // unspecialized it allocates for each attribute
    public init(_ attributes: some Sequence<Attribute>) {
        self.init()
        reserveCapacity(attributes.underestimatedCount)
        for attribute in attributes { insert(attribute.name, attribute.value, attribute.value.plainByteCount) }
    }

    /// A view of the storage; valid until the map changes or goes.
    @inlinable
    @inline(__always)
    var handle: AttributeStorage.UnsafeHandle? {
        guard let storage else { return nil }
        return Unmanaged.passUnretained(storage)._withUnsafeGuaranteedRef { $0.handle }
    }
}

// MARK: - Reading and writing

extension Attributes {
    /// The value of a name; setting `nil` removes it.
    public subscript(name: String) -> AttributeValue? {
        get { self[AttributeName(name)] }
        set {
            if let newValue { return insert(AttributeName(name), newValue, newValue.plainByteCount) }
            guard let position = handle?.position(of: name, NameID(of: name)), let own = makeWritable(at: position)
            else { return }
            own.handle.remove(at: own.position)
        }
    }

    /// The value of a typed key, or `nil` when absent or of another type; setting `nil` removes it.
    @inlinable  // unspecialized a set takes twice the instructions
    public subscript<Value>(key: AttributeKey<Value>) -> Value? {
        get { self[key.prepared].flatMap(Value.init(attributeValue:)) }
        set {
            if let newValue {
                let value = newValue.attributeValue
                insert(key.prepared, value, value.plainByteCount)
            } else {
                self[key.name] = nil
            }
        }
    }

    /// The value of a prepared name.
    @usableFromInline
    package subscript(name: AttributeName) -> AttributeValue? {
        guard let handle, let position = handle.position(of: name.text, name.id) else { return nil }
        return handle[position].value
    }

    /// Whether the name has a value.
    public func contains(name: String) -> Bool { contains(AttributeName(name)) }

    /// Whether a prepared name has a value.
    package func contains(_ name: AttributeName) -> Bool { handle?.position(of: name.text, name.id) != nil }

    /// Adds the attributes of another map, which win over those of the same name here.
    public mutating func merge(_ other: consuming Attributes) {
        guard !other.isEmpty else { return }
        if isEmpty, handle?.header.pointee.capacity ?? 0 < other.count {
            self = other
        } else {
            other.withRuns { run in
                for attribute in run { insert(attribute.name, attribute.value, attribute.value.plainByteCount) }
            }
        }
    }

    /// The map with another's attributes added, which win over those of the same name here.
    public func merging(_ other: Attributes) -> Attributes {
        var merged = self
        merged.merge(other)
        return merged
    }

    /// Sets the value of a name: the one way into a map.
    ///
    /// - Parameter byteCount: The value's ``AttributeValue/plainByteCount``, which the compiler often knows.
    @usableFromInline
    @inline(never)
    package mutating func insert(
        _ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int?
    ) {
        // In its parts, which go in registers; the whole would go through memory.
        if let byteCount, !name.isEmpty, isKnownUniquelyReferenced(&storage), let handle,
            handle.admits(name.id, limit: .max)
        {
            handle.append(Attribute(name, value), byteCount)
        } else {
            _ = insertSlowly(Attribute(name, value), limit: .max)
        }
    }

    /// Sets the value of a name that may be there, or for which there may be no room.
    ///
    /// - Returns: False if the name would be one more than `limit`.
    @inline(never)
    mutating func insertSlowly(_ attribute: consuming Attribute, limit: Int) -> Bool {
        guard attribute.isStored else { return true }
        if let position = handle?.position(of: attribute.key, attribute.id) {
            guard let own = makeWritable(at: position) else { return false }
            own.handle.replace(at: own.position, attribute.value)
            return true
        }
        guard count < limit else { return false }
        makeRoom(for: 1)
        guard let handle else { return false }
        _ = handle.header.pointee.filter.insert(attribute.id)
        handle.append(attribute, nil)
        return true
    }

    /// The map with each value replaced by another one, which may also be ``AttributeValue/null``.
    package func mapValues(_ transform: (AttributeValue) -> AttributeValue) -> Attributes {
        guard !isEmpty, let storage else { return self }
        var mapped = Attributes()
        mapped.storage = storage.copied(capacity: count, isFlat: true)
        if let handle = mapped.handle {
            for position in 0..<count { handle.replace(at: position, transform(handle[position].value)) }
        }
        return mapped
    }
}

// MARK: - Whole maps

extension Attributes {
    /// An estimate of the memory the attributes hold.
    package var approximateByteCount: Int {
        guard let handle else { return 0 }
        return handle.totalCount * MemoryLayout<Attribute>.stride + handle.header.pointee.valueByteCount
    }

    /// Whether a value may hold others that hold others; when false, arrays are flat and there is no map.
    package var hasNested: Bool { handle?.header.pointee.hasNested ?? false }

    /// Hands the attributes over in at most two runs, which takes less than walking a collection of another module.
    package func withRuns(_ body: (UnsafeBufferPointer<Attribute>) -> Void) {
        guard let handle else { return }
        withExtendedLifetime(storage) {
            body(handle.parentRun)
            body(handle.ownRun)
        }
    }

    /// Finds the attributes that have the names of a set, for the time of a call.
    ///
    /// Nothing is copied: what is found is only valid inside the call, in which the map must not change.
    @inlinable
    @inline(__always)
    package func withValues<Result>(of names: ConventionNameSet, _ body: (ConventionValues) -> Result) -> Result {
        let count = ConventionNameSet.placeCount
        return withUnsafeTemporaryAllocation(of: ConventionValues.Place.self, capacity: count) { places in
            places.initialize(repeating: nil)
            if let handle {
                names.find(in: handle.parentRun, places)
                names.find(in: handle.ownRun, places)
            }
            defer { withExtendedLifetime(storage) {} }
            return body(ConventionValues(places: UnsafePointer(places.baseAddress)))
        }
    }
}

// MARK: - Capacity

extension Attributes {
    /// The largest capacity whose allocation stays in glibc's per-thread cache, which ends at 1,032 bytes.
    package static var usualCapacity: Int { 22 }

    /// A shared map of fewer attributes is copied, which costs less than to chain to it.
    private static var smallestParent: Int { 4 }

    /// Makes room for a number of attributes in all.
    public mutating func reserveCapacity(_ minimumCapacity: Int) {
        let missing = minimumCapacity - count
        guard missing > 0 else { return }
        makeRoom(for: missing)
    }

    /// Makes the storage unique, with room for a number of further attributes.
    mutating func makeRoom(for additionalCount: Int) {
        guard let header = handle?.header else { return storage = .make(capacity: additionalCount, parent: nil) }
        let (count, capacity) = (header.pointee.count, header.pointee.capacity)
        let isUnique = isKnownUniquelyReferenced(&storage)
        guard !isUnique || count + additionalCount > capacity, let old = storage.take() else { return }
        if isUnique {
            storage = old.moved(capacity: Swift.max(count + additionalCount, 2 * capacity, 4))
        } else if header.pointee.parent == nil, count >= Self.smallestParent {
            storage = .make(capacity: Swift.max(additionalCount, 4), parent: old)
        } else {
            storage = old.copied(capacity: Swift.max(count + additionalCount, capacity), isFlat: false)
        }
    }

    /// Makes the storage unique, and the owner of the attribute at a position.
    ///
    /// - Returns: A view of the storage, and the attribute's position in it.
    private mutating func makeWritable(
        at position: Int
    ) -> (handle: AttributeStorage.UnsafeHandle, position: Int)? {
        let isUnique = isKnownUniquelyReferenced(&storage)
        guard let old = storage else { return nil }
        let header = old.handle.header
        let (parentCount, capacity) = (header.pointee.parentCount, header.pointee.capacity)
        if position < parentCount {
            storage = old.copied(capacity: parentCount + capacity, isFlat: true)
        } else if !isUnique {
            storage = old.copied(capacity: capacity, isFlat: false)
        }
        return handle.map { ($0, position - $0.header.pointee.parentCount) }
    }
}

extension Attributes: RandomAccessCollection {
    /// The position of the first attribute.
    public var startIndex: Int { 0 }
    /// The position after the last attribute.
    public var endIndex: Int { count }
    /// The number of attributes.
    public var count: Int { handle?.totalCount ?? 0 }

    /// The attribute at a position, which must be one of `indices`.
    public subscript(position: Int) -> Attribute {
        guard let handle, position >= 0, position < handle.totalCount else {
            preconditionFailure("Attributes index \(position) is out of range 0..<\(count)")
        }
        return handle[position]
    }
}

extension Attributes: ExpressibleByDictionaryLiteral {
    /// Creates a map from a literal; of equal names the last one wins.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.init()
        // The empty literal is the default of many parameters, so it has to cost nothing.
        guard !elements.isEmpty else { return }
        reserveCapacity(elements.count)
        for (key, value) in elements { insert(AttributeName(key), value, value.plainByteCount) }
    }
}

extension Attributes: Hashable {
    /// Whether both hold the same entries, in whatever order.
    public static func == (one: Attributes, other: Attributes) -> Bool {
        guard one.count == other.count else { return false }
        if one.storage === other.storage { return true }
        return one.indices.allSatisfy { index in
            let attribute = one[index]
            if other[index].hasName(of: attribute) { return other[index].value == attribute.value }
            guard let index = other.handle?.position(of: attribute.key, attribute.id) else { return false }
            return other[index].value == attribute.value
        }
    }

    /// Feeds a value that does not depend on the order.
    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for attribute in self {
            var hasher = Hasher()
            hasher.combine(attribute.id)
            hasher.combine(attribute.value)
            combined ^= hasher.finalize()
        }
        hasher.combine(combined)
    }
}

extension Attributes: CustomStringConvertible, CustomDebugStringConvertible {
    /// The names and values in order, for people.
    public var description: String {
        isEmpty ? "[:]" : "[\(map { "\($0.key): \($0.value)" }.joined(separator: ", "))]"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }
}
