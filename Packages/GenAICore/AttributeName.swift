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
        return Fingerprint(bits: UInt32(NumberedNames.number(of: name, hash)) << 16 | UInt32(hash))
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
        self.text = fingerprint.number == 0 ? text : NumberedNames.texts[fingerprint.number - 1]
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
