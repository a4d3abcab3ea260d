// SPDX-License-Identifier: MIT

/// Attributes that nobody else refers to, so that a write need not find that out: a tenth of setting an attribute.
///
/// Cannot be copied, and hands the map out only when it gives it up.
@usableFromInline
package struct OwnAttributes: ~Copyable, Sendable {
    @usableFromInline var map: Attributes

    /// Takes attributes over; those that are shared are gone on from.
    package init(_ attributes: consuming Attributes) {
        map = consume attributes
        makeOwn()
    }

    private mutating func makeOwn() {
        if map.storage != nil, !isKnownUniquelyReferenced(&map.storage) { map.makeRoom(for: 1) }
    }

    /// How many attributes there are.
    package var count: Int { map.count }

    /// The value of a name.
    package subscript(name: String) -> AttributeValue? { map[name] }

    /// Adds the attributes of a map, which win over those of the same name here.
    package mutating func merge(_ other: consuming Attributes) {
        map.merge(other)
        makeOwn()
    }

    /// Gives the attributes up, after which there are none.
    @inlinable
    package mutating func take() -> Attributes {
        var taken = Attributes()
        swap(&taken, &map)
        return taken
    }

    /// Sets a value unless there are already `limit` attributes and the name would be a further one.
    ///
    /// - Parameter isExempt: Whether the limit does not hold for a name.
    /// - Returns: Whether the value is set.
    @inlinable  // a third of what setting an attribute costs is calls
    @inline(__always)
    package mutating func set(
        _ new: consuming NewAttribute, limit: Int, exempting isExempt: (String) -> Bool
    ) -> Bool {
        guard let memory = map.ownMemory(toAppend: new.name.fingerprint, limit) else {
            return searchAndSet(new.name, new.value, limit, isExempt)
        }
        memory.place(new.name, new.value, new.byteCount)
        return true
    }

    @usableFromInline
    @inline(never)
    mutating func searchAndSet(
        _ name: consuming AttributeName, _ value: consuming AttributeValue, _ limit: Int, _ isExempt: (String) -> Bool
    ) -> Bool {
        let attribute = Attribute(name, value)
        return map.searchAndSet(attribute, limit) || isExempt(attribute.key) && map.searchAndSet(attribute, .max)
    }
}

/// Sets values in a map that has room for them.
@usableFromInline
package struct AttributeWriter: ~Copyable {
    @usableFromInline let memory: AttributeMemory
    /// Attributes whose names are most likely there; set when the others are.
    @usableFromInline var present: [Attribute] = []

    @inlinable
    init(memory: AttributeMemory) {
        self.memory = memory
    }

    /// Sets a value.
    @inlinable
    @inline(__always)
    package mutating func set<Value>(_ key: consuming AttributeKey<Value>, _ value: Value) {
        let value = value.attributeValue
        set(key.prepared, value, value.plainByteCount)
    }

    // Not inlined: the same code nine times over takes longer to fetch than to run. The usual case calls nothing: what a
    // function must save for its calls takes a third of it.
    @usableFromInline
    @inline(never)
    mutating func set(_ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int?) {
        guard let byteCount, memory.takesPlain(name.fingerprint) else { return setOther(name, value, byteCount) }
        memory.placePlain(name, value, byteCount)
    }

    @inline(never)
    private mutating func setOther(
        _ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int?
    ) {
        if memory.filter.insertNew(name.fingerprint) {
            memory.place(name, value, byteCount)
        } else {
            present.append(Attribute(name, value))
        }
    }
}
