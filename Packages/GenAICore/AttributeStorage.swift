// SPDX-License-Identifier: MIT

/// The memory of a map: its attributes in a row, behind those of another storage if it goes on from one.
@usableFromInline
final class AttributeStorage: ManagedBuffer<AttributeStorage.Header, Attribute> {
    @usableFromInline
    struct Header {
        /// How many attributes are in this storage, and for how many there is room.
        @usableFromInline var count: Int
        @usableFromInline let capacity: Int
        /// What comes first. Has no base itself, and does not change any more.
        fileprivate(set) var base: AttributeStorage?
        @usableFromInline let baseElements: UnsafeMutablePointer<Attribute>?
        @usableFromInline let baseCount: Int
        /// Of all names, those of the base included. May promise too much after a removal.
        @usableFromInline var filter: NameFilter
        /// Kept up to date by every change: adding it up costs 8 ns an attribute, for every span that is queued.
        @usableFromInline var valueByteCount: Int
        /// Whether a value holds others that may hold others. May be true in vain after a change.
        var hasNested: Bool
        /// Where names are in this storage; only in large ones, where going through all of them would show.
        @usableFromInline var index: AttributeIndex?
    }

    /// Creates a storage without attributes of its own.
    static func make(capacity: Int, base: consuming AttributeStorage?) -> AttributeStorage {
        let first = base?.memory
        let storage = create(minimumCapacity: capacity) { _ in
            Header(
                count: 0, capacity: capacity, base: nil, baseElements: first?.elements,
                baseCount: first?.header.pointee.count ?? 0, filter: first?.header.pointee.filter ?? NameFilter(),
                valueByteCount: first?.header.pointee.valueByteCount ?? 0,
                hasNested: first?.header.pointee.hasNested ?? false,
                index: AttributeIndex(capacity: capacity))
        }
        // Out here, where it is moved. And `create` makes objects of the class that it is called on.
        storage.withUnsafeMutablePointerToHeader { $0 }.pointee.base = base
        return unsafeDowncast(storage, to: AttributeStorage.self)
    }

    deinit {
        // One by one: the compiler then writes the loop itself instead of having the runtime call a function for each.
        let memory = memory
        for position in 0..<memory.header.pointee.count { (memory.elements + position).end() }
        memory.header.pointee.index?.free()
    }

    /// Where the attributes are; valid while somebody holds the storage.
    @inlinable
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
@usableFromInline
struct AttributeMemory {
    @usableFromInline let header: UnsafeMutablePointer<AttributeStorage.Header>
    @usableFromInline let elements: UnsafeMutablePointer<Attribute>

    @inlinable
    @inline(__always)
    init(header: UnsafeMutablePointer<AttributeStorage.Header>, elements: UnsafeMutablePointer<Attribute>) {
        self.header = header
        self.elements = elements
    }

    /// How many attributes there are, those of the base included.
    @inlinable
    @inline(__always)
    var totalCount: Int { header.pointee.baseCount &+ header.pointee.count }

    /// The attributes of the base.
    @inlinable
    @inline(__always)
    var baseRun: UnsafeBufferPointer<Attribute> {
        UnsafeBufferPointer(start: header.pointee.baseElements, count: header.pointee.baseCount)
    }

    /// The attributes of the storage's own.
    @inlinable
    @inline(__always)
    var ownRun: UnsafeBufferPointer<Attribute> {
        UnsafeBufferPointer(start: elements, count: header.pointee.count)
    }

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
        filter.mayContain(fingerprint) ? search(name, fingerprint) : nil
    }

    @inline(never)
    private func search(_ name: borrowing String, _ fingerprint: Fingerprint) -> Int? {
        if let base = header.pointee.base,
            let position = base.memory.ownPosition(of: name, fingerprint)
        {
            return position
        }
        return ownPosition(of: name, fingerprint).map { header.pointee.baseCount &+ $0 }
    }

    /// The position of a name among the attributes of this storage's own.
    @inline(__always)
    private func ownPosition(of name: borrowing String, _ fingerprint: Fingerprint) -> Int? {
        if let index = header.pointee.index { return index.position(of: name, fingerprint, in: elements) }
        for position in 0..<header.pointee.count
        where elements[position].fingerprint == fingerprint && elements[position].key == name {
            return position
        }
        return nil
    }

    @inlinable
    @inline(__always)
    var filter: UnsafeMutablePointer<NameFilter> { header.pointer(to: \.filter).unsafelyUnwrapped }

    /// Adds an attribute of a new name. There must be room.
    func append(_ attribute: consuming Attribute) {
        filter.insert(attribute.fingerprint)
        place(attribute)
    }

    /// Adds an attribute whose name the filter has taken in. There must be room.
    @inlinable
    @inline(__always)
    func place(_ attribute: consuming Attribute) {
        add(attribute.value)
        header.pointee.index?.insert(attribute.fingerprint, at: header.pointee.count)
        store(attribute)
    }

    /// Adds an attribute in its parts, which costs less than the whole where that is not at hand.
    ///
    /// - Parameter byteCount: The value's ``AttributeValue/plainByteCount``.
    @inlinable
    @inline(__always)
    func place(_ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int?) {
        if let byteCount { header.pointee.valueByteCount &+= byteCount } else { addCollection(value) }
        header.pointee.index?.insert(name.fingerprint, at: header.pointee.count)
        store(Attribute(name, value))
    }

    // Not by `plainByteCount`: the compiler then copies the value, which took a chat call 2,000 instructions.
    @inlinable
    @inline(__always)
    func add(_ value: borrowing AttributeValue) {
        switch value {
        case .bool, .int, .double, .null: break
        case .string(let text): header.pointee.valueByteCount &+= text.utf8.count
        case .bytes, .array, .map: addCollection(value)
        }
    }

    /// Takes in a name of the conventions that is new, unless the storage is a large one; an attribute of it can be placed
    /// without a call then.
    @inlinable
    @inline(__always)
    func takesPlain(_ fingerprint: Fingerprint) -> Bool {
        fingerprint.number != 0 && header.pointee.index == nil && filter.insertNew(fingerprint)
    }

    /// Adds an attribute that ``takesPlain(_:)`` has agreed to.
    @inlinable
    @inline(__always)
    func placePlain(_ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int) {
        header.pointee.valueByteCount &+= byteCount
        store(Attribute(name, value))
    }

    @inlinable
    @inline(__always)
    func store(_ attribute: consuming Attribute) {
        let position = header.pointee.count
        (elements + position).initialize(to: attribute)
        header.pointee.count = position &+ 1
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
        reindex()
    }

    /// Gives up the attributes of this storage's own, which the caller takes over.
    ///
    /// - Returns: How many there were.
    func removeAll() -> Int {
        defer { header.pointee.count = 0 }
        return header.pointee.count
    }

    fileprivate func inherit(_ other: AttributeMemory, count: Int) {
        header.pointee.count = count
        header.pointee.filter = other.header.pointee.filter
        header.pointee.valueByteCount = other.header.pointee.valueByteCount
        header.pointee.hasNested = other.header.pointee.hasNested
        reindex()
    }

    private func reindex() {
        guard let index = header.pointee.index else { return }
        index.clear()
        for position in 0..<header.pointee.count { index.insert(elements[position].fingerprint, at: position) }
    }

    @usableFromInline
    func addCollection(_ value: borrowing AttributeValue) {
        header.pointee.valueByteCount &+= value.approximateByteCount
        if value.isNested { header.pointee.hasNested = true }
    }
}

/// Finds names in a large storage: a table of positions, by fingerprint.
@usableFromInline
struct AttributeIndex {
    /// One more than a position; 0 where there is none. Twice as many as there are attributes, or more.
    private let slots: UnsafeMutableBufferPointer<UInt32>

    /// Creates an empty index; `nil` for a storage so small that going through it is faster.
    @inline(__always)
    init?(capacity: Int) {
        guard capacity > 48 else { return nil }
        self.init(largeCapacity: capacity)
    }

    private init(largeCapacity capacity: Int) {
        let bitCount = Int.bitWidth - (2 * capacity - 1).leadingZeroBitCount
        slots = .allocate(capacity: 1 << bitCount)
        clear()
    }

    func free() { slots.deallocate() }

    func clear() { slots.initialize(repeating: 0) }

    @usableFromInline
    func insert(_ fingerprint: Fingerprint, at position: Int) {
        var slot = first(fingerprint)
        while slots[slot] != 0 { slot = next(slot) }
        slots[slot] = UInt32(truncatingIfNeeded: position &+ 1)
    }

    func position(
        of name: borrowing String, _ fingerprint: Fingerprint, in elements: UnsafeMutablePointer<Attribute>
    ) -> Int? {
        var slot = first(fingerprint)
        while slots[slot] != 0 {
            let position = Int(slots[slot]) - 1
            if elements[position].fingerprint == fingerprint, elements[position].key == name { return position }
            slot = next(slot)
        }
        return nil
    }

    /// Spreads the fingerprints over the whole table, also over one that is larger than there are fingerprints.
    private func first(_ fingerprint: Fingerprint) -> Int {
        (fingerprint.hash &* slots.count) >> 16
    }

    private func next(_ slot: Int) -> Int { (slot &+ 1) & (slots.count &- 1) }
}

extension UnsafeMutablePointer<Attribute> {
    /// Lets go of an attribute.
    ///
    /// The names of the conventions are literals, see ``AttributeName``, which nobody counts references to: to let go
    /// of them all the same took a fifth of the time of freeing a span.
    @inline(__always)
    fileprivate func end() {
        guard pointee.fingerprint.number != 0 else { return _ = move() }
        switch pointee.value {
        case .bool, .int, .double, .null: break
        case .string, .bytes, .array, .map: _ = pointer(to: \.value)?.move()
        }
    }
}

extension AttributeValue {
    /// Whether the value holds others that may hold others.
    fileprivate var isNested: Bool {
        switch self {
        case .map: return true
        case .array(let values):
            for index in values.indices where values[index].isCollection { return true }
            return false
        default: return false
        }
    }

    private var isCollection: Bool {
        switch self {
        case .array, .map: true
        default: false
        }
    }

    @inline(__always)
    fileprivate var size: Int { plainByteCount ?? approximateByteCount }
}
