// SPDX-License-Identifier: MIT

/// A protobuf message taken apart by the rules of the wire format alone: written for the tests, from the
/// specification, and sharing nothing with the code it checks.
struct WireMessage {
    enum Content: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case delimited([UInt8])
    }

    struct Malformed: Error {
        var offset: Int
        var problem: String
    }

    var fields: [(number: Int, content: Content)] = []

    /// Takes the bytes apart; refuses varints that are longer than they need to be.
    init(_ bytes: [UInt8]) throws {
        var cursor = 0
        while cursor < bytes.count {
            let start = cursor
            let key = try Self.varint(bytes, &cursor)
            guard key >= 8 else { throw Malformed(offset: start, problem: "field number zero") }
            fields.append((Int(key / 8), try Self.content(kind: key % 8, bytes, &cursor)))
        }
    }

    private static func content(kind: UInt64, _ bytes: [UInt8], _ cursor: inout Int) throws -> Content {
        func take(_ count: Int) throws -> [UInt8] {
            guard count <= bytes.count - cursor else { throw Malformed(offset: cursor, problem: "ends too early") }
            defer { cursor += count }
            return Array(bytes[cursor..<cursor + count])
        }
        switch kind {
        case 0: return .varint(try varint(bytes, &cursor))
        case 1: return .fixed64(try take(8).enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * $1.offset) })
        case 2: return .delimited(try take(Int(try varint(bytes, &cursor))))
        case 5: return .fixed32(try take(4).enumerated().reduce(0) { $0 | UInt32($1.element) << (8 * $1.offset) })
        default: throw Malformed(offset: cursor, problem: "wire type \(kind)")
        }
    }

    private static func varint(_ bytes: [UInt8], _ cursor: inout Int) throws -> UInt64 {
        let start = cursor
        var groups: [UInt8] = []
        repeat {
            guard cursor < bytes.count, groups.count < 10 else { throw Malformed(offset: start, problem: "varint") }
            groups.append(bytes[cursor])
            cursor += 1
        } while groups[groups.count - 1] >= 128
        if groups.count > 1, groups.last == 0 { throw Malformed(offset: start, problem: "padded varint") }
        return groups.reversed().reduce(0) { $0 * 128 + UInt64($1 & 127) }
    }

    // MARK: - Looking inside

    /// Every content of a field.
    func all(_ number: Int) -> [Content] {
        fields.filter { $0.number == number }.map(\.content)
    }

    /// The messages in a field, along a path of field numbers.
    func messages(_ path: Int...) throws -> [WireMessage] {
        try path.reduce([self]) { found, number in
            try found.flatMap { message in
                try message.all(number).map { content in
                    guard case .delimited(let bytes) = content else {
                        throw Malformed(offset: 0, problem: "no message")
                    }
                    return try WireMessage(bytes)
                }
            }
        }
    }

    /// The texts in a field.
    func texts(_ number: Int) -> [String] {
        all(number).compactMap { content in
            guard case .delimited(let bytes) = content else { return nil }
            return String(validating: bytes, as: UTF8.self)
        }
    }
}
