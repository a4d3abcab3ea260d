// SPDX-License-Identifier: MIT
package import GenAICore

/// A message to or from a model, from which the body of a log record is created on demand.
///
/// Processors that need only the message, such as one that puts it on a span, avoid the cost of creating and parsing
/// the body. A class, since it is passed on several times.
package final class LogMessage: Sendable {
    /// The role of the author.
    package let role: String
    /// Indicates whether the body contains the role. Otherwise the record's event name does.
    package let namesRole: Bool
    /// Text, or parts; `nil` if it was not captured.
    package let content: AttributeValue?
    /// The tool calls that the model requests.
    package let toolCalls: AttributeValue?
    /// The identifier of the call that a tool's message answers.
    package let toolCallID: String?
    /// The finish reason; only of answers.
    package let finishReason: String?
    /// The index of the choice; only of answers.
    package let index: Int?
    /// The approximate size of the message in bytes, in memory and as JSON text.
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
