// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

extension Transcript {
    /// Returns the messages as a JSON array, never longer than the limit plus a marker.
    ///
    /// If they do not fit, whole messages in the middle are left out, and one entry gives their number. The JSON text
    /// itself is never cut.
    ///
    /// - Parameter writer: A writer to reuse; its content is replaced.
    func jsonText(limit: Int, _ writer: inout JSONWriter) -> String {
        writer.bytes.removeAll(keepingCapacity: true)
        writer.bytes.append(UInt8(ascii: "["))
        for message in messages { message.write(to: &writer) }
        writer.bytes.append(UInt8(ascii: "]"))
        if elidedCount == 0, writer.bytes.count <= limit { return String(decoding: writer.bytes, as: UTF8.self) }
        return shortenedText(limit: limit)
    }

    // Writes again and notes the end of each message.
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

    // Decides which messages stay: a quarter of the space for the beginning, the rest for the end, and what the end
    // does not use for the beginning.
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
    /// Writes the message as an object, after a comma unless it is the first.
    fileprivate func write(to writer: inout JSONWriter) {
        // Writes names together with the surrounding punctuation: each write has a fixed cost.
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
