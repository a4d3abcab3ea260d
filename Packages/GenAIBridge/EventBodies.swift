// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// The older convention: one log record per message, the message in its body.
///
/// Source: semantic-conventions v1.36.0, GenAI events. Beside the bodies described there, those of other libraries are
/// understood: JSON text, a bare content, a choice without `message`.
extension MessageReader {
    /// The message of `gen_ai.{role}.message`. A record without a body still is a message: it keeps its place.
    func prompt(role: String, _ record: borrowing LogRecord) -> Message {
        let body = record.messageBody
        guard let fields = fields(of: body) else { return message(role: role, content: body?.unlessNull) }
        return message(
            role: fields[FieldName.role]?.shortText ?? role,
            content: fields[FieldName.content]?.unlessNull,
            toolCalls: fields[FieldName.toolCalls],
            toolCallID: (fields[FieldName.id] ?? fields[FieldName.toolCallID])?.shortText)
    }

    /// The message of `gen_ai.choice`.
    func completion(_ record: borrowing LogRecord) -> Message {
        let body = record.messageBody
        guard let choice = fields(of: body) else { return message(role: "assistant", content: body?.unlessNull) }
        var content: AttributeValue?
        var answer = choice
        if let inner = choice[FieldName.message]?.unlessNull {
            answer = fields(of: inner) ?? [:]
            if answer.isEmpty, inner != .map([:]) { content = inner }
        }
        return message(
            role: answer[FieldName.role]?.shortText ?? "assistant",
            content: content ?? answer[FieldName.content]?.unlessNull,
            toolCalls: answer[FieldName.toolCalls] ?? choice[FieldName.toolCalls],
            finishReason: choice[FieldName.finishReason]?.shortText,
            index: choice[FieldName.index].flatMap(Int.init(lenient:)))
    }

    // A user's text may itself be JSON, so text counts as a body only when a body's members are in it.
    private func fields(of body: AttributeValue?) -> Attributes? {
        guard let members = body?.members(parsingUpTo: maxParsedLength) else { return nil }
        if case .map? = body { return members }
        let known = [
            FieldName.role, FieldName.content, FieldName.message, FieldName.toolCalls, FieldName.finishReason,
        ]
        return known.contains { members.contains($0) } ? members : nil
    }
}

/// The names of what messages are made of, prepared once.
enum FieldName {
    static let role = AttributeName("role")
    static let content = AttributeName("content")
    static let message = AttributeName("message")
    static let toolCalls = AttributeName("tool_calls")
    static let toolCallID = AttributeName("tool_call_id")
    static let id = AttributeName("id")
    static let finishReason = AttributeName("finish_reason")
    static let index = AttributeName("index")
    static let systemInstructions = AttributeName(.genAISystemInstructions)
    static let inputMessages = AttributeName(.genAIInputMessages)
    static let outputMessages = AttributeName(.genAIOutputMessages)
}

extension LogRecord {
    // Some libraries put the body, as JSON text, into an attribute of this name.
    fileprivate var messageBody: AttributeValue? { body ?? attributes["gen_ai.event.content"] }
}

extension Int {
    /// A whole number, however it was written down.
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
