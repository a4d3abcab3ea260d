// SPDX-License-Identifier: MIT

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
