// SPDX-License-Identifier: MIT

/// Writes protobuf's wire format into one buffer that is reused for later exports. Implements only the wire format.
///
/// The output is canonical: minimal varints, and fields in the order of the calls. A nested message is written in
/// place: the width of its length is guessed, and the body moved by a byte or two if the guess was wrong. A first pass
/// for the sizes would traverse every attribute twice, and padded varints, although legal, would make equal messages
/// differ. Small messages whose size is easy to compute use ``header(_:length:)`` and move nothing.
///
/// Source: protobuf encoding specification, proto3.
struct ProtobufWriter: ~Copyable {
    // Raw memory, because an array checks for uniqueness and capacity on every append, which costs more than the bytes
    // of a short field.
    private var base = UnsafeMutablePointer<UInt8>.allocate(capacity: 4_096)
    private var capacity = 4_096
    /// The number of bytes written.
    private(set) var count = 0

    deinit {
        base.deallocate()
    }

    /// Calls `body` with the written bytes.
    func withBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows -> Value {
        try body(UnsafeBufferPointer(start: base, count: count))
    }

    /// Removes the written bytes. Frees memory beyond `limit` bytes.
    mutating func reset(keeping limit: Int = .max) {
        count = 0
        if capacity > limit { resize(to: limit) }
    }

    // MARK: - Fields

    /// Writes a varint field of any integer type; zero is left out unless `always`.
    mutating func varint(_ field: Int, _ value: UInt64, always: Bool = false) {
        guard value != 0 || always else { return }
        var cursor = reserve(15)
        Self.put(UInt64(field << 3), at: &cursor)
        Self.put(value, at: &cursor)
        count = cursor - base
    }

    /// Writes a `bool` field; false is left out unless `always`.
    mutating func bool(_ field: Int, _ value: Bool, always: Bool = false) {
        varint(field, value ? 1 : 0, always: always)
    }

    /// Writes a `fixed64` or `sfixed64` field; zero is left out unless `always`.
    mutating func fixed64(_ field: Int, _ value: UInt64, always: Bool = false) {
        guard value != 0 || always else { return }
        var cursor = reserve(13)
        Self.put(UInt64(field << 3 | 1), at: &cursor)
        Self.put(fixed: value, at: &cursor)
        count = cursor - base
    }

    /// Writes a `double` field; positive zero is left out unless `always`.
    mutating func double(_ field: Int, _ value: Double, always: Bool = false) {
        fixed64(field, value.bitPattern, always: always)
    }

    /// Writes a `fixed32` field; zero is left out.
    mutating func fixed32(_ field: Int, _ value: UInt32) {
        guard value != 0 else { return }
        var cursor = reserve(9)
        Self.put(UInt64(field << 3 | 5), at: &cursor)
        Self.put(fixed: value, at: &cursor)
        count = cursor - base
    }

    /// Writes a `string` field; empty text is left out unless `always`.
    @inline(__always)
    mutating func string(_ field: Int, _ text: String, always: Bool = false) {
        let length = text.utf8.count
        guard length > 0 || always else { return }
        header(field, length: length)
        if text.utf8.withContiguousStorageIfAvailable({ append($0) }) == nil { text.utf8.forEach { append($0) } }
    }

    /// Writes a `bytes` field; an empty one is left out unless `always`.
    mutating func bytes(_ field: Int, _ data: [UInt8], always: Bool = false) {
        guard !data.isEmpty || always else { return }
        header(field, length: data.count)
        data.withUnsafeBufferPointer { append($0) }
    }

    /// Writes a `bytes` field that holds whole words, the most significant byte first, such as trace and span
    /// identifiers.
    mutating func bytes(_ field: Int, words first: UInt64, _ second: UInt64? = nil) {
        header(field, length: second == nil ? 8 : 16)
        var cursor = reserve(16)
        Self.put(fixed: first.byteSwapped, at: &cursor)
        if let second { Self.put(fixed: second.byteSwapped, at: &cursor) }
        count = cursor - base
    }

    /// Writes a packed field of `fixed64` or `double` bit patterns; an empty one is left out.
    mutating func packed(_ field: Int, _ values: some Collection<UInt64>) {
        guard !values.isEmpty else { return }
        header(field, length: values.count * 8)
        var cursor = reserve(values.count * 8)
        for value in values { Self.put(fixed: value, at: &cursor) }
        count = cursor - base
    }

    /// Writes a packed field of varints; an empty one is left out.
    mutating func packed(_ field: Int, varints values: [UInt64]) {
        guard !values.isEmpty else { return }
        header(field, length: values.reduce(0) { $0 + Self.size(ofVarint: $1) })
        var cursor = reserve(values.count * 10)
        for value in values { Self.put(value, at: &cursor) }
        count = cursor - base
    }

    /// Writes a message field, even if it is empty; the closure writes the body.
    ///
    /// - Parameter expecting: The expected length of the body. A wrong value only costs time.
    @inline(__always)
    mutating func message(_ field: Int, expecting guess: Int, _ body: (inout ProtobufWriter) -> Void) {
        let width = Self.size(ofVarint: UInt64(guess))
        var cursor = reserve(15)
        Self.put(UInt64(field << 3 | 2), at: &cursor)
        let start = cursor - base + width
        count = start
        body(&self)
        closeMessage(from: start, width: width)
    }

    /// Writes the beginning of a string, bytes or message field whose content, of exactly `length` bytes, follows.
    @inline(__always)
    mutating func header(_ field: Int, length: Int) {
        var cursor = reserve(15)
        Self.put(UInt64(field << 3 | 2), at: &cursor)
        Self.put(UInt64(length), at: &cursor)
        count = cursor - base
    }

    /// Returns the number of bytes of a varint.
    static func size(ofVarint value: UInt64) -> Int {
        (70 - (value | 1).leadingZeroBitCount) / 7
    }

    /// Returns the number of bytes of a string, bytes or message field with content of `length` bytes.
    static func size(_ field: Int, length: Int) -> Int {
        size(ofVarint: UInt64(field << 3)) + size(ofVarint: UInt64(length)) + length
    }
}

// MARK: - Memory

extension ProtobufWriter {
    private mutating func closeMessage(from start: Int, width: Int) {
        let length = count - start
        let shift = Self.size(ofVarint: UInt64(length)) - width
        if shift != 0 {
            _ = reserve(max(0, shift))
            (base + start + shift).update(from: base + start, count: length)
        }
        var cursor = base + start - width
        Self.put(UInt64(length), at: &cursor)
        count = cursor - base + length
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    private mutating func append(_ byte: UInt8) {
        reserve(1).pointee = byte
        count += 1
    }

    // Cursors are local variables: bytes written through a pointer might be the writer's own fields, so the compiler
    // would reload those after each byte.

    /// Writes up to ten bytes into reserved space.
    @inline(__always)
    private static func put(_ varint: UInt64, at cursor: inout UnsafeMutablePointer<UInt8>) {
        var rest = varint
        while rest >= 0x80 {
            cursor.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
            cursor += 1
            rest >>= 7
        }
        cursor.pointee = UInt8(truncatingIfNeeded: rest)
        cursor += 1
    }

    /// Writes the bytes of a word in little-endian order into reserved space.
    @inline(__always)
    private static func put<Word: FixedWidthInteger>(fixed word: Word, at cursor: inout UnsafeMutablePointer<UInt8>) {
        UnsafeMutableRawPointer(cursor).storeBytes(of: word.littleEndian, as: Word.self)
        cursor += MemoryLayout<Word>.size
    }

    /// Reserves space for a number of bytes, and returns its address.
    @inline(__always)
    private mutating func reserve(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity - count < extra { resize(to: max(capacity * 2, count + extra)) }
        return base + count
    }

    private mutating func resize(to newCapacity: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        larger.update(from: base, count: count)
        base.deallocate()
        (base, capacity) = (larger, newCapacity)
    }
}

// The memory has one owner, which the compiler enforces by forbidding copies, and is accessed only through it.
extension ProtobufWriter: @unchecked Sendable {}
