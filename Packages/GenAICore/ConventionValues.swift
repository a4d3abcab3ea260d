// SPDX-License-Identifier: MIT

/// A set of names of the conventions, for finding the attributes with these names without comparing texts.
@usableFromInline
package struct ConventionNameSet: Sendable {
    /// The number of places. The first one is for names that are not in the set.
    @usableFromInline static var placeCount: Int { 32 }
    /// The place of each name, by its number.
    @usableFromInline let places: [UInt8]

    /// Creates a set of at most 31 different names of the conventions.
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
                // Without a branch: attributes that are not in the set are written to the first place.
                found[Int(places[attribute.pointee.id.number])] = attribute
            }
        }
    }
}

/// Pointers to the attributes with the names of a set, valid during the call that found them.
@usableFromInline
// `@unchecked Sendable`: it is only read, and the attributes that it points to are not changed while it is valid.
package struct ConventionValues: @unchecked Sendable {
    @usableFromInline typealias Place = UnsafePointer<Attribute>?
    @usableFromInline let places: UnsafePointer<Place>?

    @inlinable
    init(places: UnsafePointer<Place>?) {
        self.places = places
    }

    /// Returns the value of the name with that index in the set; `nil` if the map has none.
    @inlinable
    package subscript(index: Int) -> UnsafePointer<AttributeValue>? {
        guard let attribute = places?[index &+ 1] else { return nil }
        return attribute.pointer(to: \.value)
    }
}
