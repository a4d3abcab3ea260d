// SPDX-License-Identifier: MIT

/// Tail-allocated storage of an ``Attributes``.
///
/// May chain to one immutable `parent`, the attributes of the enclosing scopes, so that spans share them instead of
/// copying. A parent has no parent itself, and positions count through both:
///
///     Attributes ──► AttributeStorage                        AttributeStorage (shared, never written again)
///                    ┌─────────────────────────────┐         ┌─────────────────────────────┐
///                    │ Header  count 2, capacity 4 │ parent  │ Header  count 3             │
///                    │         parentCount 3       ├────────►│         parent nil          │
///                    │         filter of all five  │         │         filter of its three │
///                    ├─────────────────────────────┤         ├─────────────────────────────┤
///     positions      │ 3   4   (free) (free)       │         │ 0   1   2                   │
///                    └─────────────────────────────┘         └─────────────────────────────┘
@usableFromInline
final class AttributeStorage: ManagedBuffer<AttributeStorage.Header, Attribute> {
    @usableFromInline
    struct Header {
        /// The number of attributes in this storage.
        @usableFromInline var count: Int
        /// The capacity of this storage.
        @usableFromInline let capacity: Int
        fileprivate(set) var parent: AttributeStorage?
        @usableFromInline let parentElements: UnsafeMutablePointer<Attribute>?
        @usableFromInline let parentCount: Int
        /// A filter over all names, including the parent's. False positives are possible after a removal.
        @usableFromInline var filter: NameFilter
        /// The sum of the values' ``AttributeValue/approximateByteCount``, including the parent's.
        @usableFromInline var valueByteCount: Int
        /// Indicates whether an array or map contains other arrays or maps. Conservative: may stay true after a change.
        var hasNested: Bool
        /// An index of the names in this storage; `nil` for a small storage, for which linear search is faster.
        @usableFromInline var index: Index?
    }

    /// Creates a storage without attributes of its own.
    static func make(capacity: Int, parent: consuming AttributeStorage?) -> AttributeStorage {
        let first = parent?.handle
        let storage = create(minimumCapacity: capacity) { _ in
            Header(
                count: 0, capacity: capacity, parent: nil, parentElements: first?.elements,
                parentCount: first?.header.pointee.count ?? 0,
                filter: first?.header.pointee.filter ?? NameFilter(),
                valueByteCount: first?.header.pointee.valueByteCount ?? 0,
                hasNested: first?.header.pointee.hasNested ?? false,
                index: Index(capacity: capacity))
        }
        // Set here, where it can be moved. `create` creates objects of the class that it is called on.
        storage.withUnsafeMutablePointerToHeader { $0 }.pointee.parent = parent
        return unsafeDowncast(storage, to: AttributeStorage.self)
    }

    deinit {
        // One by one, so that the compiler generates the loop itself instead of a runtime call for each element.
        for position in 0..<handle.header.pointee.count { (handle.elements + position).destroy() }
        handle.header.pointee.index?.deallocate()
    }

    /// An unsafe view of the storage, valid while the storage is retained.
    @inlinable
    @inline(__always)
    var handle: UnsafeHandle {
        withUnsafeMutablePointers { UnsafeHandle(header: $0, elements: $1) }
    }

    /// Returns a storage with more capacity, into which the attributes are moved. This one is empty afterwards.
    func moved(capacity: Int) -> AttributeStorage {
        let other = Self.make(capacity: capacity, parent: handle.header.pointee.parent)
        other.handle.elements.moveInitialize(from: handle.elements, count: handle.header.pointee.count)
        other.handle.inherit(handle, count: handle.header.pointee.count)
        handle.header.pointee.count = 0
        return other
    }

    /// Returns a storage with copies of the attributes.
    ///
    /// - Parameter isFlat: Whether the parent's attributes are copied too, so that the result has no parent.
    func copied(capacity: Int, isFlat: Bool) -> AttributeStorage {
        let header = handle.header
        let other = Self.make(capacity: capacity, parent: isFlat ? nil : header.pointee.parent)
        var count = 0
        if isFlat, let parent = header.pointee.parentElements {
            other.handle.elements.initialize(from: parent, count: header.pointee.parentCount)
            count = header.pointee.parentCount
        }
        (other.handle.elements + count).initialize(from: handle.elements, count: header.pointee.count)
        other.handle.inherit(handle, count: count + header.pointee.count)
        return other
    }
}

extension AttributeStorage {
    /// An unsafe view of a storage that does not retain it.
    ///
    /// Access through the object would retain and release it, and check each access for exclusivity at run time.
    @usableFromInline
    struct UnsafeHandle {
        @usableFromInline let header: UnsafeMutablePointer<Header>
        @usableFromInline let elements: UnsafeMutablePointer<Attribute>

        @inlinable
        @inline(__always)
        init(header: UnsafeMutablePointer<Header>, elements: UnsafeMutablePointer<Attribute>) {
            self.header = header
            self.elements = elements
        }

        /// The number of attributes, including the parent's.
        @inlinable
        @inline(__always)
        var totalCount: Int { header.pointee.parentCount &+ header.pointee.count }

        /// The parent's attributes.
        @inlinable
        @inline(__always)
        var parentRun: UnsafeBufferPointer<Attribute> {
            UnsafeBufferPointer(start: header.pointee.parentElements, count: header.pointee.parentCount)
        }

        /// The attributes of this storage.
        @inlinable
        @inline(__always)
        var ownRun: UnsafeBufferPointer<Attribute> {
            UnsafeBufferPointer(start: elements, count: header.pointee.count)
        }

        /// The attribute at a position, which must be below ``totalCount``.
        @inline(__always)
        subscript(position: Int) -> Attribute {
            let parentCount = header.pointee.parentCount
            if position < parentCount, let parent = header.pointee.parentElements { return parent[position] }
            return elements[position &- parentCount]
        }
    }
}

// MARK: - Reading

extension AttributeStorage.UnsafeHandle {
    /// Returns the position of a name.
    @inline(__always)
    func position(of name: borrowing String, _ id: NameID) -> Int? {
        header.pointee.filter.mayContain(id) ? search(name, id) : nil
    }

    @inline(never)
    private func search(_ name: borrowing String, _ id: NameID) -> Int? {
        if let parent = header.pointee.parent, let position = parent.handle.ownPosition(of: name, id) {
            return position
        }
        return ownPosition(of: name, id).map { header.pointee.parentCount &+ $0 }
    }

    /// Returns the position of a name in this storage, counted from its first attribute.
    @inline(__always)
    private func ownPosition(of name: borrowing String, _ id: NameID) -> Int? {
        if let index = header.pointee.index { return index.position(of: name, id, in: elements) }
        for position in 0..<header.pointee.count
        where elements[position].id == id && elements[position].key == name {
            return position
        }
        return nil
    }
}

// MARK: - Writing

extension AttributeStorage.UnsafeHandle {
    /// Inserts a name into the filter. Returns whether it can be added with ``append(_:_:)``: not if there are `limit`
    /// attributes, this storage is full, or the name may exist already.
    @inlinable
    @inline(__always)
    func admits(_ id: NameID, limit: Int) -> Bool {
        totalCount < limit && header.pointee.count < header.pointee.capacity && header.pointee.filter.insert(id)
    }

    /// Appends an attribute whose name is new and in the filter. There must be capacity for it.
    ///
    /// - Parameter byteCount: The value's ``AttributeValue/plainByteCount``, which is often known at compile time.
    @inlinable
    @inline(__always)
    func append(_ attribute: consuming Attribute, _ byteCount: Int?) {
        if let byteCount { header.pointee.valueByteCount &+= byteCount } else { count(attribute.value) }
        let position = header.pointee.count
        if header.pointee.index != nil { enter(attribute.key, at: position) }
        (elements + position).initialize(to: attribute)
        header.pointee.count = position &+ 1
    }

    /// Replaces the value at a position of this storage.
    func replace(at position: Int, _ value: consuming AttributeValue) {
        header.pointee.valueByteCount &-= elements[position].value.approximateByteCount
        count(value)
        elements[position].value = value
    }

    /// Removes the attribute at a position of this storage. The filter keeps its bits.
    func remove(at position: Int) {
        let removed = (elements + position).move()
        header.pointee.valueByteCount &-= removed.value.approximateByteCount
        header.pointee.count &-= 1
        let next = elements + position + 1
        (elements + position).moveInitialize(from: next, count: header.pointee.count &- position)
        reindex()
    }

    /// Adds a value to the totals.
    @usableFromInline
    func count(_ value: borrowing AttributeValue) {
        header.pointee.valueByteCount &+= value.approximateByteCount
        if value.isNested { header.pointee.hasNested = true }
    }

    @usableFromInline
    func enter(_ name: borrowing String, at position: Int) {
        header.pointee.index?.insert(name, at: position)
    }

    fileprivate func inherit(_ other: Self, count: Int) {
        header.pointee.count = count
        header.pointee.filter = other.header.pointee.filter
        header.pointee.valueByteCount = other.header.pointee.valueByteCount
        header.pointee.hasNested = other.header.pointee.hasNested
        reindex()
    }

    private func reindex() {
        guard let index = header.pointee.index else { return }
        index.removeAll()
        for position in 0..<header.pointee.count { index.insert(elements[position].key, at: position) }
    }
}

extension UnsafeMutablePointer<Attribute> {
    /// Destroys an attribute. Names of the conventions are literals, see ``NameID``, and need no release.
    @inline(__always)
    fileprivate func destroy() {
        guard pointee.id.number != 0 else { return _ = move() }
        switch pointee.value {
        case .bool, .int, .double, .null: break
        case .string, .bytes, .array, .map: _ = pointer(to: \.value)?.move()
        }
    }
}

// MARK: - Index

extension AttributeStorage {
    /// An open-addressing table of the positions of names.
    ///
    /// The hash is seeded for the process, because names may be chosen by an attacker to collide.
    @usableFromInline
    struct Index {
        /// A position plus one; 0 in free slots. There are at least twice as many slots as attributes.
        private let slots: UnsafeMutableBufferPointer<UInt32>

        /// Creates an empty index; `nil` for a small storage, for which linear search is faster.
        @inline(__always)
        init?(capacity: Int) {
            guard capacity > 48 else { return nil }
            self.init(largeCapacity: capacity)
        }

        private init(largeCapacity capacity: Int) {
            let bitCount = Int.bitWidth - (2 * capacity - 1).leadingZeroBitCount
            slots = .allocate(capacity: 1 << bitCount)
            slots.initialize(repeating: 0)
        }

        func deallocate() { slots.deallocate() }

        func removeAll() { slots.update(repeating: 0) }

        func insert(_ name: borrowing String, at position: Int) {
            var slot = firstSlot(name)
            while slots[slot] != 0 { slot = nextSlot(slot) }
            slots[slot] = UInt32(truncatingIfNeeded: position &+ 1)
        }

        func position(
            of name: borrowing String, _ id: NameID, in elements: UnsafeMutablePointer<Attribute>
        ) -> Int? {
            var slot = firstSlot(name)
            while slots[slot] != 0 {
                let position = Int(slots[slot]) - 1
                if elements[position].id == id, elements[position].key == name { return position }
                slot = nextSlot(slot)
            }
            return nil
        }

        /// The length of the longest run of occupied slots: the maximum number of slots that a search examines.
        var longestRun: Int {
            slots.split(separator: 0).map(\.count).max() ?? 0
        }

        private func firstSlot(_ name: borrowing String) -> Int {
            var hasher = Hasher()
            withUTF8(of: copy name) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            return hasher.finalize() & (slots.count &- 1)
        }

        private func nextSlot(_ slot: Int) -> Int { (slot &+ 1) & (slots.count &- 1) }
    }
}
