// SPDX-License-Identifier: MIT

/// One event of a `text/event-stream`.
struct ServerSentEvent: Sendable, Hashable {
    /// The value of the `event` field; empty if there is none.
    var type = ""
    /// The values of the `data` fields, joined by line feeds.
    var data: [UInt8] = []
    /// The last `id` of the stream so far.
    var lastEventID = ""
}

/// Splits a `text/event-stream` into events, in chunks of any size.
///
/// A pure value, without a connection and a clock. Source: WHATWG HTML, "Server-sent events", 9.2.5 and 9.2.6, with three
/// differences: the last event counts without its blank line (``finish()``); a line that begins with a brace is the data
/// of an event of its own, because some proxies write a JSON error into the stream without framing; and so is a field
/// `error` with an object, by which older llama.cpp servers report errors.
struct ServerSentEvents: Sendable {
    /// A line or an event exceeded the limit. The parser cannot be used any more.
    struct TooLarge: Error {
        var limit: Int
    }

    /// The reconnection time that the stream asked for, in milliseconds.
    private(set) var retryMilliseconds: Int?

    private let limit: Int
    private var line: [UInt8] = []
    private var event = ServerSentEvent()
    private var hasData = false
    private var isAfterCarriageReturn = false
    private var byteOrderMark: ArraySlice<UInt8> = [0xEF, 0xBB, 0xBF]

    /// Creates a parser at the start of a stream.
    ///
    /// - Parameter limit: The maximum size of one line, or of the data of one event, in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Reads the next bytes and returns the events that they complete.
    mutating func parse(_ bytes: [UInt8]) throws(TooLarge) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = withoutByteOrderMark(bytes[...])
        if isAfterCarriageReturn, let first = rest.first {
            isAfterCarriageReturn = false
            if first == lineFeed { rest = rest.dropFirst() }
        }
        while let end = rest.firstIndex(where: { $0 == lineFeed || $0 == carriageReturn }) {
            let event = try endLine(with: rest[..<end])
            if let event { events.append(event) }
            let next = end + 1
            if rest[end] == carriageReturn {
                isAfterCarriageReturn = next == rest.endIndex
                rest = next < rest.endIndex && rest[next] == lineFeed ? rest[(next + 1)...] : rest[next...]
            } else {
                rest = rest[next...]
            }
        }
        guard line.count + rest.count <= limit else { throw TooLarge(limit: limit) }
        line += rest
        return events
    }

    /// Ends the stream. Returns the last event if it had no blank line.
    mutating func finish() -> ServerSentEvent? {
        let rest = line
        line = []
        let event = try? process(rest[...])
        return event ?? dispatch()
    }

    /// Returns the events of a complete text.
    static func events(of text: [UInt8]) -> [ServerSentEvent] {
        var parser = ServerSentEvents(limit: text.count + 1)
        guard let events = try? parser.parse(text) else { return [] }
        return events + [parser.finish()].compactMap(\.self)
    }

    /// Skips a byte order mark at the start of the stream, even if it arrives byte by byte.
    private mutating func withoutByteOrderMark(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard !byteOrderMark.isEmpty else { return bytes }
        var rest = bytes
        while let expected = byteOrderMark.first, let byte = rest.first {
            guard byte == expected else {
                let matched: [UInt8] = [0xEF, 0xBB, 0xBF]
                let heldBack = matched.prefix(3 - byteOrderMark.count)
                byteOrderMark = []
                return heldBack + rest
            }
            byteOrderMark = byteOrderMark.dropFirst()
            rest = rest.dropFirst()
        }
        return rest
    }

    /// Processes a complete line. Returns the event that it completes, if it is blank.
    private mutating func endLine(with end: ArraySlice<UInt8>) throws(TooLarge) -> ServerSentEvent? {
        guard line.count + end.count <= limit else { throw TooLarge(limit: limit) }
        if line.isEmpty { return try process(end) }
        line += end
        defer { line.removeAll(keepingCapacity: true) }
        return try process(line[...])
    }

    private mutating func process(_ line: ArraySlice<UInt8>) throws(TooLarge) -> ServerSentEvent? {
        guard !line.isEmpty else { return dispatch() }
        if line.first == UInt8(ascii: "{"), !hasData {
            return ServerSentEvent(type: event.type, data: Array(line), lastEventID: event.lastEventID)
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            try setField(line, to: [])
            return nil
        }
        var value = line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if value.first == UInt8(ascii: "{"), !hasData, line[..<colon].elementsEqual("error".utf8) {
            return ServerSentEvent(type: "error", data: Array(value), lastEventID: event.lastEventID)
        }
        try setField(line[..<colon], to: value)
        return nil
    }

    private mutating func setField(_ name: ArraySlice<UInt8>, to value: ArraySlice<UInt8>) throws(TooLarge) {
        if name.elementsEqual("data".utf8) {
            guard event.data.count + value.count < limit else { throw TooLarge(limit: limit) }
            if hasData { event.data.append(lineFeed) }
            event.data += value
            hasData = true
        } else if name.elementsEqual("event".utf8) {
            event.type = String(decoding: value, as: UTF8.self)
        } else if name.elementsEqual("id".utf8) {
            if !value.contains(0) { event.lastEventID = String(decoding: value, as: UTF8.self) }
        } else if name.elementsEqual("retry".utf8) {
            let isNumber = !value.isEmpty && value.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
            if isNumber { retryMilliseconds = Int(String(decoding: value, as: UTF8.self)) }
        }
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event.type = ""
            event.data = []
            hasData = false
        }
        return hasData ? event : nil
    }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
