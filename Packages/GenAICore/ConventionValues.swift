// SPDX-License-Identifier: MIT

/// Some of the conventions' names, to find the attributes that have them without comparing texts.
@usableFromInline
package struct ConventionNameSet: Sendable {
    /// The number of places; the first one is for names that are not in the set.
    @usableFromInline static var placeCount: Int { 32 }
    /// The place of the name with that number.
    @usableFromInline let places: [UInt8]

    /// Creates a set of different names of the conventions, at most 31.
    package init(_ names: [AttributeName]) {
        var places = [UInt8](repeating: 0, count: 256)
        for (index, name) in names.prefix(Self.placeCount - 1).enumerated() where name.id.number != 0 {
            places[name.id.number] = UInt8(index + 1)
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
                found[Int(places[attribute.pointee.id.number])] = attribute
            }
        }
    }
}

/// Pointers to the attributes that have the names of a set; valid while their map is looked into.
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
