// SPDX-License-Identifier: MIT

/// Reads the fields of one protobuf message. Implements only the wire format.
///
/// Source: protobuf encoding specification.
package struct ProtobufReader {
    /// The content of a field.
    package enum Value {
        case varint(UInt64)
        case fixed(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    /// The bytes are not a protobuf message.
    package struct Malformed: Error {}

    private var rest: ArraySlice<UInt8>

    /// Begins at a message's first byte.
    package init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// Returns the next field; `nil` at the end.
    package mutating func next() throws(Malformed) -> (field: UInt64, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        guard tag >> 3 != 0 else { throw Malformed() }
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try varint()))
        case 1: return (tag >> 3, .fixed(little(try take(8))))
        case 2: return (tag >> 3, .bytes(try take(try varint())))
        case 5: return (tag >> 3, .fixed(little(try take(4))))
        default: throw Malformed()
        }
    }

    private mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw Malformed() }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }

    private mutating func take(_ length: UInt64) throws(Malformed) -> ArraySlice<UInt8> {
        guard length <= UInt64(rest.count) else { throw Malformed() }
        let taken = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        return taken
    }

    private func little(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
