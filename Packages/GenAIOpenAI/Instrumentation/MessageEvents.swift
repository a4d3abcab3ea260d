// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Messages as log records: the form of the conventions up to version 1.36.0.
///
/// Without content a record still says which message there was and which tools were called.
/// Source: semantic conventions v1.36.0, GenAI events.
enum MessageEvents {
    // Messages and answers are looked at where they lie in their list: they are large to copy.

    /// The record of a message of the request.
    static func record(of messages: [ChatMessage], at index: Int, capturing: Bool) -> LogRecord {
        let role = messages[index].role
        let (event, usualRole) = name(for: role)
        // Member by member: a literal of pairs would be one more array for each message.
        var body = Attributes()
        body.reserveCapacity(2)
        if role.rawValue != usualRole { body.append(unique: members.role, .string(role.rawValue)) }
        add(
            messages[index].body, or: messages[index].refusal ?? messages[index].audio?.transcript,
            messages[index].toolCalls, to: &body, capturing: capturing)
        if let id = messages[index].toolCallID { body.append(unique: members.id, .string(id)) }
        return LogRecord(eventName: event.rawValue, body: body.isEmpty ? nil : .map(body), severity: .info)
    }

    /// The record of one answer.
    static func record(of choices: [ChatChoice], at index: Int, capturing: Bool) -> LogRecord {
        var message = Attributes()
        message.reserveCapacity(3)
        message.append(unique: members.role, .string(choices[index].message.role.rawValue))
        add(
            choices[index].message.body, or: choices[index].message.refusal ?? choices[index].message.audio?.transcript,
            choices[index].message.toolCalls, to: &message, capturing: capturing)
        var body = Attributes()
        body.reserveCapacity(3)
        body.append(unique: members.index, .int(choices[index].index))
        body.append(unique: members.finishReason, .string(choices[index].finishReasonText))
        body.append(unique: members.message, .map(message))
        return LogRecord(eventName: EventName.genAIChoice.rawValue, body: .map(body), severity: .info)
    }

    // The content as the API has it, a text or a list of parts; else what was said in its place.
    private static func add(
        _ content: ChatContent?, or text: @autoclosure () -> String?, _ calls: [ChatToolCall],
        to body: inout Attributes, capturing: Bool
    ) {
        if capturing {
            switch content {
            case .text(let text): body.append(unique: members.content, .string(text))
            case .parts(let parts): body.append(unique: members.content, parts.json.attributeValue)
            case nil: if let text = text() { body.append(unique: members.content, .string(text)) }
            }
        }
        if !calls.isEmpty { body.append(unique: members.toolCalls, self.toolCalls(calls, capturing: capturing)) }
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

    private static func toolCalls(_ calls: [ChatToolCall], capturing: Bool) -> AttributeValue {
        .array(
            calls.map { call in
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

extension ChatToolCall {
    /// The name of the tool; empty while unknown.
    var name: String { function?.name ?? custom?.name ?? "" }
    /// What the tool is called with: JSON for functions, free text for custom tools.
    var arguments: String { function?.arguments ?? custom?.input ?? "" }
}
