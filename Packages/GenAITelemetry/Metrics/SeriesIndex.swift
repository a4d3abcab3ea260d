// SPDX-License-Identifier: MIT
import GenAICore

/// Numbers the attribute sets of one stream from zero, in the order in which they first occurred.
struct SeriesIndex: Sendable {
    /// The attribute sets by number.
    private(set) var attributes: [Attributes] = []
    private var hashes: [UInt64] = []
    // Open addressing with linear probing, at most half full; -1 is a free slot.
    private var slots: [Int32] = []

    /// The approximate size of the sets in bytes.
    private(set) var byteCount = 0

    var count: Int { attributes.count }

    /// Creates an index with capacity for a number of sets.
    init(capacity: Int = 0) {
        guard capacity > 0 else { return }
        attributes.reserveCapacity(capacity)
        hashes.reserveCapacity(capacity)
        slots = Array(repeating: -1, count: Self.slotCount(for: capacity))
    }

    /// Returns the number of a set. Only the attributes that pass the filter are compared.
    func find(_ hash: UInt64, _ sought: Attributes, filter: AttributeFilter?) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if hashes[number] == hash, matches(attributes[number], sought, filter) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Returns whether a number still refers to a set with this hash.
    func holds(_ number: Int, _ hash: UInt64) -> Bool {
        number < hashes.count && hashes[number] == hash
    }

    /// Adds a set that ``find(_:_:filter:)`` did not find.
    mutating func insert(_ hash: UInt64, _ set: Attributes) -> Int {
        if slots.count < Self.slotCount(for: count + 1) { rehash(for: count + 1) }
        attributes.append(set)
        byteCount &+= set.approximateByteCount
        hashes.append(hash)
        place(count - 1)
        return count - 1
    }

    private mutating func rehash(for capacity: Int) {
        slots = Array(repeating: -1, count: Self.slotCount(for: capacity))
        for number in hashes.indices { place(number) }
    }

    private mutating func place(_ number: Int) {
        var slot = Int(truncatingIfNeeded: hashes[number]) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(truncatingIfNeeded: number)
    }

    private func matches(_ known: Attributes, _ sought: Attributes, _ filter: AttributeFilter?) -> Bool {
        guard let filter else { return known == sought }
        var found = 0
        for attribute in sought where filter.keeps(attribute.key) {
            guard known[attribute.key] == attribute.value else { return false }
            found += 1
        }
        return found == known.count
    }

    private static func slotCount(for capacity: Int) -> Int {
        var count = 16
        while count < capacity * 2 { count *= 2 }
        return count
    }
}
