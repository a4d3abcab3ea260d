// SPDX-License-Identifier: MIT
package import GenAICore

/// A message to or from a model, from which the body of a log record is made when somebody reads it.
///
/// Who only wants the message, such as a processor that puts it on a span, is spared the body: it takes longer to make
/// and to read again than all the rest of the record. An object, since it is handed on several times.
package final class LogMessage: Sendable {
    /// Who speaks.
    package let role: String
    /// Whether the body says who speaks; otherwise the record's event name does.
    package let namesRole: Bool
    /// Text, or parts; `nil` when it was not captured.
    package let content: AttributeValue?
    /// The calls the model asks for.
    package let toolCalls: AttributeValue?
    /// The call that a tool's message answers.
    package let toolCallID: String?
    /// Why the model stopped; only of answers.
    package let finishReason: String?
    /// The number of the choice; only of answers.
    package let index: Int?
    /// About how many bytes the message takes in memory and in JSON text.
    package let size: Int

    package init(
        role: String, namesRole: Bool = true, content: AttributeValue? = nil, toolCalls: AttributeValue? = nil,
        toolCallID: String? = nil, finishReason: String? = nil, index: Int? = nil
    ) {
        self.role = role
        self.namesRole = namesRole
        self.content = content
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        self.finishReason = finishReason
        self.index = index
        size =
            128 + role.utf8.count + (content?.jsonSize ?? 0) + (toolCalls?.jsonSize ?? 0)
            + (toolCallID?.utf8.count ?? 0) + (finishReason?.utf8.count ?? 0)
    }

    /// The body of `gen_ai.choice`, for a message with an index, or of `gen_ai.{role}.message`.
    ///
    /// Source: semantic-conventions v1.36.0, GenAI events.
    package var body: AttributeValue? {
        var message = Attributes()
        message.reserveCapacity(4)
        if namesRole { message["role"] = .string(role) }
        if let content { message["content"] = content }
        if let toolCalls { message["tool_calls"] = toolCalls }
        if let toolCallID { message["id"] = .string(toolCallID) }
        guard let index else { return message.isEmpty ? nil : .map(message) }
        var choice = Attributes()
        choice.reserveCapacity(3)
        choice["index"] = .int(index)
        if let finishReason { choice["finish_reason"] = .string(finishReason) }
        choice["message"] = .map(message)
        return .map(choice)
    }
}
