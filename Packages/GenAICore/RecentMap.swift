// SPDX-License-Identifier: MIT

/// A dictionary that holds a bounded number of entries and forgets those that were not used for longest.
///
/// Two generations instead of a list of uses: when the young one is full it becomes the old one, and what the old one
/// held and nobody asked for since is forgotten. Constant time per use, at most `capacity` entries, and at least the
/// `capacity / 2` latest ones are remembered, as long as their keys are not large: keys are bounded in bytes as well.
///
/// Not for users. Public under a name that has to be asked for, because the compiler specialises generic code in
/// another module only when it is public and inlinable: a use by the ledger, of which each call makes five, takes
/// 40 ns instead of 64.
@_spi(GenAI) public struct RecentMap<Key: Hashable, Value> {
    @usableFromInline var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let generationSize: Int
    private let generationByteCount: Int
    private var youngByteCount = 0
    private let byteCount: (@Sendable (Key) -> Int)?
    /// The number of entries that were evicted.
    public private(set) var evictedCount = 0
    /// Changes when the entries become old. Until then what has been used need not be used again to be remembered.
    public private(set) var generation = 0

    /// Creates an empty map.
    ///
    /// - Parameters:
    ///   - capacity: How many entries are kept at most.
    ///   - byteCapacity: How many bytes their keys may take together. One that takes more than half of it is kept alone.
    ///   - byteCount: The size of a key, asked once for each that is new; `nil` where they are all of one size.
    public init(capacity: Int, byteCapacity: Int, byteCount: (@Sendable (Key) -> Int)?) {
        generationSize = max(1, capacity / 2)
        generationByteCount = max(1, byteCapacity / 2)
        self.byteCount = byteCount
    }

    /// Creates an empty map for a number of entries, whose keys are all of one size.
    public init(capacity: Int) {
        self.init(capacity: capacity, byteCapacity: .max, byteCount: nil)
    }

    /// The number of entries that are kept.
    public var count: Int { young.count + old.count }

    /// The value of a key, without counting as a use.
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

    /// Forgets a key.
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
    /// Creates an empty map for a number of entries whose keys take no more than 16 MiB together.
    public init(capacity: Int) {
        self.init(capacity: capacity, byteCapacity: 16 << 20) { $0.utf8.count }
    }
}
