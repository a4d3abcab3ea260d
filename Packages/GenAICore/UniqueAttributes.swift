// SPDX-License-Identifier: MIT

/// A uniquely owned map. Noncopyable, so that writes skip the uniqueness check.
@usableFromInline
package struct UniqueAttributes: ~Copyable, Sendable {
    @usableFromInline var map: Attributes

    /// Creates a uniquely owned map. If the storage of the given one is shared, it becomes the parent of a new one.
    package init(_ attributes: consuming Attributes = Attributes()) {
        map = consume attributes
        if map.storage != nil, !isKnownUniquelyReferenced(&map.storage) { map.makeRoom(for: 1) }
    }

    /// The number of attributes.
    package var count: Int { map.count }

    /// The value of a name.
    package subscript(name: String) -> AttributeValue? { map[name] }

    /// Moves the map out and leaves an empty one.
    @inlinable
    package mutating func take() -> Attributes {
        var taken = Attributes()
        swap(&taken, &map)
        return taken
    }

    /// Sets a value, cut to the limits, unless the name would exceed the maximum number.
    ///
    /// - Parameter byteCount: The value's ``AttributeValue/plainByteCount``, which is often known at compile time.
    /// - Returns: Whether the attribute is set; also true for one that ``Attributes`` ignores.
    @inlinable
    @inline(__always)
    package mutating func insert(
        _ attribute: consuming Attribute, _ byteCount: Int?, within limits: AttributeLimits
    ) -> Bool {
        if let byteCount, byteCount <= limits.valueLength, !attribute.name.isEmpty, let handle = map.handle,
            handle.admits(attribute.id, limit: limits.count)
        {
            handle.append(attribute, byteCount)
            return true
        }
        return insertSlowly(attribute, within: limits)
    }

    @usableFromInline
    @inline(never)
    mutating func insertSlowly(_ attribute: consuming Attribute, within limits: AttributeLimits) -> Bool {
        guard attribute.isStored else { return true }
        var attribute = attribute
        attribute.value.limit(limits)
        if let handle = map.handle, handle.admits(attribute.id, limit: limits.count) {
            handle.append(attribute, nil)
            return true
        }
        let isNewBeyondLimit = map.count >= limits.count && !AttributeLimits.exempts(attribute.key)
        return map.insertSlowly(attribute, limit: isNewBeyondLimit ? limits.count : .max)
    }
}
