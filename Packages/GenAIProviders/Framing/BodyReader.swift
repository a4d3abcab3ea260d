// SPDX-License-Identifier: MIT

/// A value of a response body: the whole of a plain body, or one event of a stream.
struct BodyEvent: Sendable, Hashable {
    /// The event name given by the framing; empty for none.
    var name = ""
    /// Indicates whether the framing marks the event as an error.
    var isError = false
    /// The value.
    var value: WireValue
}

/// Reads a response body in any of several framings: JSON, lines or an array of JSON, server-sent events, or Amazon's
/// event stream.
///
/// The first byte determines the framing; content types are wrong too often.
struct BodyReader: Sendable {
    private enum Framing: Sendable {
        case unknown
        case json
        case events(EventStreamLines)
        case amazon(AmazonEventStream)
        case unreadable
    }

    private static let mostPending = 64

    private var framing = Framing.unknown
    private var json: JSONAssembler
    /// The values of the current event so far.
    private var pending: [WireValue] = []
    /// The first bytes of the current event's data.
    private var head: [UInt8] = []
    /// Indicates whether the server has announced the end of the stream with `[DONE]`.
    private(set) var isDone = false

    /// Creates a reader at the start of a body.
    init(limits: JSONAssembler.Limits = JSONAssembler.Limits()) {
        json = JSONAssembler(limits: limits, splitsRootList: true)
    }

    /// Indicates whether anything was too long to be kept.
    var isCut: Bool { json.isCut }

    /// Indicates whether any of the body has come.
    var hasBegun: Bool {
        if case .unknown = framing { false } else { true }
    }

    /// Indicates whether the body ends in the middle of a value, or has none of the framings.
    var isBroken: Bool {
        switch framing {
        case .json: json.isWithinValue || json.hasFailed
        case .amazon(let stream): stream.isWithinMessage || stream.hasFailed
        case .unknown, .events, .unreadable: false
        }
    }

    /// Reads the next bytes and returns the values that they complete.
    mutating func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> [BodyEvent] {
        switch framing {
        case .unknown: return begin(bytes)
        case .json: return json.receive(bytes).map { BodyEvent(value: $0) }
        case .events(var lines):
            framing = .unreadable  // so that `lines` is changed in place
            let signals = lines.receive(bytes)
            framing = .events(lines)
            return signals.flatMap { take($0, of: bytes) }
        case .amazon(var stream):
            framing = .unreadable
            let signals = stream.receive(bytes)
            framing = .amazon(stream)
            return signals.flatMap { take($0, of: bytes) }
        case .unreadable: return []
        }
    }

    /// Ends the body and returns the rest, as far as it was received.
    mutating func finish() -> [BodyEvent] {
        defer { framing = .unreadable }
        switch framing {
        case .json: return json.finish().map { BodyEvent(value: $0) }
        case .events(var lines):
            let empty = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            return lines.finish().flatMap { take($0, of: empty) }
        case .unknown, .amazon, .unreadable: return []
        }
    }

    private mutating func begin(_ bytes: UnsafeBufferPointer<UInt8>) -> [BodyEvent] {
        guard let start = bytes.firstIndex(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return [] }
        switch bytes[start] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): framing = .json
        case 0x00: framing = .amazon(AmazonEventStream())
        case 0x1F, 0x28, 0x78: framing = .unreadable  // compressed: gzip, zstd, deflate
        default: framing = .events(EventStreamLines())
        }
        return receive(UnsafeBufferPointer(rebasing: bytes[start...]))
    }

    private static let doneMark = Array("[DONE]".utf8)

    private mutating func take(
        _ signal: EventStreamLines.Signal, of bytes: UnsafeBufferPointer<UInt8>
    ) -> [BodyEvent] {
        switch signal {
        case .data(let range):
            if head.count < Self.doneMark.count { head += bytes[range].prefix(Self.doneMark.count - head.count) }
            keep(json.receive(UnsafeBufferPointer(rebasing: bytes[range])))
            return []
        case .endOfEvent(let name):
            if head == Self.doneMark { isDone = true }
            head = []
            return takePending().map { BodyEvent(name: name, isError: name == "error", value: $0) }
        }
    }

    private mutating func take(
        _ signal: AmazonEventStream.Signal, of bytes: UnsafeBufferPointer<UInt8>
    ) -> [BodyEvent] {
        switch signal {
        case .payload(let range):
            keep(json.receive(UnsafeBufferPointer(rebasing: bytes[range])))
            return []
        case .endOfMessage(let headers):
            var value = takePending().first ?? .object([])
            if let message = headers.errorMessage {
                value = .object([WireValue.Member(name: "message", value: .string(message))])
            }
            return [BodyEvent(name: headers.kind, isError: headers.messageType != "event", value: value)]
        }
    }

    /// Keeps the values of an event that is not over. One is usual; an event that never ends must not fill the memory.
    private mutating func keep(_ values: [WireValue]) {
        pending += values.prefix(Self.mostPending - pending.count)
    }

    private mutating func takePending() -> [WireValue] {
        keep(json.finish())
        defer { pending = [] }
        return pending
    }
}
