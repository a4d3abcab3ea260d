// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

extension Transcript {
    /// The messages as a JSON array, never longer than the limit and a marker.
    ///
    /// Whole messages in the middle make room, and one entry says how many; the text itself is never cut.
    ///
    /// - Parameter writer: Its memory is used; what is in it goes.
    func jsonText(limit: Int, _ writer: inout JSONWriter) -> String {
        writer.bytes.removeAll(keepingCapacity: true)
        writer.bytes.append(UInt8(ascii: "["))
        for message in messages { message.write(to: &writer) }
        writer.bytes.append(UInt8(ascii: "]"))
        if elidedCount == 0, writer.bytes.count <= limit { return String(decoding: writer.bytes, as: UTF8.self) }
        return shortenedText(limit: limit)
    }

    // Written once more, with a note of where each message ends.
    private func shortenedText(limit: Int) -> String {
        var writer = JSONWriter()
        var ends: [Int] = []
        writer.raw("[")
        for message in messages {
            message.write(to: &writer)
            ends.append(writer.bytes.count)
        }
        writer.raw("]")
        return Self.shortened(writer.bytes, kept(ends, limit: limit), ends, alreadyElided: elidedCount)
    }

    // Which messages stay: a quarter of the room for the beginning, the rest for the end, what is over for the beginning.
    private func kept(_ ends: [Int], limit: Int) -> (head: Int, tail: Int) {
        let headLimit = elidedCount > 0 ? gap : ends.count
        var room = limit - 2
        var head = 0
        var tail = ends.count
        func length(_ index: Int) -> Int { ends[index] - (index == 0 ? 1 : ends[index - 1]) }
        func extendHead(leaving reserve: Int) {
            while head < min(headLimit, tail), length(head) <= room - reserve {
                room -= length(head)
                head += 1
            }
        }
        extendHead(leaving: limit / 4 * 3)
        while tail > max(head, elidedCount > 0 ? gap : 0), length(tail - 1) <= room {
            tail -= 1
            room -= length(tail)
        }
        extendHead(leaving: 0)
        return (head, tail)
    }

    private static func shortened(
        _ bytes: [UInt8], _ kept: (head: Int, tail: Int), _ ends: [Int], alreadyElided: Int
    ) -> String {
        var writer = JSONWriter()
        writer.bytes.reserveCapacity(bytes.count)
        writer.bytes.append(contentsOf: kept.head > 0 ? bytes[..<ends[kept.head - 1]] : bytes[..<1])
        let elided = kept.tail - kept.head + alreadyElided
        if elided > 0 {
            let entry = Message(role: "elided", content: .string("...[\(elided) messages elided]"))
            entry.write(to: &writer)
        }
        var rest = bytes[(kept.tail > 0 ? ends[kept.tail - 1] : 1)...]
        if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
        if rest.count > 1, writer.bytes.count > 1 { writer.bytes.append(UInt8(ascii: ",")) }
        writer.bytes.append(contentsOf: rest)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Message {
    /// Writes the message as an object, behind a comma unless it is the first.
    fileprivate func write(to writer: inout JSONWriter) {
        // Names with what surrounds them at once: each piece of text costs as much as a whole one.
        writer.string(role, after: writer.bytes.last == UInt8(ascii: "[") ? "{\"role\":\"" : ",{\"role\":\"")
        if case .string(let text)? = content {
            writer.string(text, after: ",\"content\":\"")
        } else if let content {
            writer.value(content, after: ",\"content\":")
        }
        if let toolCalls { writer.value(toolCalls, after: ",\"tool_calls\":") }
        if let toolCallID { writer.string(toolCallID, after: ",\"tool_call_id\":\"") }
        if let finishReason { writer.string(finishReason, after: ",\"finish_reason\":\"") }
        if let index { writer.value(.int(index), after: ",\"index\":") }
        writer.bytes.append(UInt8(ascii: "}"))
    }
}

extension JSONWriter {
    fileprivate mutating func value(_ value: AttributeValue, after lead: StaticString) {
        raw(lead)
        self.value(value)
    }
}
