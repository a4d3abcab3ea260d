import GenAICore
// SPDX-License-Identifier: MIT
import GenAIInstrumentation
import GenAITelemetry

/// One message as the span's attributes show it, whichever convention it came from.
typealias Message = LogMessage

extension Message {
    /// Returns the message as one of several choices.
    func numbered(_ index: Int) -> Message {
        Message(
            role: role, content: content, toolCalls: toolCalls, toolCallID: toolCallID, finishReason: finishReason,
            index: index)
    }
}

/// Reads messages from records and attributes, and shortens them.
struct MessageReader: Sendable {
    /// Indicates whether contents and tool call arguments are kept.
    var capturesContent: Bool
    /// The maximum length of content, and of a list of tool calls, in bytes.
    var maxContentLength: Int
    let names = FieldNames()

    /// The maximum length of roles, identifiers and finish reasons. They are short by nature; the limit guards against
    /// faulty records.
    static let maxNameLength = 256

    @inline(never)  // large, and the same code for every kind of message
    func message(
        role: String, content: AttributeValue? = nil, toolCalls: AttributeValue? = nil, toolCallID: String? = nil,
        finishReason: String? = nil, index: Int? = nil
    ) -> Message {
        Message(
            role: role.shortened(to: Self.maxNameLength),
            content: capturesContent ? content?.shortened(to: maxContentLength) : nil,
            toolCalls: toolCalls.flatMap(calls)?.shortened(to: maxContentLength),
            toolCallID: toolCallID?.shortened(to: Self.maxNameLength),
            finishReason: finishReason?.shortened(to: Self.maxNameLength), index: index)
    }

    // A list, as an array or as JSON text; `nil` if it is empty.
    private func calls(_ value: AttributeValue) -> AttributeValue? {
        let list = value.parsed(asListFrom: maxParsedLength) ?? value
        switch list {
        case .null, .string(""), .array([]): return nil
        case .array(let calls) where !capturesContent: return .array(calls.compactMap(\.withoutArguments))
        case _ where capturesContent: return list
        default: return nil
        }
    }

    /// The maximum length of JSON text to parse. Longer texts are used as they are, because parsing them costs more
    /// than it gains.
    var maxParsedLength: Int { max(1 << 20, maxContentLength * 4) }
}

extension AttributeValue {
    /// The value, or `nil` if it is `null`.
    var unlessNull: AttributeValue? {
        if case .null = self { return nil }
        return self
    }

    /// A short text: strings as they are, numbers as text.
    var shortText: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .int(let number): String(number)
        default: nil
        }
    }

    /// Returns the members of a map, or of JSON text that holds an object.
    func members(parsingUpTo limit: Int) -> Attributes? {
        switch self {
        case .map(let members): return members
        case .string(let text) where text.utf8.count <= limit && text.opens(with: "{"):
            guard case .map(let members)? = AttributeValue(jsonText: text) else { return nil }
            return members
        default: return nil
        }
    }

    /// Returns the array that JSON text holds.
    func parsed(asListFrom limit: Int) -> AttributeValue? {
        guard case .string(let text) = self, text.utf8.count <= limit, text.opens(with: "["),
            let list = AttributeValue(jsonText: text)
        else { return nil }
        return list
    }

    /// A tool call reduced to the members that are recorded without content: identifier, type and name.
    ///
    /// Source: semantic-conventions v1.36.0, GenAI events, `ToolCall`: arguments are opt-in.
    fileprivate var withoutArguments: AttributeValue? {
        guard case .map(let call) = self else { return nil }
        var reduced: Attributes = [:]
        for name in ["id", "type", "name"] { reduced[name] = call[name].flatMap(\.shortText).map { .string($0) } }
        if case .map(let function)? = call["function"], let name = function["name"]?.shortText {
            reduced["function"] = ["name": .string(name)]
        }
        guard !reduced.isEmpty else { return nil }
        return .map(reduced)
    }
}

extension String {
    /// Returns whether the first character that is not white space is the given one.
    fileprivate func opens(with mark: Unicode.Scalar) -> Bool {
        let first = utf8.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return first == UInt8(ascii: mark)
    }
}
