// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Messages as log records: the form of the conventions up to version 1.36.0.
///
/// Without content a record still says which message there was and which tools were called.
/// Source: semantic conventions v1.36.0, GenAI events.
enum MessageEvents {
    // Inlined, so that of the message only what is used is copied.
    /// The record of a message of the request.
    @inline(__always)
    static func record(of message: borrowing ChatMessage, capturing: Bool) -> LogRecord {
        let (event, usualRole) = name(for: message.role)
        // Member by member: a literal of pairs would be one more array for each message.
        var body = Attributes()
        body.reserveCapacity(2)
        if message.role.rawValue != usualRole { body.append(unique: members.role, .string(message.role.rawValue)) }
        add(message, to: &body, capturing: capturing)
        if let id = message.toolCallID { body.append(unique: members.id, .string(id)) }
        return LogRecord(eventName: event.rawValue, body: body.isEmpty ? nil : .map(body), severity: .info)
    }

    /// The record of one answer.
    @inline(__always)
    static func record(of choice: borrowing ChatChoice, capturing: Bool) -> LogRecord {
        var message = Attributes()
        message.reserveCapacity(3)
        message.append(unique: members.role, .string(choice.message.role.rawValue))
        add(choice.message, to: &message, capturing: capturing)
        var body = Attributes()
        body.reserveCapacity(3)
        body.append(unique: members.index, .int(choice.index))
        body.append(unique: members.finishReason, .string(choice.finishReasonText))
        body.append(unique: members.message, .map(message))
        return LogRecord(eventName: EventName.genAIChoice.rawValue, body: .map(body), severity: .info)
    }

    @inline(__always)
    private static func add(_ message: borrowing ChatMessage, to body: inout Attributes, capturing: Bool) {
        if capturing, let content = message.contentValue { body.append(unique: members.content, content) }
        if let calls = toolCalls(of: message, capturing: capturing) { body.append(unique: members.toolCalls, calls) }
    }

    /// The names of the members of bodies, prepared once.
    private struct Members {
        let role = AttributeName("role")
        let content = AttributeName("content")
        let toolCalls = AttributeName("tool_calls")
        let id = AttributeName("id")
        let index = AttributeName("index")
        let finishReason = AttributeName("finish_reason")
        let message = AttributeName("message")
    }

    private static let members = Members()

    private static func name(for role: ChatRole) -> (event: EventName, usualRole: String) {
        switch role {
        case .user: (.genAIUserMessage, "user")
        case .assistant: (.genAIAssistantMessage, "assistant")
        case .tool, ChatRole(rawValue: "function"): (.genAIToolMessage, "tool")
        default: (.genAISystemMessage, "system")
        }
    }

    private static func toolCalls(of message: borrowing ChatMessage, capturing: Bool) -> AttributeValue? {
        guard !message.toolCalls.isEmpty else { return nil }
        return .array(
            message.toolCalls.map { call in
                .object([
                    "id": .string(call.id ?? ""),
                    "type": .string(call.type ?? "function"),
                    "function": .object([
                        "name": .string(call.name),
                        "arguments": capturing ? .string(call.arguments) : nil,
                    ]),
                ])
            })
    }
}

extension ChatMessage {
    /// The content as the API has it, a text or a list of parts; else what was said in its place.
    fileprivate var contentValue: AttributeValue? {
        switch body {
        case .text(let text): .string(text)
        case .parts(let parts): parts.json.attributeValue
        case nil: (refusal ?? audio?.transcript).map(AttributeValue.string)
        }
    }
}

extension ChatToolCall {
    /// The name of the tool; empty while unknown.
    var name: String { function?.name ?? custom?.name ?? "" }
    /// What the tool is called with: JSON for functions, free text for custom tools.
    var arguments: String { function?.arguments ?? custom?.input ?? "" }
}
