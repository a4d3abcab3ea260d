// SPDX-License-Identifier: MIT

import Synchronization

/// A cache from names to rows, in a fixed amount of memory and without locks.
///
/// Each slot is two words, `key ^ value` and `value`. A reader that sees half of another thread's write gets a key that
/// is not its own and treats it as a miss, so no lock is needed. Names are not stored, only 128-bit seeded hashes. 26
/// bits of the second half are stored in the value, so that 90 bits must agree. New names overwrite old ones, so a
/// flood of distinct names costs time, never memory.
///
/// `@unchecked Sendable`: `words` points to memory allocated in `init`, never resized, freed only in `deinit`, and
/// touched in between only through the atomics it holds.
final class PriceMemo: @unchecked Sendable {
    struct Key {
        var first: UInt64
        var second: UInt64
    }

    static let slotCount = 2_048
    /// The number of bits of a value.
    static let valueBits: UInt64 = 38

    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let seeds: (UInt64, UInt64)

    init() {
        words = .allocate(capacity: Self.slotCount * 2)
        for index in 0..<Self.slotCount * 2 { (words + index).initialize(to: Atomic(0)) }
        seeds = (.random(in: 1 ... .max), .random(in: 1 ... .max))
    }

    deinit {
        words.deinitialize(count: Self.slotCount * 2)
        words.deallocate()
    }

    /// Returns the value stored for a key. Zero is never a value.
    func value(for key: Key) -> UInt64? {
        let slot = Int(truncatingIfNeeded: key.second) & (Self.slotCount - 1)
        return value(at: slot, key) ?? value(at: slot ^ 1, key)
    }

    private func value(at slot: Int, _ key: Key) -> UInt64? {
        let value = words[slot * 2 + 1].load(ordering: .relaxed)
        guard words[slot * 2].load(ordering: .relaxed) ^ value == key.first, value != 0,
            value >> Self.valueBits == key.second >> Self.valueBits
        else { return nil }
        return value & (1 << Self.valueBits - 1)
    }

    /// Stores a value in place of the slot's previous one.
    func store(_ value: UInt64, for key: Key) {
        guard value != 0, value >> Self.valueBits == 0 else { return }
        let slot = Int(truncatingIfNeeded: key.second) & (Self.slotCount - 1)
        let isTaken = words[slot * 2 + 1].load(ordering: .relaxed) != 0
        let index = isTaken && key.first & 1 == 1 ? slot ^ 1 : slot
        let word = value | (key.second & ~(1 << Self.valueBits - 1))
        words[index * 2].store(key.first ^ word, ordering: .relaxed)
        words[index * 2 + 1].store(word, ordering: .relaxed)
    }
}

// MARK: - Hashing

extension PriceMemo {
    /// Returns the key of all facts about a call's model; `nil` if any of them is too long to be a name.
    ///
    /// Allocates nothing for native strings.
    func key(_ model: String?, _ requestModel: String?, _ provider: String?, _ apiURL: String?) -> Key? {
        var hash = NameHash(seeds: seeds)
        guard hash.combine(model, as: 1), hash.combine(requestModel, as: 2), hash.combine(provider, as: 3),
            hash.combine(apiURL, as: 4)
        else { return nil }
        return Key(first: hash.first, second: hash.second)
    }
}

/// Two seeded lanes of multiply-and-fold over eight bytes at a time.
private struct NameHash {
    var first: UInt64
    var second: UInt64

    init(seeds: (UInt64, UInt64)) {
        (first, second) = seeds
    }

    /// Hashes an optional string together with its role and length. Returns false if it is too long to be a name.
    @inline(__always)
    mutating func combine(_ string: String?, as part: UInt64) -> Bool {
        guard let string else { return true }
        guard let next = combined(string, as: part) else { return false }
        self = next
        return true
    }

    // Not inlined: four copies would evict other code from the instruction cache. Returns the state, since it fits in
    // registers.
    @inline(never)
    private func combined(_ string: String, as part: UInt64) -> NameHash? {
        var next = self
        let short: Bool? = string.utf8.withContiguousStorageIfAvailable {
            next.combine(UnsafeRawBufferPointer($0), as: part)
        }
        return short ?? next.combineBridged(string, as: part) ? next : nil
    }

    @inline(never)
    private mutating func combineBridged(_ string: String, as part: UInt64) -> Bool {
        Array(string.utf8).withUnsafeBytes { combine($0, as: part) }
    }

    @inline(__always)
    private mutating func combine(_ bytes: UnsafeRawBufferPointer, as part: UInt64) -> Bool {
        guard bytes.count <= NameForms.longestName else { return false }
        var offset = 0
        while offset &+ 8 < bytes.count {
            fold(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        first &+= UInt64(truncatingIfNeeded: bytes.count) | part << 32
        fold(Self.lastWord(of: bytes))
        return true
    }

    /// Returns the last eight bytes, or all if there are fewer. Some bytes may be hashed twice; the length makes the
    /// result unambiguous.
    @inline(__always)
    private static func lastWord(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        if count >= 8 { return bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) }
        if count >= 4 {
            let high = bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            return UInt64(high) << 32 | UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    @inline(__always)
    private mutating func fold(_ word: UInt64) {
        let one = (first ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        let two = (second &+ word).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        first = one.high ^ one.low ^ second
        second = two.high ^ two.low &+ word
    }
}
