// SPDX-License-Identifier: MIT

/// Tells names apart without comparing their texts: equal for equal names, and mostly different for others.
///
/// Sixteen bits of hash, below the number of the name if it is one of the conventions: no other name has that.
@usableFromInline
package struct Fingerprint: Sendable, Hashable {
    @usableFromInline let bits: UInt32

    @inlinable
    init(bits: UInt32) {
        self.bits = bits
    }

    /// Sixteen bits that spread well.
    var hash: Int { Int(bits & 0xFFFF) }

    /// The name's place among the conventions' names, from 1; 0 for any other name.
    @inlinable
    var number: Int { Int(bits &>> 16) }

    /// The fingerprint of a name. A function, not an initializer: those take over what they are given.
    @usableFromInline
    static func of(_ name: borrowing String) -> Fingerprint {
        let hash = shortHash(name)
        return Fingerprint(bits: UInt32(ConventionNames.number(of: name, hash)) << 16 | UInt32(hash))
    }
}

/// 16 bits that are equal for equal texts and mostly differ for others; not for a text's whole identity.
///
/// Looks at the length, the first 8 and the last 16 bytes: names of one namespace differ there.
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

/// Promises that a name is absent, or that it may be there.
///
/// One bit for each name of the conventions, so that of those it is certain; two bits for each other name, found by its
/// hash. Used where it lies, by pointer.
@usableFromInline
struct NameFilter: Sendable {
    @usableFromInline typealias Words = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    /// Three words for the conventions' names, of which there are below 192, and two times two for the others.
    @usableFromInline var words: Words = (0, 0, 0, 0, 0, 0, 0)

    @inlinable
    init() {}
}

extension UnsafeMutablePointer<NameFilter> {
    @inlinable
    @inline(__always)
    var words: UnsafeMutablePointer<UInt64> {
        // All of the filter, and memory of a tuple of equal types is memory of that type.
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt64.self)
    }

    @inlinable
    @inline(__always)
    func mayContain(_ fingerprint: Fingerprint) -> Bool {
        let number = fingerprint.number
        guard number == 0 else { return words[number &>> 6] &>> UInt64(number) & 1 != 0 }
        let (first, second) = otherWords(fingerprint)
        let hash = UInt64(fingerprint.bits)
        return first.pointee &>> hash & second.pointee &>> (hash &>> 7) & 1 != 0
    }

    /// Where the two bits are of a name that is none of the conventions: in the words, its hash's bits 0 and 7 onward.
    @inlinable
    @inline(__always)
    func otherWords(
        _ fingerprint: Fingerprint
    ) -> (first: UnsafeMutablePointer<UInt64>, second: UnsafeMutablePointer<UInt64>) {
        let bits = Int(fingerprint.bits)
        return (words + 3 + (bits &>> 6 & 1), words + 5 + (bits &>> 13 & 1))
    }

    /// Takes a name in, unless it may be there.
    ///
    /// - Returns: Whether it has been taken in.
    @inlinable
    @inline(__always)
    func insertNew(_ fingerprint: Fingerprint) -> Bool {
        let number = fingerprint.number
        guard number != 0 else { return insertOther(fingerprint) }
        let bit: UInt64 = 1 &<< UInt64(number)
        guard words[number &>> 6] & bit == 0 else { return false }
        words[number &>> 6] |= bit
        return true
    }

    @usableFromInline
    func insertOther(_ fingerprint: Fingerprint) -> Bool {
        guard !mayContain(fingerprint) else { return false }
        insert(fingerprint)
        return true
    }

    /// Takes a name in.
    func insert(_ fingerprint: Fingerprint) {
        guard fingerprint.number == 0 else { return _ = insertNew(fingerprint) }
        let (first, second) = otherWords(fingerprint)
        let hash = UInt64(fingerprint.bits)
        first.pointee |= 1 &<< hash
        second.pointee |= 1 &<< (hash &>> 7)
    }
}

/// An attribute's name with its fingerprint.
@usableFromInline
package struct AttributeName: Sendable, Hashable {
    /// The name.
    @usableFromInline package let text: String
    @usableFromInline let fingerprint: Fingerprint

    /// Prepares a name.
    @usableFromInline
    package init(_ text: consuming String) {
        fingerprint = Fingerprint.of(text)
        // A name of the conventions is always the literal, so that nobody need let go of it.
        self.text = fingerprint.number == 0 ? text : ConventionNames.texts[fingerprint.number - 1]
    }

    /// Takes over a name whose fingerprint is known.
    @inlinable
    init(_ text: consuming String, _ fingerprint: Fingerprint) {
        self.text = text
        self.fingerprint = fingerprint
    }

    /// The prepared name of a key.
    package init<Value>(_ key: AttributeKey<Value>) {
        self = key.prepared
    }
}

/// Finds the numbers of the conventions' names.
enum ConventionNames {
    private static let hashes = texts.map { shortHash($0) }
    /// The numbers of names, each at the slot its hash begins with, or the next free one; 0 in free slots.
    private static let slots: [UInt8] = {
        var slots = [UInt8](repeating: 0, count: 512)
        for index in texts.indices {
            var slot = hashes[index] >> 7
            while slots[slot] != 0 { slot = (slot + 1) & 511 }
            slots[slot] = UInt8(index + 1)
        }
        return slots
    }()

    /// The number of a name; 0 if the conventions have no such name.
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

/// Some of the conventions' names, to find the attributes that have them without comparing texts.
@usableFromInline
package struct ConventionNameSet: Sendable {
    /// How many places there are; the first one is for what is not looked for.
    @usableFromInline static var placeCount: Int { 32 }
    /// The place of the name with that number.
    @usableFromInline let places: [UInt8]

    /// Creates a set of different names of the conventions, at most 31.
    package init(_ names: [AttributeName]) {
        var places = [UInt8](repeating: 0, count: 256)
        for (index, name) in names.prefix(Self.placeCount - 1).enumerated() where name.fingerprint.number != 0 {
            places[name.fingerprint.number] = UInt8(index + 1)
        }
        self.places = places
    }

    @inlinable
    @inline(__always)
    func find(in run: UnsafeBufferPointer<Attribute>, _ found: UnsafeMutableBufferPointer<ConventionValues.Place>) {
        guard let start = run.baseAddress, let found = found.baseAddress else { return }
        places.withUnsafeBufferPointer { places in
            for attribute in start..<start + run.count {
                // Without a branch: the first place takes what nobody looks for.
                found[Int(places[attribute.pointee.fingerprint.number])] = attribute
            }
        }
    }
}

/// Where the attributes lie that have the names of a set; valid while their map is looked into.
///
/// `@unchecked Sendable`: it is only read, and what it points at is not written to as long as it is valid.
@usableFromInline
package struct ConventionValues: @unchecked Sendable {
    @usableFromInline typealias Place = UnsafePointer<Attribute>?
    @usableFromInline let places: UnsafePointer<Place>?

    @inlinable
    init(places: UnsafePointer<Place>?) {
        self.places = places
    }

    /// The value of the set's name with that index, if the map has one.
    @inlinable
    package subscript(index: Int) -> UnsafePointer<AttributeValue>? {
        guard let attribute = places?[index &+ 1] else { return nil }
        return attribute.pointer(to: \.value)
    }
}
