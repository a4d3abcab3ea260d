// SPDX-License-Identifier: MIT
import GenAICore
package import GenAITelemetry

/// Messages as log records, in the form of the conventions up to version 1.36.0.
///
/// Without content, a record still shows that there was a message, its role and the called tools. Source: semantic
/// conventions v1.36.0, GenAI events.
enum MessageEvents {
    /// Calls a closure with the events of a message of the request: one event, or one for each tool result in the
    /// message.
    static func forEachEvent(of message: Message, capturing: Bool, _ body: (EventName, LogMessage) -> Void) {
        var isResult = false
        for case .toolResult(let result) in message.parts {
            isResult = true
            // Some providers have the results of tools in user messages.
            let role = message.role == .user ? "tool" : message.role.rawValue
            body(
                .genAIToolMessage,
                LogMessage(
                    role: role, namesRole: role != "tool", content: capturing ? .string(result.result) : nil,
                    toolCallID: result.callID))
        }
        if isResult { return }
        let (event, usualRole) = name(for: message.role)
        let role = message.role.rawValue
        body(
            event,
            LogMessage(
                role: role, namesRole: role != usualRole, content: capturing ? message.apiContent : nil,
                toolCalls: message.apiToolCalls(capturing: capturing)))
    }

    /// Returns the event of one choice.
    static func choice(_ message: Message, finishReason: String?, index: Int, capturing: Bool) -> LogMessage {
        LogMessage(
            role: message.role.rawValue, content: capturing ? message.apiContent : nil,
            toolCalls: message.apiToolCalls(capturing: capturing), finishReason: finishReason, index: index)
    }

    private static func name(for role: Message.Role) -> (event: EventName, usualRole: String) {
        switch role {
        case .user: (.genAIUserMessage, "user")
        case .assistant: (.genAIAssistantMessage, "assistant")
        case .tool, "function": (.genAIToolMessage, "tool")
        default: (.genAISystemMessage, "system")
        }
    }
}

extension RecordedCall {
    /// The input messages, instructions first, in the form of OpenAI's API.
    package var promptMessages: [LogMessage] {
        var messages: [LogMessage] = []
        let instructions = systemInstructions.isEmpty ? [] : [Message(role: .system, parts: systemInstructions)]
        for message in instructions + input {
            MessageEvents.forEachEvent(of: message, capturing: true) { messages.append($1) }
        }
        return messages
    }

    /// The output messages in the form of OpenAI's API.
    package var choiceMessages: [LogMessage] {
        output.enumerated().map { index, message in
            MessageEvents.choice(message, finishReason: message.finishReason, index: index, capturing: true)
        }
    }
}

// The legacy events have messages in the form of OpenAI's API.
extension Message {
    /// A text, or a list of parts.
    fileprivate var apiContent: AttributeValue? {
        if parts.count == 1, case .text(let text) = parts[0] { return .string(text) }
        let content = parts.compactMap(\.apiPart)
        if content.isEmpty { return nil }
        if content.count == 1, let text = parts.lazy.compactMap(\.plainText).first { return .string(text) }
        return .array(content)
    }

    /// Returns the tool calls, with arguments only if content is captured.
    fileprivate func apiToolCalls(capturing: Bool) -> AttributeValue? {
        let calls = toolCalls
        guard !calls.isEmpty else { return nil }
        return .array(
            calls.map { call in
                .object([
                    "id": .string(call.id ?? ""), "type": .string(call.type),
                    "function": .object([
                        "name": .string(call.name),
                        "arguments": capturing ? .string(call.arguments ?? "") : nil,
                    ]),
                ])
            })
    }
}

extension Message.Part {
    fileprivate var plainText: String? {
        if case .text(let text) = self { text } else { nil }
    }

    fileprivate var apiPart: AttributeValue? {
        switch self {
        case .text(let text): .object(["type": "text", "text": .string(text)])
        case .media(let media): media.apiPart
        case .other(let type, let text): AttributeValue(jsonText: text) ?? .object(["type": .string(type)])
        case .reasoning, .toolCall, .toolResult: nil
        }
    }
}

extension Message.Media {
    fileprivate var apiPart: AttributeValue {
        switch (modality, content) {
        case ("image", .uri(let uri)): .object(["type": "image_url", "image_url": ["url": .string(uri)]])
        case ("image", .base64(let data)):
            .object(["type": "image_url", "image_url": ["url": .string(dataURL(data))]])
        case ("audio", .base64(let data)):
            .object([
                "type": "input_audio",
                "input_audio": .object(["data": .string(data), "format": mimeType.map { .string(format(of: $0)) }]),
            ])
        case (_, .base64(let data)): .object(["type": "file", "file": ["file_data": .string(dataURL(data))]])
        case (_, .file(let id)): .object(["type": "file", "file": ["file_id": .string(id)]])
        case (_, .uri(let uri)): .object(["type": "uri", "modality": .string(modality), "uri": .string(uri)])
        }
    }

    private func dataURL(_ data: String) -> String { "data:\(mimeType ?? "application/octet-stream");base64,\(data)" }

    private func format(of mimeType: String) -> String {
        mimeType.split(separator: "/").last.map(String.init) ?? mimeType
    }
}
