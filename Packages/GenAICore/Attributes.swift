// SPDX-License-Identifier: MIT

/// A name with its value.
public struct Attribute: Sendable, Hashable {
    /// The name on the wire.
    public let key: String
    /// The value.
    public var value: AttributeValue
    // Stored in bytes that would otherwise be padding.
    @usableFromInline let id: NameID

    /// Creates an attribute.
    public init(key: String, value: AttributeValue) {
        self.init(AttributeName(key), value)
    }

    /// Creates an attribute from a prepared name.
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

    /// Indicates whether a map stores the attribute: its name is not empty and its value is not null.
    var isStored: Bool {
        if case .null = value { false } else { !name.isEmpty }
    }

    fileprivate func hasName(of other: Attribute) -> Bool {
        id == other.id && key == other.key
    }
}

/// A map of attributes in the order in which they were first set. Names are unique.
///
/// A map with value semantics, tuned for the few dozen attributes of a span. Two maps are equal if they contain the
/// same entries in any order. Empty names and ``AttributeValue/null`` values are not stored at the top level. Names are
/// equal if their bytes are equal.
///
/// `@unchecked Sendable`: only a map with the sole reference to a storage writes to it, in a `mutating` method, to
/// which Swift gives exclusive access. A storage with several references is only read.
public struct Attributes: @unchecked Sendable {
    // An array with linear search: one allocation, which the encoder traverses in order. Three measures keep it fast.
    // Each attribute has its name's identifier, so that texts are compared only if they are probably equal. A filter
    // tells which names may exist, so that a new name mostly needs no search. A shared map, such as that of the scopes
    // around a span, becomes the parent of the map that is added to, which then stores only its own attributes;
    // changing or removing an attribute of the parent copies it.
    @usableFromInline var storage: AttributeStorage?

    /// Creates an empty map.
    public init() {}

    /// Creates a map from attributes. Of equal names, the last one takes precedence.
    @inlinable  // unspecialized, it allocates for each attribute
    public init(_ attributes: some Sequence<Attribute>) {
        self.init()
        reserveCapacity(attributes.underestimatedCount)
        for attribute in attributes { insert(attribute.name, attribute.value, attribute.value.plainByteCount) }
    }

    /// An unsafe view of the storage, valid until the map changes or is released.
    @inlinable
    @inline(__always)
    var handle: AttributeStorage.UnsafeHandle? {
        guard let storage else { return nil }
        return Unmanaged.passUnretained(storage)._withUnsafeGuaranteedRef { $0.handle }
    }
}

// MARK: - Reading and writing

extension Attributes {
    /// The value of a name. Setting `nil` removes it.
    public subscript(name: String) -> AttributeValue? {
        get { self[AttributeName(name)] }
        set {
            if let newValue { return insert(AttributeName(name), newValue, newValue.plainByteCount) }
            guard let position = handle?.position(of: name, NameID(of: name)), let own = makeWritable(at: position)
            else { return }
            own.handle.remove(at: own.position)
        }
    }

    /// The value of a typed key; `nil` if it does not exist or has another type. Setting `nil` removes it.
    @inlinable  // unspecialized, setting is much slower
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

    /// Returns whether the map has a value for the name.
    public func contains(name: String) -> Bool { contains(AttributeName(name)) }

    /// Returns whether the map has a value for a prepared name.
    package func contains(_ name: AttributeName) -> Bool { handle?.position(of: name.text, name.id) != nil }

    /// Adds the attributes of another map, which take precedence over existing ones.
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

    /// Returns the map with another's attributes added, which take precedence over existing ones.
    public func merging(_ other: Attributes) -> Attributes {
        var merged = self
        merged.merge(other)
        return merged
    }

    /// Sets the value of a name. All writes use this function.
    ///
    /// - Parameter byteCount: The value's ``AttributeValue/plainByteCount``, which is often known at compile time.
    @usableFromInline
    @inline(never)
    package mutating func insert(
        _ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int?
    ) {
        // As separate arguments, which are passed in registers; a struct would be passed in memory.
        if let byteCount, !name.isEmpty, isKnownUniquelyReferenced(&storage), let handle,
            handle.admits(name.id, limit: .max)
        {
            handle.append(Attribute(name, value), byteCount)
        } else {
            _ = insertSlowly(Attribute(name, value), limit: .max)
        }
    }

    /// Sets the value of a name that may exist, or for which the storage may have no capacity.
    ///
    /// - Returns: False if the map already has `limit` names and this one is new.
    @inline(never)
    mutating func insertSlowly(_ attribute: consuming Attribute, limit: Int) -> Bool {
        guard attribute.isStored else { return true }
        if let handle, let position = handle.position(of: attribute.key, attribute.id) {
            // Often so: a span and its record have what their scopes have too, and a change would copy the scopes' map.
            if handle[position].value == attribute.value { return true }
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

    /// Returns the map with each value replaced by another one, which may be ``AttributeValue/null``.
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
    /// The approximate size of the attributes in memory, in bytes.
    package var approximateByteCount: Int {
        guard let handle else { return 0 }
        return handle.totalCount * MemoryLayout<Attribute>.stride + handle.header.pointee.valueByteCount
    }

    /// Indicates whether an array or map may contain other arrays or maps. If false, arrays are flat and there is no
    /// map.
    package var hasNested: Bool { handle?.header.pointee.hasNested ?? false }

    /// Calls `body` with the attributes in at most two contiguous runs, which is faster than iterating a collection of
    /// another module.
    package func withRuns(_ body: (UnsafeBufferPointer<Attribute>) -> Void) {
        guard let handle else { return }
        withExtendedLifetime(storage) {
            body(handle.parentRun)
            body(handle.ownRun)
        }
    }

    /// Calls `body` with the attributes whose names are in a set.
    ///
    /// Nothing is copied: the result is valid only during the call, in which the map must not change.
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

    /// The minimum size of a shared map to be used as a parent. Smaller ones are copied, which costs less than
    /// chaining.
    private static var smallestParent: Int { 4 }

    /// Reserves capacity for a total number of attributes.
    public mutating func reserveCapacity(_ minimumCapacity: Int) {
        let missing = minimumCapacity - count
        guard missing > 0 else { return }
        makeRoom(for: missing)
    }

    /// Makes the storage unique, with capacity for a number of additional attributes.
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

    /// Makes the storage unique and ensures that it contains the attribute at a position itself, not its parent.
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
    /// Creates a map from a literal. Of equal names, the last one takes precedence.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.init()
        // The empty literal is the default of many parameters, so it must cost nothing.
        guard !elements.isEmpty else { return }
        reserveCapacity(elements.count)
        for (key, value) in elements { insert(AttributeName(key), value, value.plainByteCount) }
    }
}

extension Attributes: Hashable {
    /// Returns whether both maps contain the same entries, in any order.
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

    /// Hashes the entries independently of their order.
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
