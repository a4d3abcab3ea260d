// SPDX-License-Identifier: MIT

/// One name with its value.
public struct Attribute: Sendable, Hashable {
    /// The name on the wire.
    public let key: String
    /// The value.
    public var value: AttributeValue
    // Lies in what would be padding.
    @usableFromInline let fingerprint: Fingerprint

    /// Creates an attribute.
    public init(key: String, value: AttributeValue) {
        self.init(AttributeName(key), value)
    }

    @inlinable
    @inline(__always)
    init(_ name: consuming AttributeName, _ value: consuming AttributeValue) {
        fingerprint = name.fingerprint
        key = name.text
        self.value = value
    }

    fileprivate func hasName(of other: Attribute) -> Bool {
        fingerprint == other.fingerprint && key == other.key
    }
}

/// An attribute on its way into a map, which cannot be copied on that way.
@usableFromInline
package struct NewAttribute: ~Copyable {
    // Apart, since calls take each of them in registers, but not both together.
    @usableFromInline package let name: AttributeName
    @usableFromInline package let value: AttributeValue
    /// The value's ``AttributeValue/plainByteCount``, which the compiler often knows where the attribute is made.
    @usableFromInline package let byteCount: Int?

    /// Whether it has a name.
    @inlinable
    @inline(__always)
    package var isNamed: Bool { name.fingerprint.number != 0 || !name.text.isEmpty }

    @inlinable  // a call more than doubles what making one costs
    @inline(__always)
    package init(_ name: consuming AttributeName, _ value: consuming AttributeValue, _ byteCount: Int?) {
        self.name = name
        self.value = value
        self.byteCount = byteCount
    }

    /// Creates one whose value may be of any kind.
    @inlinable
    @inline(__always)
    package init(_ name: consuming AttributeName, _ value: consuming AttributeValue) {
        self.init(name, value, value.plainByteCount)
    }

    /// Creates one from another map's attribute.
    package init(_ attribute: consuming Attribute) {
        self.init(AttributeName(attribute.key, attribute.fingerprint), attribute.value)
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
    // Each attribute has its name's fingerprint, so that names are compared only when they are most likely the same.
    // A filter says of each name whether it may be there, so that a new one is mostly known to be new without a search. A
    // map that is shared, such as that of the scopes around a span, is not copied to be added to: the new map goes on
    // from it, and holds only what is its own. Only changing or removing what the shared map holds copies it.
    @usableFromInline var storage: AttributeStorage?

    /// An estimate of the memory the attributes hold.
    package var approximateByteCount: Int {
        guard let memory else { return 0 }
        return memory.totalCount * MemoryLayout<Attribute>.stride + memory.header.pointee.valueByteCount
    }

    /// Whether a value may hold others that hold others; when false, arrays are flat and there is no map.
    package var hasNested: Bool { memory?.header.pointee.hasNested ?? false }

    /// Creates an empty map.
    public init() {}

    /// Hands the attributes over in at most two runs, which takes less than walking a collection of another module.
    package func withRuns(_ body: (UnsafeBufferPointer<Attribute>) -> Void) {
        guard let memory else { return }
        withExtendedLifetime(storage) {
            body(memory.baseRun)
            body(memory.ownRun)
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
            if let memory {
                names.find(in: memory.baseRun, places)
                names.find(in: memory.ownRun, places)
            }
            defer { withExtendedLifetime(storage) {} }
            return body(ConventionValues(places: UnsafePointer(places.baseAddress)))
        }
    }

    /// Creates a map from attributes; of equal names the last one wins.
    @inlinable  // unspecialized it allocates for each attribute
    public init(_ attributes: some Sequence<Attribute>) {
        self.init()
        reserveCapacity(attributes.underestimatedCount)
        for attribute in attributes { set(attribute) }
    }

    /// The value of a name; setting `nil` removes it.
    public subscript(name: String) -> AttributeValue? {
        get { self[AttributeName(name)] }
        set {
            guard let newValue else { return remove(name) }
            put(AttributeName(name), newValue)
        }
    }

    /// The value of a typed key, or `nil` when absent or of another type; setting `nil` removes it.
    @inlinable  // unspecialized a set takes twice the instructions
    public subscript<Value>(key: AttributeKey<Value>) -> Value? {
        get { self[key.prepared].flatMap(Value.init(attributeValue:)) }
        set {
            if let newValue { put(key.prepared, newValue.attributeValue) } else { self[key.name] = nil }
        }
    }

    /// Adds the attributes of another map, which win over those of the same name here.
    public mutating func merge(_ other: consuming Attributes) {
        guard !other.isEmpty else { return }
        if isEmpty, memory?.header.pointee.capacity ?? 0 < other.count {
            self = other
            return
        }
        let isLast = isKnownUniquelyReferenced(&other.storage)
        guard let memory = other.memory else { return }
        for attribute in memory.baseRun { put(attribute) }
        if isLast {
            // Nobody else has these, so they move.
            for position in 0..<memory.removeAll() { put((memory.elements + position).move()) }
        } else {
            for attribute in memory.ownRun { put(attribute) }
        }
        withExtendedLifetime(other.storage) {}
    }

    /// The map with another's attributes added, which win over those of the same name here.
    public func merging(_ other: Attributes) -> Attributes {
        var merged = self
        merged.merge(other)
        return merged
    }

    /// Room for so many attributes is had and given back at little cost.
    ///
    /// With one more the memory would be above 1,032 bytes, which is as far as glibc keeps freed memory for the thread:
    /// taking and freeing it would take three times as long.
    package static var usualCapacity: Int { 22 }

    /// Makes room for a number of attributes in all.
    public mutating func reserveCapacity(_ minimumCapacity: Int) {
        let missing = minimumCapacity - count
        guard missing > 0 else { return }
        makeRoom(for: missing)
    }

    /// Whether the name has a value.
    public func contains(name: String) -> Bool { contains(AttributeName(name)) }

    /// Whether a prepared name has a value.
    package func contains(_ name: AttributeName) -> Bool {
        memory?.position(of: name.text, name.fingerprint) != nil
    }

    /// The value of a prepared name.
    @usableFromInline
    package subscript(name: AttributeName) -> AttributeValue? {
        guard let memory, let position = memory.position(of: name.text, name.fingerprint) else { return nil }
        return memory[position].value
    }

    /// Sets a value under a prepared name.
    package mutating func set(_ name: consuming AttributeName, _ value: consuming AttributeValue) {
        put(Attribute(name, value))
    }

    @usableFromInline
    mutating func put(_ name: consuming AttributeName, _ value: consuming AttributeValue) {
        set(Attribute(name, value))
    }

    @usableFromInline
    @inline(__always)
    mutating func set(_ attribute: consuming Attribute) {
        if case .null = attribute.value { return }
        guard !attribute.key.isEmpty else { return }
        put(attribute)
    }

    @inline(__always)
    private mutating func put(_ attribute: consuming Attribute) {
        guard let memory = memory(toAppend: attribute.fingerprint) else {
            _ = searchAndSet(attribute, .max)
            return
        }
        memory.place(attribute)
    }

    /// Where to put an attribute that is known to be new without a search, if there is room: the usual case. The filter
    /// has taken its name in.
    @inlinable
    @inline(__always)
    mutating func memory(toAppend fingerprint: Fingerprint) -> AttributeMemory? {
        isKnownUniquelyReferenced(&storage) ? ownMemory(toAppend: fingerprint, .max) : nil
    }

    /// The same for a map that nobody shares, unless it already holds `limit` attributes.
    @inlinable
    @inline(__always)
    func ownMemory(toAppend fingerprint: Fingerprint, _ limit: Int) -> AttributeMemory? {
        guard let memory, memory.totalCount < limit, memory.header.pointee.count < memory.header.pointee.capacity,
            memory.filter.insertNew(fingerprint)
        else { return nil }
        return memory
    }

    @inline(never)
    mutating func searchAndSet(_ attribute: consuming Attribute, _ limit: Int) -> Bool {
        if let position = memory?.position(of: attribute.key, attribute.fingerprint) {
            guard let own = makeWritable(at: position) else { return false }
            own.memory.replace(at: own.position, attribute.value)
            return true
        }
        guard count < limit else { return false }
        makeRoom(for: 1)
        memory?.append(attribute)
        return true
    }

    /// Sets some values, looking only once whether the map is its own and has room for them.
    ///
    /// - Parameter maximumCount: The most values that are set.
    @inlinable
    @inline(__always)
    package mutating func setValues(atMost maximumCount: Int, _ body: (inout AttributeWriter) -> Void) {
        guard let memory = memory(withRoomFor: maximumCount) else { return }
        var writer = AttributeWriter(memory: memory)
        body(&writer)
        for attribute in writer.present { set(attribute) }
    }

    @usableFromInline
    mutating func memory(withRoomFor count: Int) -> AttributeMemory? {
        makeRoom(for: count)
        return memory
    }

    /// Sets a value under a prepared name that has none yet; a value that is there stays.
    package mutating func add(_ name: AttributeName, _ value: consuming AttributeValue) {
        if let memory = memory(toAppend: name.fingerprint) {
            memory.place(Attribute(name, value))
        } else if !contains(name) {
            append(unique: name, value)
        }
    }

    /// Adds attributes whose names are known not to be in the map yet, without looking for them.
    package mutating func append(unique attributes: [Attribute]) {
        guard !attributes.isEmpty else { return }
        makeRoom(for: attributes.count)
        for attribute in attributes { memory?.append(attribute) }
    }

    /// Adds an attribute whose name is known not to be in the map yet, without looking for it.
    package mutating func append(unique name: AttributeName, _ value: consuming AttributeValue) {
        makeRoom(for: 1)
        memory?.append(Attribute(name, value))
    }

    private mutating func remove(_ name: String) {
        guard let position = memory?.position(of: name, Fingerprint.of(name)), let own = makeWritable(at: position)
        else { return }
        own.memory.remove(at: own.position)
    }

    /// Where the attributes are; valid until the map changes or goes.
    @inlinable
    @inline(__always)
    var memory: AttributeMemory? {
        guard let storage else { return nil }
        return Unmanaged.passUnretained(storage)._withUnsafeGuaranteedRef { $0.memory }
    }
}

// MARK: - Memory

extension Attributes {
    /// A shared map below this size is copied: going on from it would take more than that.
    private static var smallestBase: Int { 4 }

    /// Sees to it that a number of attributes can be appended to memory of the map's own.
    mutating func makeRoom(for additionalCount: Int) {
        guard let header = memory?.header else { return storage = .make(capacity: additionalCount, base: nil) }
        let (count, capacity) = (header.pointee.count, header.pointee.capacity)
        let isUnique = isKnownUniquelyReferenced(&storage)
        guard !isUnique || count + additionalCount > capacity, let old = storage.take() else { return }
        if isUnique {
            storage = old.moved(capacity: Swift.max(count + additionalCount, 2 * capacity, 4))
        } else if header.pointee.base == nil, count >= Self.smallestBase {
            storage = .make(capacity: Swift.max(additionalCount, 4), base: old)
        } else {
            storage = old.copied(capacity: Swift.max(count + additionalCount, capacity), isFlat: false)
        }
    }

    /// Sees to it that the attribute at a position is in memory of the map's own.
    ///
    /// - Returns: That memory, and the attribute's position there.
    private mutating func makeWritable(at position: Int) -> (memory: AttributeMemory, position: Int)? {
        let isUnique = isKnownUniquelyReferenced(&storage)
        guard let old = storage else { return nil }
        let header = old.memory.header
        let (baseCount, capacity) = (header.pointee.baseCount, header.pointee.capacity)
        if position < baseCount {
            storage = old.copied(capacity: baseCount + capacity, isFlat: true)
        } else if !isUnique {
            storage = old.copied(capacity: capacity, isFlat: false)
        }
        return memory.map { ($0, position - $0.header.pointee.baseCount) }
    }
}

extension Attributes: RandomAccessCollection {
    /// The position of the first attribute.
    public var startIndex: Int { 0 }
    /// The position after the last attribute.
    public var endIndex: Int { count }
    /// How many attributes there are.
    public var count: Int { memory?.totalCount ?? 0 }

    /// The attribute at a position; one without a name beyond the end.
    public subscript(position: Int) -> Attribute {
        guard let memory, position >= 0, position < memory.totalCount else { return Attribute(key: "", value: .null) }
        return memory[position]
    }
}

extension Attributes: ExpressibleByDictionaryLiteral {
    /// Creates a map from a literal; of equal names the last one wins.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.init()
        // The empty literal is the default of many parameters, so it has to cost nothing.
        guard !elements.isEmpty else { return }
        reserveCapacity(elements.count)
        for (key, value) in elements { set(Attribute(key: key, value: value)) }
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
            guard let index = other.memory?.position(of: attribute.key, attribute.fingerprint) else { return false }
            return other[index].value == attribute.value
        }
    }

    /// Feeds a value that does not depend on the order.
    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for attribute in self {
            var hasher = Hasher()
            hasher.combine(attribute.fingerprint)
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
