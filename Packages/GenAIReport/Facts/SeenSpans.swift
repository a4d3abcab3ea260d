// SPDX-License-Identifier: MIT
import GenAICore

/// The latest spans that were added, so that one that was delivered twice counts once.
///
/// Holds at least the latest million, in at most 32 MiB: each as a hash of 64 bits, which any two of a million spans
/// share with a probability of one in thirty million.
struct SeenSpans {
    /// The number of spans in each of the two tables.
    private let capacity: Int
    private var latest = Table()
    private var earlier = Table()

    init(capacity: Int = 1 << 20) {
        self.capacity = capacity
    }

    /// Adds a span. Returns whether it is new.
    mutating func insert(_ trace: TraceID, _ span: SpanID) -> Bool {
        let key = Self.key(trace, span)
        if earlier.contains(key) { return false }
        guard latest.insert(key) else { return false }
        if latest.count == capacity {
            earlier = latest
            latest = Table()
        }
        return true
    }

    /// The hash of a span, never zero. Source: the finaliser of MurmurHash3.
    private static func key(_ trace: TraceID, _ span: SpanID) -> UInt64 {
        var key = span.rawValue
        for word in [trace.low, trace.high] {
            key ^= key >> 33
            key = key &* 0xFF51_AFD7_ED55_8CCD
            key ^= key >> 33
            key = (key ^ word) &* 0xC4CE_B9FE_1A85_EC53
        }
        key ^= key >> 33
        return key == 0 ? 1 : key
    }

    /// A set of hashes with open addressing; zero marks an empty slot.
    private struct Table {
        private var slots = [UInt64](repeating: 0, count: 1 << 10)
        private(set) var count = 0

        func contains(_ key: UInt64) -> Bool { slots[position(of: key)] == key }

        mutating func insert(_ key: UInt64) -> Bool {
            let position = position(of: key)
            guard slots[position] != key else { return false }
            slots[position] = key
            count += 1
            if count * 2 > slots.count { grow() }
            return true
        }

        /// The slot of a hash, or the empty one that it belongs into.
        private func position(of key: UInt64) -> Int {
            var position = Int(truncatingIfNeeded: key) & (slots.count - 1)
            while slots[position] != 0, slots[position] != key { position = (position + 1) & (slots.count - 1) }
            return position
        }

        private mutating func grow() {
            let old = slots
            slots = [UInt64](repeating: 0, count: old.count * 2)
            for key in old where key != 0 { slots[position(of: key)] = key }
        }
    }
}
