// SPDX-License-Identifier: MIT

/// The memory of a map: its attributes in a row, behind those of another storage if it goes on from one.
final class AttributeStorage: ManagedBuffer<AttributeStorage.Header, Attribute> {
    struct Header {
        /// How many attributes are in this storage, and for how many there is room.
        var count: Int
        let capacity: Int
        /// What comes first. Has no base itself, and does not change any more.
        let base: AttributeStorage?
        let baseElements: UnsafeMutablePointer<Attribute>?
        let baseCount: Int
        /// Of all names, those of the base included. May promise too much after a removal.
        var filter: NameFilter
        /// Kept up to date by every change: adding it up costs 8 ns an attribute, for every span that is queued.
        var valueByteCount: Int
        /// Whether a value holds others, or bytes. May be true in vain after a change.
        var hasCollections: Bool
    }

    /// Creates a storage without attributes of its own.
    static func make(capacity: Int, base: AttributeStorage?) -> AttributeStorage {
        let first = base?.memory
        let storage = create(minimumCapacity: capacity) { _ in
            Header(
                count: 0, capacity: capacity, base: base, baseElements: first?.elements,
                baseCount: first?.header.pointee.count ?? 0, filter: first?.header.pointee.filter ?? NameFilter(),
                valueByteCount: first?.header.pointee.valueByteCount ?? 0,
                hasCollections: first?.header.pointee.hasCollections ?? false)
        }
        // `create` makes objects of the class that it is called on.
        return unsafeDowncast(storage, to: AttributeStorage.self)
    }

    deinit {
        // One by one: the compiler then writes the loop itself instead of having the runtime call a function for each.
        let memory = memory
        for position in 0..<memory.header.pointee.count { _ = (memory.elements + position).move() }
    }

    /// Where the attributes are; valid while somebody holds the storage.
    @inline(__always)
    var memory: AttributeMemory {
        withUnsafeMutablePointers { AttributeMemory(header: $0, elements: $1) }
    }

    /// A storage with the same attributes and more room, which takes them over.
    func moved(capacity: Int) -> AttributeStorage {
        let other = Self.make(capacity: capacity, base: memory.header.pointee.base)
        other.memory.elements.moveInitialize(from: memory.elements, count: memory.header.pointee.count)
        other.memory.inherit(memory, count: memory.header.pointee.count)
        memory.header.pointee.count = 0
        return other
    }

    /// A storage with the same attributes, copied.
    ///
    /// - Parameter isFlat: Whether the attributes of the base become its own.
    func copied(capacity: Int, isFlat: Bool) -> AttributeStorage {
        let header = memory.header
        let other = Self.make(capacity: capacity, base: isFlat ? nil : header.pointee.base)
        var count = 0
        if isFlat, let base = header.pointee.baseElements {
            other.memory.elements.initialize(from: base, count: header.pointee.baseCount)
            count = header.pointee.baseCount
        }
        (other.memory.elements + count).initialize(from: memory.elements, count: header.pointee.count)
        other.memory.inherit(memory, count: count + header.pointee.count)
        return other
    }
}

/// A look into a storage that does not hold it.
///
/// Going through the object would retain and release it, and check each access for exclusivity while the program
/// runs: more than half of the instructions of setting an attribute.
struct AttributeMemory {
    let header: UnsafeMutablePointer<AttributeStorage.Header>
    let elements: UnsafeMutablePointer<Attribute>

    /// How many attributes there are, those of the base included.
    @inline(__always)
    var totalCount: Int { header.pointee.baseCount &+ header.pointee.count }

    /// The attribute at a position counted from the base's first one, which must be below ``totalCount``.
    @inline(__always)
    subscript(position: Int) -> Attribute {
        let baseCount = header.pointee.baseCount
        if position < baseCount, let base = header.pointee.baseElements { return base[position] }
        return elements[position &- baseCount]
    }

    /// The position of a name, counted from the base's first attribute.
    @inline(__always)
    func position(of name: borrowing String, _ fingerprint: Fingerprint) -> Int? {
        header.pointee.filter.mayContain(fingerprint) ? search(name, fingerprint) : nil
    }

    @inline(never)
    private func search(_ name: borrowing String, _ fingerprint: Fingerprint) -> Int? {
        let baseCount = header.pointee.baseCount
        if let base = header.pointee.baseElements {
            for position in 0..<baseCount
            where base[position].fingerprint == fingerprint && base[position].key == name { return position }
        }
        for position in 0..<header.pointee.count
        where elements[position].fingerprint == fingerprint && elements[position].key == name {
            return baseCount &+ position
        }
        return nil
    }

    /// Adds an attribute of a new name. There must be room.
    @inline(__always)
    func append(_ attribute: consuming Attribute) {
        header.pointee.filter.insert(attribute.fingerprint)
        add(attribute.value)
        (elements + header.pointee.count).initialize(to: attribute)
        header.pointee.count &+= 1
    }

    /// Replaces the value at a position of this storage's own.
    func replace(at position: Int, _ value: consuming AttributeValue) {
        header.pointee.valueByteCount &-= elements[position].value.size
        add(value)
        elements[position].value = value
    }

    /// Removes the attribute at a position of this storage's own. The filter keeps its bit.
    func remove(at position: Int) {
        let removed = (elements + position).move()
        header.pointee.valueByteCount &-= removed.value.size
        header.pointee.count &-= 1
        let next = elements + position + 1
        (elements + position).moveInitialize(from: next, count: header.pointee.count &- position)
    }

    fileprivate func inherit(_ other: AttributeMemory, count: Int) {
        header.pointee.count = count
        header.pointee.filter = other.header.pointee.filter
        header.pointee.valueByteCount = other.header.pointee.valueByteCount
        header.pointee.hasCollections = other.header.pointee.hasCollections
    }

    @inline(__always)
    private func add(_ value: borrowing AttributeValue) {
        switch value {
        case .bool, .int, .double, .null: break
        case .string(let text): header.pointee.valueByteCount &+= text.utf8.count
        case .bytes, .array, .map:
            header.pointee.valueByteCount &+= value.approximateByteCount
            header.pointee.hasCollections = true
        }
    }
}

extension AttributeValue {
    @inline(__always)
    fileprivate var size: Int {
        // The kinds without elements need no call.
        switch self {
        case .bool, .int, .double, .null: 0
        case .string(let text): text.utf8.count
        case .bytes, .array, .map: approximateByteCount
        }
    }
}
