// SPDX-License-Identifier: MIT

/// Finds the data of the events of a `text/event-stream` in chunks of any size, without storing it.
///
/// Source: WHATWG HTML, "Server-sent events", 9.2.5 and 9.2.6. Unlike there, the last event counts even without its
/// blank line, because some providers leave it out.
struct EventStreamLines: Sendable {
    /// A finding in the stream.
    enum Signal: Sendable, Equatable {
        /// More of the current event's data: a range of the given bytes.
        case data(Range<Int>)
        /// The end of the event, with its name if it has one.
        case endOfEvent(name: String)
    }

    private enum Mode: Sendable {
        case fieldName, afterColon, data, event, ignored
    }

    private static let longestName = 64

    private var mode = Mode.fieldName
    private var field: [UInt8] = []
    private var eventName: [UInt8] = []
    private var hasData = false
    private var isAfterCarriageReturn = false

    /// Reads the next bytes and returns the findings in them.
    mutating func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> [Signal] {
        var signals: [Signal] = []
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x0A || byte == 0x0D {
                let isSecondOfPair = byte == 0x0A && isAfterCarriageReturn
                isAfterCarriageReturn = byte == 0x0D
                if !isSecondOfPair { endLine(&signals) }
                position += 1
            } else {
                isAfterCarriageReturn = false
                position = readLine(bytes, position, &signals)
            }
        }
        return signals
    }

    /// Ends the stream.
    mutating func finish() -> [Signal] {
        var signals: [Signal] = []
        endLine(&signals)
        if hasData { endEvent(&signals) }
        return signals
    }

    private mutating func readLine(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ signals: inout [Signal]
    ) -> Int {
        switch mode {
        case .fieldName:
            if bytes[start] == UInt8(ascii: ":") {
                endFieldName()
            } else if field.count < Self.longestName {
                field.append(bytes[start])
            }
            return start + 1
        case .afterColon:
            mode = field.elementsEqual("data".utf8) ? .data : field.elementsEqual("event".utf8) ? .event : .ignored
            if mode == .data { hasData = true }
            return bytes[start] == UInt8(ascii: " ") ? start + 1 : start
        case .data, .event, .ignored:
            var end = start
            while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
            if mode == .data { signals.append(.data(start..<end)) }
            if mode == .event { eventName += bytes[start..<end].prefix(Self.longestName - eventName.count) }
            return end
        }
    }

    private mutating func endFieldName() {
        // A byte order mark may precede the first field.
        if field.starts(with: [0xEF, 0xBB, 0xBF]) { field.removeFirst(3) }
        mode = .afterColon
        if field.elementsEqual("event".utf8) { eventName = [] }
    }

    private mutating func endLine(_ signals: inout [Signal]) {
        switch mode {
        case .fieldName where field.isEmpty: if hasData { endEvent(&signals) } else { eventName = [] }
        default: break
        }
        mode = .fieldName
        field.removeAll(keepingCapacity: true)
    }

    private mutating func endEvent(_ signals: inout [Signal]) {
        signals.append(.endOfEvent(name: String(decoding: eventName, as: UTF8.self)))
        hasData = false
        eventName = []
    }
}
