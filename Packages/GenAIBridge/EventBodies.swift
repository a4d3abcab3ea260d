// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Reads the older convention: one log record per message, with the message in its body.
///
/// Source: semantic-conventions v1.36.0, GenAI events. Besides the bodies described there, variants of other libraries
/// are supported: JSON text, bare content, a choice without `message`.
extension MessageReader {
    /// Returns the message of `gen_ai.{role}.message`. A record without a body is a message without content: it keeps
    /// its place.
    func prompt(role: String, _ record: borrowing LogRecordData) -> Message {
        let body = record.messageBody
        guard let fields = fields(of: body) else { return message(role: role, content: body?.unlessNull) }
        return message(
            role: fields.text(names.role) ?? role,
            content: fields[names.content]?.unlessNull,
            toolCalls: fields[names.toolCalls],
            toolCallID: fields.text(fields.contains(names.id) ? names.id : names.toolCallID))
    }

    /// Returns the message of `gen_ai.choice`.
    func completion(_ record: borrowing LogRecordData) -> Message {
        let body = record.messageBody
        guard let choice = fields(of: body) else { return message(role: "assistant", content: body?.unlessNull) }
        var content: AttributeValue?
        var answer = choice
        if let inner = choice[names.message]?.unlessNull {
            answer = fields(of: inner) ?? Attributes()
            if answer.isEmpty, inner != .map([:]) { content = inner }
        }
        return message(
            role: answer.text(names.role) ?? "assistant",
            content: content ?? answer[names.content]?.unlessNull,
            toolCalls: answer[names.toolCalls] ?? choice[names.toolCalls],
            finishReason: choice.text(names.finishReason),
            index: choice[names.index].flatMap(Int.init(lenient:)))
    }

    /// Returns whether the message would be the same if it were parsed from its record's body.
    func takesWhole(_ message: Message) -> Bool {
        (capturesContent || message.content == nil) && message.toolCalls == nil && message.size <= maxContentLength
            && isShort(message.role) && isShort(message.toolCallID) && isShort(message.finishReason)
    }

    /// Returns the message with long texts shortened, as parsing does.
    func shortened(_ message: Message) -> Message {
        if takesWhole(message) { return message }
        return self.message(
            role: message.role, content: message.content, toolCalls: message.toolCalls,
            toolCallID: message.toolCallID, finishReason: message.finishReason, index: message.index)
    }

    private func isShort(_ name: String?) -> Bool {
        guard let name else { return true }
        return !name.isEmpty && name.utf8.count <= Self.maxNameLength
    }

    // A user's text may itself be JSON, so text counts as a body only if it has a body's members.
    private func fields(of body: AttributeValue?) -> Attributes? {
        if case .map(let members)? = body { return members }
        guard let members = body?.members(parsingUpTo: maxParsedLength) else { return nil }
        let known = [names.role, names.content, names.message, names.toolCalls, names.finishReason]
        return known.contains { members.contains($0) } ? members : nil
    }
}

/// The member names of messages, created once.
final class FieldNames: Sendable {
    let role = AttributeName("role")
    let content = AttributeName("content")
    let message = AttributeName("message")
    let toolCalls = AttributeName("tool_calls")
    let toolCallID = AttributeName("tool_call_id")
    let id = AttributeName("id")
    let finishReason = AttributeName("finish_reason")
    let index = AttributeName("index")
    let systemInstructions = AttributeName(.genAISystemInstructions)
    let inputMessages = AttributeName(.genAIInputMessages)
    let outputMessages = AttributeName(.genAIOutputMessages)
}

extension Attributes {
    @inline(never)  // called often, and much larger than a call
    fileprivate func text(_ name: AttributeName) -> String? { self[name]?.shortText }
}

extension LogRecordData {
    // Some libraries put the body, as JSON text, into an attribute of this name.
    fileprivate var messageBody: AttributeValue? { body ?? attributes["gen_ai.event.content"] }
}

extension Int {
    /// Creates an integer from a value of any numeric form, text included.
    fileprivate init?(lenient value: AttributeValue) {
        switch value {
        case .int(let number): self = number
        case .double(let number):
            guard let whole = Int(exactly: number) else { return nil }
            self = whole
        case .string(let text):
            guard let number = Int(text) else { return nil }
            self = number
        default: return nil
        }
    }
}
