// SPDX-License-Identifier: MIT

/// 16 bits that are equal for equal names and mostly differ for others.
///
/// Looks at the length and the last 16 bytes only: names of one namespace differ there.
struct Fingerprint: Sendable, Hashable {
    let bits: UInt16

    /// The fingerprint of a name. A function, not an initializer: those take over what they are given.
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

/// Promises that a name is absent, or that it may be there: one bit of 128 for each fingerprint.
struct NameFilter: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    @inline(__always)
    func mayContain(_ fingerprint: Fingerprint) -> Bool {
        (fingerprint.bits >> 15 == 0 ? low : high) & Self.bit(fingerprint) != 0
    }

    @inline(__always)
    mutating func insert(_ fingerprint: Fingerprint) {
        if fingerprint.bits >> 15 == 0 { low |= Self.bit(fingerprint) } else { high |= Self.bit(fingerprint) }
    }

    @inline(__always)
    private static func bit(_ fingerprint: Fingerprint) -> UInt64 {
        1 &<< UInt64(truncatingIfNeeded: fingerprint.bits >> 9)
    }
}

/// An attribute's name that is used often, with its fingerprint worked out once.
package struct AttributeName: Sendable {
    /// The name.
    package let text: String
    let fingerprint: Fingerprint

    /// Prepares a name, which must not be empty.
    package init(_ text: String) {
        self.text = text
        fingerprint = Fingerprint.of(text)
    }

    /// Prepares the name of a key.
    package init<Value>(_ key: AttributeKey<Value>) {
        self.init(key.name)
    }
}

/// Finds out which of some known names attributes have, without comparing each with each.
package struct AttributeNameTable: Sendable {
    private let names: [AttributeName]
    /// One more than the index of a name whose fingerprint begins with the slot's number, or that found its own slot
    /// taken; 0 in empty slots.
    private let slots: [UInt8]

    /// Creates a table of different names, at most 32.
    package init(_ names: [String]) {
        self.names = names.prefix(AttributePositions.capacity).map { AttributeName($0) }
        var slots = [UInt8](repeating: 0, count: 256)
        for (index, name) in self.names.enumerated() {
            var slot = Int(name.fingerprint.bits >> 8)
            while slots[slot] != 0 { slot = (slot + 1) & 0xFF }
            slots[slot] = UInt8(index + 1)
        }
        self.slots = slots
    }

    @inline(__always)
    func withSlots(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        slots.withUnsafeBufferPointer(body)
    }

    /// The index of an attribute's name among those that the table was made of.
    @inline(__always)
    func index(of attribute: borrowing Attribute, _ slots: UnsafeBufferPointer<UInt8>) -> Int? {
        let slot = Int(attribute.fingerprint.bits >> 8)
        return slots[slot] == 0 ? nil : search(attribute, from: slot)
    }

    private func search(_ attribute: borrowing Attribute, from start: Int) -> Int? {
        var slot = start
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if names[index].fingerprint == attribute.fingerprint, names[index].text == attribute.key { return index }
            slot = (slot + 1) & 0xFF
        }
        return nil
    }
}

/// Where the names of a table are in a map, until the map changes.
package struct AttributePositions {
    static var capacity: Int { 32 }

    /// One more than the position; 0 where the name is absent.
    @usableFromInline
    var positions = SIMD32<UInt16>()

    /// Whether the map has the name.
    @inlinable  // asked for each name of the table
    package func contains(_ index: Int) -> Bool { positions[index] != 0 }

    @inline(__always)
    subscript(index: Int) -> Int { Int(positions[index]) }

    @inline(__always)
    mutating func set(_ index: Int, _ position: Int) {
        positions[index] = UInt16(truncatingIfNeeded: Swift.min(position, Int(UInt16.max)))
    }
}
