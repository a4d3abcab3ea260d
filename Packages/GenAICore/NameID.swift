// SPDX-License-Identifier: MIT

/// An identifier of an attribute name, which distinguishes most names without comparing their texts.
///
/// The lower 16 bits are a hash of the name. The upper 16 are the name's number if it is in the conventions, and 0
/// otherwise. Equal names have equal identifiers. Different names mostly have different identifiers, and always if one
/// of them is in the conventions. The consequences:
///
/// - Finding a name compares 32-bit numbers, and texts only if those are equal.
/// - A ``NameFilter`` is exact for names of the conventions, with one bit each.
/// - Names of the conventions are interned: an ``AttributeName`` contains the literal, which is immortal, whatever
///   string it was created from, so that freeing a span does not release them.
/// - The keys of the conventions are compiled with their identifiers: Scripts/generate-conventions numbers the names
///   and computes the same hash, and a test compares the two.
///
/// The hash is the same in every process, and collisions are easy to construct. Maps large enough for that to matter
/// use a seeded hash, see ``AttributeStorage/Index``.
@usableFromInline
package struct NameID: Sendable, Hashable {
    @usableFromInline let bits: UInt32

    @inlinable
    init(bits: UInt32) {
        self.bits = bits
    }

    /// Creates the identifier of a name.
    init(of name: borrowing String) {
        let hash = shortHash(name)
        bits = UInt32(NumberedNames.number(of: name, hash)) << 16 | UInt32(hash)
    }

    /// The number of the name in the conventions, counted from 1; 0 for any other name.
    @inlinable
    var number: Int { Int(bits &>> 16) }
}

/// An attribute's name with its identifier.
@usableFromInline
package struct AttributeName: Sendable, Hashable {
    /// The name.
    @usableFromInline package let text: String
    @usableFromInline let id: NameID

    /// Prepares a name. A name of the conventions is replaced by its literal.
    @usableFromInline
    package init(_ text: consuming String) {
        id = NameID(of: text)
        self.text = id.number == 0 ? text : NumberedNames.texts[id.number - 1]
    }

    /// Creates a name with a known identifier.
    @inlinable
    init(_ text: consuming String, _ id: NameID) {
        self.text = text
        self.id = id
    }

    // The empty name has the identifier 0, as hardly any other name does.
    @inlinable
    @inline(__always)
    var isEmpty: Bool { id.bits == 0 && text.isEmpty }

    /// Creates the prepared name of a key.
    package init<Value>(_ key: AttributeKey<Value>) {
        self = key.prepared
    }
}

// MARK: - Filter

/// A Bloom filter over attribute names: exact for the conventions' names, which have one bit each; two bits for every
/// other name, chosen by its hash.
@usableFromInline
struct NameFilter: Sendable {
    /// Three words for the conventions' names, of which there are fewer than 192.
    @usableFromInline var numbered: (UInt64, UInt64, UInt64) = (0, 0, 0)
    /// Two words for each of the two bits of another name.
    private var first: (UInt64, UInt64) = (0, 0)
    private var second: (UInt64, UInt64) = (0, 0)

    /// Returns whether the name may have been inserted. False is certain.
    func mayContain(_ id: NameID) -> Bool {
        let number = id.number
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: number)
        switch number &>> 6 {
        case 0: return number == 0 ? mayContainOther(id) : numbered.0 & bit != 0
        case 1: return numbered.1 & bit != 0
        default: return numbered.2 & bit != 0
        }
    }

    /// Inserts a name.
    ///
    /// - Returns: Whether it is certain that the name was not inserted before.
    @inlinable
    @inline(__always)
    mutating func insert(_ id: NameID) -> Bool {
        let number = id.number
        guard number != 0 else { return insertOther(id) }
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: number)
        return withUnsafeMutablePointer(to: &numbered) { numbered in
            let words = UnsafeMutableRawPointer(numbered).assumingMemoryBound(to: UInt64.self)
            guard words[number &>> 6] & bit == 0 else { return false }
            words[number &>> 6] |= bit
            return true
        }
    }

    private func mayContainOther(_ id: NameID) -> Bool {
        let hash = UInt64(id.bits)
        let (one, other) = (hash & 64 == 0 ? first.0 : first.1, hash & 8192 == 0 ? second.0 : second.1)
        return one &>> hash & other &>> (hash &>> 7) & 1 != 0
    }

    @usableFromInline
    mutating func insertOther(_ id: NameID) -> Bool {
        guard !mayContainOther(id) else { return false }
        let hash = UInt64(id.bits)
        let (one, other): (UInt64, UInt64) = (1 &<< hash, 1 &<< (hash &>> 7))
        if hash & 64 == 0 { first.0 |= one } else { first.1 |= one }
        if hash & 8192 == 0 { second.0 |= other } else { second.1 |= other }
        return true
    }

    @inlinable
    init() {}
}

// MARK: - Hash

/// The numbers of the conventions' names, which the generator lists.
enum NumberedNames {
    private static let hashes = texts.map { shortHash($0) }
    /// An open-addressing table of numbers, indexed by the upper 9 bits of a name's hash; 0 in free slots.
    private static let slots: [UInt8] = {
        var slots = [UInt8](repeating: 0, count: 512)
        for index in texts.indices {
            var slot = hashes[index] >> 7
            while slots[slot] != 0 { slot = (slot + 1) & 511 }
            slots[slot] = UInt8(index + 1)
        }
        return slots
    }()

    /// Returns the number of a name; 0 if the conventions have no such name.
    static func number(of text: borrowing String, _ hash: Int) -> UInt8 {
        let slots = slots
        var slot = hash >> 7
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if hashes[index] == hash, texts[index] == text { return slots[slot] }
            slot = (slot + 1) & 511
        }
        return 0
    }
}

/// Returns a hash of 16 bits.
///
/// Uses the length, the first 8 and the last 16 bytes, in which names of one namespace differ.
package func shortHash(_ text: borrowing String) -> Int {
    text.utf8.withContiguousStorageIfAvailable(shortHash) ?? shortHashOfBridged(copy text)
}

@inline(never)
private func shortHashOfBridged(_ text: String) -> Int {
    // A string bridged from Objective-C.
    var copy = text
    return copy.withUTF8(shortHash)
}

@inline(__always)
private func shortHash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let raw = UnsafeRawBufferPointer(bytes)
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var mixed = UInt64(truncatingIfNeeded: raw.count)
    if raw.count >= 8 {
        mixed = (mixed ^ raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)) &* multiplier
        mixed ^= raw.loadUnaligned(fromByteOffset: max(0, raw.count - 16), as: UInt64.self)
        mixed = mixed &* multiplier ^ raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self)
    } else {
        for byte in raw { mixed = mixed << 8 | UInt64(byte) }
    }
    return Int(truncatingIfNeeded: (mixed &* multiplier) >> 48)
}
