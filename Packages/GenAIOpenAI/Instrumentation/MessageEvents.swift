// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Messages as log records: the form of the conventions up to version 1.36.0.
///
/// Without content a record still says which message there was and which tools were called.
/// Source: semantic conventions v1.36.0, GenAI events.
enum MessageEvents {
    // Messages and answers are looked at where they lie in their list: they are large to copy.

    /// The event of a message of the request.
    static func event(of messages: [ChatMessage], at index: Int, capturing: Bool) -> (EventName, LogMessage) {
        let role = messages[index].role
        let (event, usualRole) = name(for: role)
        let message = LogMessage(
            role: role.rawValue, namesRole: role.rawValue != usualRole,
            content: content(
                messages[index].body, or: messages[index].refusal ?? messages[index].audio?.transcript,
                capturing: capturing),
            toolCalls: toolCalls(messages[index].toolCalls, capturing: capturing),
            toolCallID: messages[index].toolCallID)
        return (event, message)
    }

    /// The event of one answer.
    static func event(of choices: [ChatChoice], at index: Int, capturing: Bool) -> (EventName, LogMessage) {
        let message = LogMessage(
            role: choices[index].message.role.rawValue,
            content: content(
                choices[index].message.body,
                or: choices[index].message.refusal ?? choices[index].message.audio?.transcript, capturing: capturing),
            toolCalls: toolCalls(choices[index].message.toolCalls, capturing: capturing),
            finishReason: choices[index].finishReasonText, index: choices[index].index)
        return (.genAIChoice, message)
    }

    // The content as the API has it, a text or a list of parts; else what was said in its place, which is looked for
    // only then.
    private static func content(
        _ content: ChatContent?, or text: @autoclosure () -> String?, capturing: Bool
    ) -> AttributeValue? {
        guard capturing else { return nil }
        return switch content {
        case .text(let text): .string(text)
        case .parts(let parts): parts.json.attributeValue
        case nil: text().map(AttributeValue.string)
        }
    }

    private static func name(for role: ChatRole) -> (event: EventName, usualRole: String) {
        switch role {
        case .user: (.genAIUserMessage, "user")
        case .assistant: (.genAIAssistantMessage, "assistant")
        case .tool, ChatRole(rawValue: "function"): (.genAIToolMessage, "tool")
        default: (.genAISystemMessage, "system")
        }
    }

    private static func toolCalls(_ calls: [ChatToolCall], capturing: Bool) -> AttributeValue? {
        guard !calls.isEmpty else { return nil }
        return .array(
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
