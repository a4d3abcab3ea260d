// SPDX-License-Identifier: MIT

/// Finds the messages of an `application/vnd.amazon.eventstream` in chunks of any size, without storing payloads.
///
/// A message has a prelude (its length, that of its headers, a checksum), headers, a payload and a checksum. A wrong
/// checksum or an invalid length ends the reading, because nothing after it can be trusted. Source: Amazon Transcribe
/// developer guide, "Event stream encoding"; smithy.io, "Amazon event stream specification".
struct AmazonEventStream: Sendable {
    /// A finding in the stream.
    enum Signal: Sendable, Equatable {
        /// More of the current message's payload: a range of the given bytes.
        case payload(Range<Int>)
        /// The end of a message with valid checksums.
        case endOfMessage(Headers)
    }

    /// The headers that determine the meaning of a message.
    struct Headers: Sendable, Equatable {
        /// `event`, `exception` or `error`; header `:message-type`.
        var messageType = ""
        /// The kind of event, exception or error; headers `:event-type`, `:exception-type`, `:error-code`.
        var kind = ""
        /// The text of an error; header `:error-message`.
        var errorMessage: String?
    }

    private enum Mode: Sendable { case prelude, headers, payload, checksum, failed }

    private static let preludeLength = 12
    private static let checksumLength = 4
    /// The limits given by the specification.
    private static let longestHeaders = 131_072
    private static let longestMessage = 25_165_824

    private var mode = Mode.prelude
    private var buffer: [UInt8] = []
    private var headersLength = 0
    private var payloadLeft = 0
    private var checksum = CRC32()
    private var headers = Headers()

    /// Indicates whether the stream turned out to be invalid.
    var hasFailed: Bool { mode == .failed }

    /// Indicates whether a message has begun that is not complete.
    var isWithinMessage: Bool { mode != .failed && (mode != .prelude || !buffer.isEmpty) }

    /// Reads the next bytes and returns the findings in them.
    mutating func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> [Signal] {
        var signals: [Signal] = []
        var position = 0
        while position < bytes.count {
            switch mode {
            case .prelude: if fill(bytes, &position, to: Self.preludeLength) { endPrelude() }
            case .headers: if fill(bytes, &position, to: headersLength) { endHeaders() }
            case .payload:
                let end = position + min(bytes.count - position, payloadLeft)
                checksum.update(bytes[position..<end])
                signals.append(.payload(position..<end))
                payloadLeft -= end - position
                position = end
                if payloadLeft == 0 { mode = .checksum }
            case .checksum: if fill(bytes, &position, to: Self.checksumLength) { endMessage(&signals) }
            case .failed: position = bytes.count
            }
        }
        return signals
    }

    /// Fills the buffer up to a number of bytes. Returns whether it is full.
    private mutating func fill(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, to count: Int
    ) -> Bool {
        let taken = min(bytes.count - position, count - buffer.count)
        buffer += bytes[position..<(position + taken)]
        position += taken
        return buffer.count == count
    }

    private mutating func endPrelude() {
        let total = Int(clamping: number(at: 0))
        headersLength = Int(clamping: number(at: 4))
        checksum = CRC32()
        checksum.update(buffer[..<8])
        payloadLeft = total - headersLength - Self.preludeLength - Self.checksumLength
        guard checksum.value == number(at: 8), total <= Self.longestMessage, headersLength <= Self.longestHeaders,
            payloadLeft >= 0
        else { return mode = .failed }
        checksum.update(buffer[8...])
        buffer.removeAll(keepingCapacity: true)
        headers = Headers()
        mode = headersLength > 0 ? .headers : payloadLeft > 0 ? .payload : .checksum
    }

    private mutating func endHeaders() {
        checksum.update(buffer)
        var rest = buffer[...]
        while !rest.isEmpty {
            guard let header = Self.takeHeader(&rest) else { return mode = .failed }
            switch header.name {
            case ":message-type": headers.messageType = header.value ?? ""
            case ":event-type", ":exception-type", ":error-code": headers.kind = header.value ?? ""
            case ":error-message": headers.errorMessage = header.value
            default: break
            }
        }
        buffer.removeAll(keepingCapacity: true)
        mode = payloadLeft > 0 ? .payload : .checksum
    }

    private mutating func endMessage(_ signals: inout [Signal]) {
        guard number(at: 0) == checksum.value else { return mode = .failed }
        buffer.removeAll(keepingCapacity: true)
        signals.append(.endOfMessage(headers))
        mode = .prelude
    }

    private func number(at index: Int) -> UInt32 {
        buffer[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads one header. Its value is `nil` if it is not text.
    private static func takeHeader(_ rest: inout ArraySlice<UInt8>) -> (name: String, value: String?)? {
        guard let nameLength = rest.popFirst(), let name = take(Int(nameLength), &rest), let type = rest.popFirst()
        else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        switch type {
        case 0, 1: return (text, nil)
        case 2: return take(1, &rest).map { _ in (text, nil) }
        case 3: return take(2, &rest).map { _ in (text, nil) }
        case 4: return take(4, &rest).map { _ in (text, nil) }
        case 5, 8: return take(8, &rest).map { _ in (text, nil) }
        case 9: return take(16, &rest).map { _ in (text, nil) }
        case 6, 7:
            guard let length = take(2, &rest), let high = length.first, let low = length.last,
                let value = take(Int(high) << 8 | Int(low), &rest)
            else { return nil }
            return (text, type == 7 ? String(decoding: value, as: UTF8.self) : nil)
        default: return nil
        }
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
