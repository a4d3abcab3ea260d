// SPDX-License-Identifier: MIT
package import GenAICore

/// Messages as attributes, in the form of the conventions from version 1.37.0 on.
///
/// Source: semantic conventions v1.41.1, the JSON schemas of input and output messages.
enum MessageAttributes {
    /// Returns the value of `gen_ai.input.messages`.
    static func input(_ messages: [Message]) -> AttributeValue {
        .array(
            messages.map { message in
                .object([
                    "role": .string(message.role.rawValue), "parts": .array(message.parts.map(part)),
                    "name": message.name.map(AttributeValue.string),
                ])
            })
    }

    /// Returns the value of `gen_ai.output.messages`.
    ///
    /// - Parameters:
    ///   - answer: The answer with its messages and finish reasons.
    ///   - usual: The finish reason for messages without one, because the schema requires one.
    static func output(_ answer: ModelAnswer, usualFinishReason usual: String) -> AttributeValue {
        .array(
            answer.messages.enumerated().map { index, message in
                .object([
                    "role": .string(message.role.rawValue), "parts": .array(message.parts.map(part)),
                    "finish_reason": .string(schemaReason(answer.finishReason(at: index) ?? usual)),
                ])
            })
    }

    /// Returns the value of `gen_ai.system_instructions`.
    static func instructions(_ parts: [Message.Part]) -> AttributeValue { .array(parts.map(part)) }

    /// Returns the value of `gen_ai.tool.definitions`, without descriptions and parameters, which are large and rarely
    /// change.
    static func definitions(_ tools: [ModelRequest.ToolDefinition]) -> AttributeValue {
        .array(tools.map { .object(["type": .string($0.type), "name": .string($0.name)]) })
    }

    // Returns the schema's name for a finish reason for which providers have other names.
    private static func schemaReason(_ reason: String) -> String {
        switch reason {
        case "tool_calls", "function_call", "tool_use": "tool_call"
        default: reason
        }
    }

    private static func part(_ part: Message.Part) -> AttributeValue {
        switch part {
        case .text(let text): .object(["type": "text", "content": .string(text)])
        case .reasoning(let text): .object(["type": "reasoning", "content": .string(text)])
        case .toolCall(let call): toolCall(call)
        case .toolResult(let result):
            .object([
                "type": "tool_call_response", "id": result.callID.map(AttributeValue.string),
                "response": json(result.result),
            ])
        case .media(let media): self.media(media)
        case .other(let type, let text): other(type, text)
        }
    }

    private static func toolCall(_ call: Message.ToolCall) -> AttributeValue {
        let id = call.id.flatMap { $0.isEmpty ? nil : AttributeValue.string($0) }
        guard call.isOfProgram else {
            return .object([
                "type": "server_tool_call", "id": id, "name": .string(call.name),
                "server_tool_call": .object(["type": .string(call.name)]),
            ])
        }
        return .object([
            "type": "tool_call", "id": id, "name": .string(call.name),
            "arguments": call.arguments.flatMap { $0.isEmpty ? nil : json($0) },
        ])
    }

    private static func media(_ media: Message.Media) -> AttributeValue {
        let modality = AttributeValue.string(media.modality)
        let mimeType = media.mimeType.map(AttributeValue.string)
        return switch media.content {
        case .uri(let uri):
            .object(["type": "uri", "modality": modality, "mime_type": mimeType, "uri": .string(uri)])
        case .base64(let data):
            .object(["type": "blob", "modality": modality, "mime_type": mimeType, "content": .string(data)])
        case .file(let id):
            .object(["type": "file", "modality": modality, "mime_type": mimeType, "file_id": .string(id)])
        }
    }

    private static func other(_ type: String, _ text: String) -> AttributeValue {
        guard case .map(var members)? = AttributeValue(jsonText: text) else {
            return .object(["type": .string(type), "content": .string(text)])
        }
        members["type"] = members["type"] ?? .string(type)
        return .map(members)
    }

    /// Returns arguments or results as a structure if they are JSON, otherwise as text.
    private static func json(_ text: String) -> AttributeValue {
        guard text.first == "{" || text.first == "[" else { return .string(text) }
        return AttributeValue(jsonText: text) ?? .string(text)
    }
}

extension Message.ToolCall {
    /// Indicates whether the program runs the tool, not the provider.
    var isOfProgram: Bool { type == "function" || type == "custom" }
}

extension AttributeValue {
    /// Returns a map of the members that have a value.
    package static func object(_ members: KeyValuePairs<String, AttributeValue?>) -> AttributeValue {
        var map = Attributes()
        map.reserveCapacity(members.count)
        for (name, value) in members { map[name] = value }
        return .map(map)
    }
}
