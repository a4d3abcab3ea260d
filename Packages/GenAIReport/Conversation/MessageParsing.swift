// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

// Parses messages of any convention, as JSON text or as a structure.
extension Message {
    /// Returns the messages of a list, of one message, or of plain text.
    static func list(_ value: AttributeValue, defaultRole: Role) -> [Message] {
        switch value.parsed {
        case .array(let elements): elements.map { one($0.parsed, defaultRole: defaultRole) }
        case .null: []
        case let single: [one(single, defaultRole: defaultRole)]
        }
    }

    /// Returns the instructions of `gen_ai.system_instructions`: parts of one message, or text.
    static func instructions(_ value: AttributeValue) -> [Message] {
        switch value.parsed {
        case .array(let parts) where parts.isEmpty: []
        case .array(let parts): [Message(role: .system, parts: parts.flatMap { Part.list($0) })]
        case .null: []
        case let single: [one(single, defaultRole: .system)]
        }
    }

    /// Returns one message: one with parts, one in the form of OpenAI's API, or the one inside a choice.
    static func one(_ value: AttributeValue, defaultRole: Role) -> Message {
        guard case .map(let members) = value else {
            return Message(role: defaultRole, parts: Part.list(value))
        }
        if case .map(let inner)? = members["message"] {
            var message = one(.map(inner), defaultRole: defaultRole)
            message.finishReason = members["finish_reason"]?.scalarText ?? message.finishReason
            return message
        }
        let role = members["role"]?.scalarText.map { Role(rawValue: $0) } ?? defaultRole
        var parts: [Part] = []
        if case .array(let list)? = members["parts"] { parts += list.flatMap { Part.list($0) } }
        if let thought = members["reasoning_content"]?.scalarText, !thought.isEmpty {
            parts.append(.reasoning(thought))
        }
        if let content = members["content"] {
            parts += role == .tool ? [.result(content, members)] : Part.list(content.parsedParts)
        }
        if case .array(let calls)? = members["tool_calls"]?.parsed { parts += calls.map { .toolCall(ToolCall($0)) } }
        return Message(
            role: role, parts: parts, name: members["name"]?.scalarText,
            finishReason: members["finish_reason"]?.scalarText)
    }
}

extension Message.Part {
    /// Returns the parts in a value: text, one part, or a list of parts.
    static func list(_ value: AttributeValue) -> [Message.Part] {
        switch value {
        case .null: []
        case .string(let text): text.isEmpty ? [] : [.text(text)]
        case .array(let elements): elements.flatMap { list($0) }
        case .map(let members): [part(members)]
        default: [.text(value.jsonText)]
        }
    }

    fileprivate static func result(_ content: AttributeValue, _ members: Attributes) -> Message.Part {
        let id = members["tool_call_id"] ?? members["id"]
        return .toolResult(Message.ToolResult(callID: id?.scalarText, result: content.plainText))
    }

    private static func part(_ members: Attributes) -> Message.Part {
        let type = members["type"]?.scalarText ?? (members["text"] != nil ? "text" : "")
        switch type {
        case "text", "input_text", "output_text", "refusal":
            return .text((members["content"] ?? members["text"] ?? members["refusal"])?.plainText ?? "")
        case "reasoning", "thinking":
            return .reasoning((members["content"] ?? members["text"] ?? members["thinking"])?.plainText ?? "")
        case "tool_call", "tool_use", "function_call":
            return .toolCall(Message.ToolCall(.map(members)))
        case "tool_call_response", "tool_result":
            let result = members["response"] ?? members["result"] ?? members["content"]
            return .toolResult(
                Message.ToolResult(callID: members["id"]?.scalarText, result: result?.plainText ?? ""))
        case "uri", "blob", "file": return media(members)
        case "image_url": return image(members)
        default: return .other(type: type, json: AttributeValue.map(members).jsonText)
        }
    }

    private static func media(_ members: Attributes) -> Message.Part {
        let content: Message.Media.Content =
            if let uri = members["uri"]?.scalarText {
                .uri(uri)
            } else if let id = members["file_id"]?.scalarText {
                .file(id: id)
            } else {
                .base64(members["content"]?.scalarText ?? members["data"]?.scalarText ?? "")
            }
        return .media(
            Message.Media(
                modality: members["modality"]?.scalarText ?? "file", mimeType: members["mime_type"]?.scalarText,
                content: content))
    }

    private static func image(_ members: Attributes) -> Message.Part {
        var url = members["image_url"]?.scalarText
        if case .map(let inner)? = members["image_url"] { url = inner["url"]?.scalarText }
        return .media(Message.Media(modality: "image", content: .uri(url ?? "")))
    }
}

extension Message.ToolCall {
    /// Creates a call from the conventions' form, or from that of OpenAI's API, which has a separate function object.
    fileprivate init(_ value: AttributeValue) {
        guard case .map(let members) = value else {
            self.init(name: value.plainText)
            return
        }
        var inner = members
        if case .map(let function)? = members["function"] { inner = function }
        let arguments = inner["arguments"] ?? inner["input"]
        self.init(
            id: (members["id"] ?? members["call_id"])?.scalarText, name: inner["name"]?.scalarText ?? "",
            arguments: arguments.map(\.plainText))
    }
}

extension AttributeValue {
    /// The structure in JSON text; any other value unchanged.
    var parsed: AttributeValue {
        guard case .string(let text) = self else { return self }
        return AttributeValue.tree(text) ?? self
    }

    /// A list of parts that some libraries write as JSON text. Any other text stays text, even if it is JSON.
    fileprivate var parsedParts: AttributeValue {
        guard case .string(let text) = self, text.hasPrefix("[{"), case .array(let parts)? = AttributeValue.tree(text),
            parts.allSatisfy({ if case .map(let part) = $0 { part["type"] != nil } else { false } })
        else { return self }
        return .array(parts)
    }

    /// Text unchanged, any other value as JSON text.
    var plainText: String {
        switch self {
        case .string(let text): text
        case .null: ""
        default: jsonText
        }
    }
}
