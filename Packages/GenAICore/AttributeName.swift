// SPDX-License-Identifier: MIT

/// 16 bits that are equal for equal names and mostly differ for others.
///
/// Looks at the length, the first 8 and the last 16 bytes: names of one namespace differ there.
@usableFromInline
package struct Fingerprint: Sendable, Hashable {
    @usableFromInline let bits: UInt16

    @inlinable
    init(bits: UInt16) {
        self.bits = bits
    }

    /// The fingerprint of a name. A function, not an initializer: those take over what they are given.
    @usableFromInline
    @inline(__always)
    static func of(_ name: borrowing String) -> Fingerprint {
        if let bits = name.utf8.withContiguousStorageIfAvailable(bits) { return Fingerprint(bits: bits) }
        return ofBridged(copy name)
    }

    @inline(never)
    private static func ofBridged(_ name: String) -> Fingerprint {
        // A string bridged from Objective-C.
        var copy = name
        return Fingerprint(bits: copy.withUTF8(bits))
    }

    @inline(__always)
    private static func bits(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt16 {
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
        return UInt16(truncatingIfNeeded: (mixed &* multiplier) >> 48)
    }
}

/// 16 bits that are equal for equal texts and mostly differ for others; not for a text's whole identity.
package func shortHash(_ text: String) -> Int { Int(Fingerprint.of(text).bits) }

/// Promises that a name is absent, or that it may be there: two bits for each fingerprint, one in each half.
@usableFromInline
struct NameFilter: Sendable {
    @usableFromInline var first = BitSet128()
    @usableFromInline var second = BitSet128()

    @inlinable
    init() {}

    @inlinable
    @inline(__always)
    func mayContain(_ fingerprint: Fingerprint) -> Bool {
        let bits = UInt64(truncatingIfNeeded: fingerprint.bits)
        return first.contains(bits) && second.contains(bits &>> 7)
    }

    @inlinable
    @inline(__always)
    mutating func insert(_ fingerprint: Fingerprint) {
        let bits = UInt64(truncatingIfNeeded: fingerprint.bits)
        first.insert(bits)
        second.insert(bits &>> 7)
    }
}

/// A set of numbers from 0 to 127; of larger ones, the last seven bits count.
@usableFromInline
struct BitSet128: Sendable {
    @usableFromInline var low: UInt64 = 0
    @usableFromInline var high: UInt64 = 0

    @inlinable
    init() {}

    @inlinable
    @inline(__always)
    func contains(_ number: UInt64) -> Bool {
        (number & 64 == 0 ? low : high) &>> number & 1 != 0
    }

    @inlinable
    @inline(__always)
    mutating func insert(_ number: UInt64) {
        let bit: UInt64 = 1 &<< number
        if number & 64 == 0 { low |= bit } else { high |= bit }
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
        self.text = text
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

/// Finds out which of some known names attributes have, without comparing each with each.
@usableFromInline
package struct AttributeNameTable: Sendable {
    @usableFromInline let names: [AttributeName]
    /// One more than the index of a name whose fingerprint begins with the slot's number, or that found its own slot
    /// taken; 0 in empty slots.
    @usableFromInline let slots: [UInt8]

    /// Creates a table of different names, at most 128.
    package init(_ names: [String]) {
        self.names = names.prefix(128).map { AttributeName($0) }
        var slots = [UInt8](repeating: 0, count: 256)
        for (index, name) in self.names.enumerated() {
            var slot = Int(name.fingerprint.bits >> 8)
            while slots[slot] != 0 { slot = (slot + 1) & 0xFF }
            slots[slot] = UInt8(index + 1)
        }
        self.slots = slots
    }

    /// Hands over those of some attributes whose names are in the table, each with its name's index.
    @inlinable
    @inline(__always)
    func forEach(of run: UnsafeBufferPointer<Attribute>, _ body: (Int, UnsafePointer<Attribute>) -> Void) {
        guard let start = run.baseAddress else { return }
        slots.withUnsafeBufferPointer { slots in
            names.withUnsafeBufferPointer { names in
                for attribute in start..<start + run.count {
                    var slot = Int(attribute.pointee.fingerprint.bits >> 8)
                    while slots[slot] != 0 {
                        let index = Int(slots[slot]) &- 1
                        if names[index].isName(of: attribute) {
                            body(index, attribute)
                            break
                        }
                        slot = (slot &+ 1) & 0xFF
                    }
                }
            }
        }
    }
}

extension AttributeName {
    @inlinable
    @inline(__always)
    func isName(of attribute: UnsafePointer<Attribute>) -> Bool {
        fingerprint == attribute.pointee.fingerprint && text == attribute.pointee.key
    }
}
