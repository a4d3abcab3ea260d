// SPDX-License-Identifier: MIT

/// A dictionary with a limited number of entries, which evicts the least recently used ones.
///
/// Uses two generations instead of a list of uses: when the young one is full, it becomes the old one, and the entries
/// of the previous old one that were not used since are evicted. Each use takes constant time. The map contains at most
/// `capacity` entries, and at least the latest `capacity / 2`, unless their keys are large, because the size of the
/// keys is limited too.
///
/// Not for users. It is public with `@_spi` because the compiler specialises generic code of another module only if it
/// is public and inlinable, which makes each use by the ledger much faster.
@_spi(GenAI) public struct RecentMap<Key: Hashable, Value> {
    @usableFromInline var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let generationSize: Int
    private let generationByteCount: Int
    private var youngByteCount = 0
    private let byteCount: (@Sendable (Key) -> Int)?
    /// The number of evicted entries.
    public private(set) var evictedCount = 0
    /// A number that changes when the entries become old. Until then, an entry that has been used need not be used
    /// again to be kept.
    public private(set) var generation = 0

    /// Creates an empty map.
    ///
    /// - Parameters:
    ///   - capacity: The maximum number of entries.
    ///   - byteCapacity: The maximum size of all keys in bytes. A key that takes more than half of it is the only one
    ///     kept.
    ///   - byteCount: Returns the size of a key, called once for each new one; `nil` if all keys have the same size.
    public init(capacity: Int, byteCapacity: Int, byteCount: (@Sendable (Key) -> Int)?) {
        generationSize = max(1, capacity / 2)
        generationByteCount = max(1, byteCapacity / 2)
        self.byteCount = byteCount
    }

    /// Creates an empty map for a number of entries whose keys all have the same size.
    public init(capacity: Int) {
        self.init(capacity: capacity, byteCapacity: .max, byteCount: nil)
    }

    /// The number of entries.
    public var count: Int { young.count + old.count }

    /// The value of a key. Reading it does not count as a use.
    public subscript(key: Key) -> Value? {
        young[key] ?? old[key]
    }

    /// All entries, in no particular order.
    public var entries: [(key: Key, value: Value)] {
        young.map { ($0.key, $0.value) } + old.map { ($0.key, $0.value) }
    }

    /// Changes the value of a key, which counts as a use.
    @inlinable
    public mutating func update<Result>(
        _ key: Key, default initial: @autoclosure () -> Value, _ change: (inout Value) -> Result
    ) -> Result {
        if let index = young.index(forKey: key) { return change(&young.values[index]) }
        makeYoung(key, initial())
        return change(&young[key, default: initial()])
    }

    /// Removes a key.
    public mutating func removeValue(forKey key: Key) {
        if young.removeValue(forKey: key) != nil { youngByteCount &-= byteCount?(key) ?? 0 }
        old[key] = nil
    }

    @usableFromInline
    mutating func makeYoung(_ key: Key, _ initial: Value) {
        let value = old.removeValue(forKey: key) ?? initial
        let size = byteCount?(key) ?? 0
        if young.count >= generationSize || youngByteCount &+ size > generationByteCount && !young.isEmpty {
            evictedCount += old.count
            generation &+= 1
            old = young
            young = [:]
            youngByteCount = 0
        }
        young[key] = value
        youngByteCount &+= size
    }
}

extension RecentMap where Key == String {
    /// Creates an empty map for a number of entries whose keys take at most 16 MiB together.
    public init(capacity: Int) {
        self.init(capacity: capacity, byteCapacity: 16 << 20) { $0.utf8.count }
    }
}
