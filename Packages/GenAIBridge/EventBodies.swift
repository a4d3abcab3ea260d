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
            role: fields["role"]?.shortText ?? role,
            content: fields["content"]?.unlessNull,
            toolCalls: fields["tool_calls"],
            toolCallID: (fields["id"] ?? fields["tool_call_id"])?.shortText)
    }

    /// The message of `gen_ai.choice`.
    func completion(_ record: borrowing LogRecord) -> Message {
        let body = record.messageBody
        guard let choice = fields(of: body) else { return message(role: "assistant", content: body?.unlessNull) }
        var content: AttributeValue?
        var answer = choice
        if let inner = choice["message"]?.unlessNull {
            answer = fields(of: inner) ?? [:]
            if answer.isEmpty, inner != .map([:]) { content = inner }
        }
        return message(
            role: answer["role"]?.shortText ?? "assistant",
            content: content ?? answer["content"]?.unlessNull,
            toolCalls: answer["tool_calls"] ?? choice["tool_calls"],
            finishReason: choice["finish_reason"]?.shortText,
            index: choice["index"].flatMap(Int.init(lenient:)))
    }

    // A user's text may itself be JSON, so text counts as a body only when a body's members are in it.
    private func fields(of body: AttributeValue?) -> Attributes? {
        guard let members = body?.members(parsingUpTo: maxParsedLength) else { return nil }
        if case .map? = body { return members }
        let known = ["role", "content", "message", "tool_calls", "finish_reason"]
        return known.contains { members.contains(name: $0) } ? members : nil
    }
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
