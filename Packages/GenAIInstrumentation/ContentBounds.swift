// SPDX-License-Identifier: MIT

/// The parts of messages that a record needs.
package enum ContentNeed: Sendable {
    /// Nothing: the record has no messages.
    case none
    /// Roles, and names and identifiers of tool calls, for message events without content.
    case outline
    /// Everything, up to a number of bytes in each direction.
    case full
}

/// The marker at the end of a text that was cut.
package let truncationMarker = "...[truncated]"

extension String {
    /// Returns the text. If it exceeds the limit, it is cut between Unicode scalars and ends with ``truncationMarker``.
    ///
    /// - Parameter limit: The maximum number of bytes in UTF-8, the marker included; at least the marker's length.
    package func shortened(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        return prefix(ofBytes: Swift.max(0, limit - truncationMarker.utf8.count)) + truncationMarker
    }

    /// Returns the longest prefix of whole Unicode scalars with at most `count` bytes.
    func prefix(ofBytes count: Int) -> String {
        guard utf8.count > count else { return self }
        var end = utf8.index(startIndex, offsetBy: Swift.max(0, count))
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

extension Message {
    /// The size in bytes of all parts that grow with the content.
    var contentSize: Int { parts.reduce(0) { $0 + $1.contentSize } }

    /// The message without its content: its role, and names and identifiers of tool calls.
    var outline: Message {
        Message(role: role, parts: parts.compactMap(\.outline), name: name, finishReason: finishReason)
    }

    /// Returns the message with texts cut to a number of bytes in total.
    func cut(to limit: Int) -> Message {
        var room = limit
        var cut = self
        cut.parts = parts.compactMap { part in
            let kept = part.cut(to: room)
            room -= kept?.contentSize ?? 0
            return kept
        }
        return cut
    }
}

extension Message.Part {
    fileprivate var contentSize: Int {
        switch self {
        case .text(let text), .reasoning(let text), .other(_, let text): text.utf8.count
        case .toolCall(let call): call.name.utf8.count + (call.arguments?.utf8.count ?? 0)
        case .toolResult(let result): result.result.utf8.count
        case .media(let media): media.contentSize
        }
    }

    fileprivate var outline: Message.Part? {
        switch self {
        case .toolCall(var call):
            call.arguments = nil
            return .toolCall(call)
        case .toolResult(let result): return .toolResult(.init(callID: result.callID, result: ""))
        case .text, .reasoning, .media, .other: return nil
        }
    }

    // Text can be cut; data and JSON are either complete or left out.
    fileprivate func cut(to limit: Int) -> Message.Part? {
        guard contentSize > limit else { return self }
        switch self {
        case .text(let text): return .text(text.shortened(to: limit))
        case .reasoning(let text): return .reasoning(text.shortened(to: limit))
        case .toolCall(var call):
            call.name = call.name.shortened(to: max(limit, 256))
            call.arguments = call.arguments?.shortened(to: limit)
            return .toolCall(call)
        case .toolResult(var result):
            result.result = result.result.shortened(to: limit)
            return .toolResult(result)
        case .media, .other: return nil
        }
    }
}

extension Message.Media {
    fileprivate var contentSize: Int {
        switch content {
        case .uri(let text), .base64(let text), .file(let text): text.utf8.count
        }
    }
}

extension [Message] {
    /// Returns the messages within a number of bytes: the first one, and the latest that fit after it.
    ///
    /// Long texts are cut, and messages in the middle are left out.
    func cut(to limit: Int) -> (messages: [Message], isCut: Bool) {
        let sizes = map(\.contentSize)
        guard sizes.reduce(0, +) > limit, let first else { return (self, false) }
        let head = first.cut(to: count > 1 ? limit / 4 : limit)
        var room = limit - head.contentSize
        var tail: [Message] = []
        for index in indices.dropFirst().reversed() where room > 0 {
            let message = self[index].cut(to: room)
            room -= Swift.max(1, message.contentSize)
            tail.append(message)
        }
        return ([head] + tail.reversed(), true)
    }

    /// Returns the messages with the parts that a record needs.
    func limited(to need: ContentNeed, _ limit: Int) -> (messages: [Message], isCut: Bool) {
        switch need {
        case .none: ([], false)
        case .outline: (map(\.outline), false)
        case .full: cut(to: limit)
        }
    }
}
