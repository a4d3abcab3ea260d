// SPDX-License-Identifier: MIT
import GenAICore

/// Messages as attributes: the form of the conventions from version 1.37.0 on.
///
/// Source: semantic conventions v1.41.1, the JSON schemas of input and output messages.
enum MessageAttributes {
    /// `gen_ai.input.messages`.
    static func input(_ messages: [ChatMessage]) -> AttributeValue {
        .array(
            messages.map { message in
                .object([
                    "role": .string(message.role.rawValue), "parts": .array(parts(of: message)),
                    "name": message.name.map(AttributeValue.string),
                ])
            })
    }

    /// `gen_ai.output.messages`.
    static func output(_ choices: [ChatChoice]) -> AttributeValue {
        .array(
            choices.map { choice in
                .object([
                    "role": .string(choice.message.role.rawValue), "parts": .array(parts(of: choice.message)),
                    "finish_reason": .string(finishReason(of: choice)),
                ])
            })
    }

    /// `gen_ai.system_instructions`.
    static func instructions(_ text: String) -> AttributeValue {
        [.object(["type": "text", "content": .string(text)])]
    }

    /// `gen_ai.tool.definitions`, without descriptions and parameters, which are large and rarely change.
    static func definitions(_ tools: [ChatTool]) -> AttributeValue {
        .array(
            tools.map { tool in
                .object(["type": .string(tool.type), "name": .string(tool.name)])
            })
    }

    // The schema's word where the API has another.
    private static func finishReason(of choice: ChatChoice) -> String {
        switch choice.finishReason {
        case nil: "error"
        case .toolCalls, .functionCall: "tool_call"
        case let reason?: reason.rawValue
        }
    }

    private static func parts(of message: ChatMessage) -> [AttributeValue] {
        if message.role == .tool {
            return [
                .object([
                    "type": "tool_call_response", "id": message.toolCallID.map(AttributeValue.string),
                    "response": json(message.content ?? ""),
                ])
            ]
        }
        var parts: [AttributeValue] = []
        if let reasoning = message.reasoningContent {
            parts.append(.object(["type": "reasoning", "content": .string(reasoning)]))
        }
        switch message.body {
        case .text(let text): parts.append(part(text: text))
        case .parts(let contents): parts += contents.map(part)
        case nil: break
        }
        if let refusal = message.refusal { parts.append(part(text: refusal)) }
        if let audio = message.audio { parts.append(part(of: audio)) }
        return parts + message.toolCalls.map(part)
    }

    private static func part(text: String) -> AttributeValue {
        .object(["type": "text", "content": .string(text)])
    }

    private static func part(_ call: ChatToolCall) -> AttributeValue {
        let id = call.id.flatMap { $0.isEmpty ? nil : AttributeValue.string($0) }
        if let type = call.type, type != "function", type != "custom" {
            return .object([
                "type": "server_tool_call", "id": id, "name": .string(call.name),
                "server_tool_call": .object(["type": .string(call.name)]),
            ])
        }
        return .object([
            "type": "tool_call", "id": id, "name": .string(call.name),
            "arguments": call.arguments.isEmpty ? nil : json(call.arguments),
        ])
    }

    private static func part(of audio: ChatAudio) -> AttributeValue {
        if let transcript = audio.transcript { return part(text: transcript) }
        return .object([
            "type": "blob", "modality": "audio", "content": .string(audio.data ?? ""),
        ])
    }

    private static func part(_ content: ChatContentPart) -> AttributeValue {
        if let image = content.imageURL { return part(of: image) }
        if let audio = content.inputAudio {
            return .object([
                "type": "blob", "modality": "audio", "mime_type": .string("audio/\(audio.format)"),
                "content": .string(audio.data),
            ])
        }
        if let file = content.file { return part(of: file) }
        if let text = content.text ?? content.refusal { return part(text: text) }
        return content.json.attributeValue
    }

    private static func part(of image: ChatContentPart.ImageURL) -> AttributeValue {
        guard let data = DataURL(image.url) else {
            return .object(["type": "uri", "modality": "image", "uri": .string(image.url)])
        }
        return .object([
            "type": "blob", "modality": "image", "mime_type": .string(data.mediaType),
            "content": .string(data.base64),
        ])
    }

    private static func part(of file: ChatContentPart.File) -> AttributeValue {
        if let id = file.fileID {
            return .object(["type": "file", "modality": "document", "file_id": .string(id)])
        }
        let data = file.fileData.flatMap(DataURL.init)
        return .object([
            "type": "blob", "modality": "document", "mime_type": data.map { .string($0.mediaType) },
            "content": .string(data?.base64 ?? file.fileData ?? ""),
        ])
    }

    // Arguments and results are objects where they can be read as such.
    private static func json(_ text: String) -> AttributeValue {
        guard text.first == "{" || text.first == "[", let value = try? JSONValue(parsing: Array(text.utf8)) else {
            return .string(text)
        }
        return value.attributeValue
    }
}

/// A `data:` URL in base64.
private struct DataURL {
    let mediaType: String
    let base64: String

    init?(_ url: String) {
        guard url.hasPrefix("data:"), let comma = url.firstIndex(of: ",") else { return nil }
        let head = url[..<comma].dropFirst("data:".count)
        guard head.hasSuffix(";base64") else { return nil }
        mediaType = String(head.dropLast(";base64".count))
        base64 = String(url[url.index(after: comma)...])
    }
}

extension ChatTool {
    /// The name of the tool.
    var name: String { function?.name ?? custom?["name"]?.stringValue ?? type }
}
