// SPDX-License-Identifier: MIT

/// A dictionary that holds a bounded number of entries and forgets those that were not used for longest.
///
/// Two generations instead of a list of uses: when the young one is full it becomes the old one, and what the old one
/// held and nobody asked for since is forgotten. Constant time per use, at most `capacity` entries, and at least the
/// `capacity / 2` latest ones are remembered.
package struct RecentMap<Key: Hashable, Value> {
    @usableFromInline var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let generationSize: Int
    /// How many entries were forgotten.
    package private(set) var evictedCount = 0

    package init(capacity: Int) {
        generationSize = max(1, capacity / 2)
    }

    package var count: Int { young.count + old.count }

    /// The value of a key, without counting as a use.
    package subscript(key: Key) -> Value? {
        young[key] ?? old[key]
    }

    /// All entries, in no particular order.
    package var entries: [(key: Key, value: Value)] {
        young.map { ($0.key, $0.value) } + old.map { ($0.key, $0.value) }
    }

    /// Changes the value of a key, which counts as a use.
    @inlinable
    @inline(__always)
    package mutating func update<Result>(
        _ key: Key, default initial: @autoclosure () -> Value, _ change: (inout Value) -> Result
    ) -> Result {
        if let index = young.index(forKey: key) { return change(&young.values[index]) }
        makeYoung(key, initial())
        return change(&young[key, default: initial()])
    }

    /// Forgets a key.
    package mutating func removeValue(forKey key: Key) {
        young[key] = nil
        old[key] = nil
    }

    @usableFromInline
    mutating func makeYoung(_ key: Key, _ initial: Value) {
        let value = old.removeValue(forKey: key) ?? initial
        if young.count >= generationSize {
            evictedCount += old.count
            old = young
            young = [:]
        }
        young[key] = value
    }
}
