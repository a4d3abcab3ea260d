// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Messages as log records: the form of the conventions up to version 1.36.0.
///
/// Without content a record still says which message there was and which tools were called.
/// Source: semantic conventions v1.36.0, GenAI events.
enum MessageEvents {
    /// The records of a request: what it instructs the model to do, then its messages.
    static func records(of request: RequestFacts, capturing: Bool) -> [LogRecord] {
        let instructions = request.instructions.map { record(of: .system($0), capturing: capturing) }
        return [instructions].compactMap(\.self) + request.messages.map { record(of: $0, capturing: capturing) }
    }

    /// The record of a message of the request.
    static func record(of message: ChatMessage, capturing: Bool) -> LogRecord {
        let (event, usualRole) = name(for: message.role)
        let body = AttributeValue.object([
            "role": message.role.rawValue == usualRole ? nil : .string(message.role.rawValue),
            "content": capturing ? message.contentValue : nil,
            "tool_calls": toolCalls(of: message, capturing: capturing),
            "id": message.toolCallID.map(AttributeValue.string),
        ])
        return LogRecord(eventName: event.rawValue, body: body == .map([:]) ? nil : body)
    }

    /// The record of one answer.
    static func record(of choice: ChatChoice, capturing: Bool) -> LogRecord {
        let message = choice.message
        let body = AttributeValue.object([
            "index": .int(choice.index),
            "finish_reason": .string(choice.finishReason?.rawValue ?? "error"),
            "message": .object([
                "role": .string(message.role.rawValue),
                "content": capturing ? message.contentValue : nil,
                "tool_calls": toolCalls(of: message, capturing: capturing),
            ]),
        ])
        return LogRecord(eventName: EventName.genAIChoice.rawValue, body: body)
    }

    private static func name(for role: ChatRole) -> (event: EventName, usualRole: String) {
        switch role {
        case .user: (.genAIUserMessage, "user")
        case .assistant: (.genAIAssistantMessage, "assistant")
        case .tool, ChatRole(rawValue: "function"): (.genAIToolMessage, "tool")
        default: (.genAISystemMessage, "system")
        }
    }

    private static func toolCalls(of message: ChatMessage, capturing: Bool) -> AttributeValue? {
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
