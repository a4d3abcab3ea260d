// SPDX-License-Identifier: MIT

/// Finds the numbers of the conventions' names.
enum NumberedNames {
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
@usableFromInline
// `@unchecked Sendable`: it is only read, and what it points at is not written to as long as it is valid.
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
