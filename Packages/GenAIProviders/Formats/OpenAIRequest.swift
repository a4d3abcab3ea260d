// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// The shared parts of the requests of OpenAI's APIs.
enum OpenAIRequest {
    /// Reads the sampling parameters and similar members.
    static func fillIn(_ request: inout ModelRequest, from body: WireValue) {
        request.temperature = body["temperature"]?.double
        request.topP = body["top_p"]?.double
        request.topK = body["top_k"]?.double
        request.maxTokens =
            body["max_completion_tokens"]?.int ?? body["max_output_tokens"]?.int ?? body["max_tokens"]?.int
        request.frequencyPenalty = body["frequency_penalty"]?.double
        request.presencePenalty = body["presence_penalty"]?.double
        request.seed = body["seed"]?.int
        request.choiceCount = body["n"]?.int
        request.stopSequences = body["stop"]?.strings ?? []
        request.isStream = body["stream"]?.bool ?? false
        request.serviceTier = body["service_tier"]?.nonEmptyString.flatMap { $0 == "auto" ? nil : $0 }
        request.reasoningLevel =
            body["reasoning_effort"]?.nonEmptyString ?? body["reasoning"]?["effort"]?.nonEmptyString
        request.outputType = outputType(body["response_format"] ?? body["text"]?["format"])
        request.tools = (body["tools"]?.elements ?? []).compactMap(tool)
    }

    private static func outputType(_ format: WireValue?) -> OutputType? {
        guard let type = format?["type"]?.nonEmptyString else { return nil }
        return type == "text" ? .text : .json
    }

    /// Returns a tool in the form of the chat API, where the function is a member, or in that of the Responses API.
    private static func tool(_ tool: WireValue) -> ModelRequest.ToolDefinition? {
        let type = tool["type"]?.nonEmptyString ?? "function"
        let function = tool["function"] ?? tool["custom"] ?? tool
        guard let name = function["name"]?.nonEmptyString else { return ModelRequest.ToolDefinition(builtIn: type) }
        return ModelRequest.ToolDefinition(
            type: type, name: name, description: function["description"]?.nonEmptyString,
            parameters: function["parameters"]?.jsonText)
    }

    /// Returns a message of the chat API.
    static func message(_ message: WireValue) -> Message {
        let role = message["role"]?.nonEmptyString ?? "user"
        if role == "tool" || role == "function" {
            let result = Message.ToolResult(
                callID: message["tool_call_id"]?.identifier, result: resultText(message["content"]))
            return Message(role: .tool, parts: [.toolResult(result)], name: message["name"]?.nonEmptyString)
        }
        var parts: [Message.Part] = []
        let reasoning = message["reasoning_content"] ?? message["reasoning"]
        if let reasoning = reasoning?.nonEmptyString { parts.append(.reasoning(reasoning)) }
        parts += (message["content"]?.elements ?? []).flatMap(contentParts)
        if let refusal = message["refusal"]?.nonEmptyString { parts.append(.text(refusal)) }
        if let audio = message["audio"], let part = audioPart(audio) { parts.append(part) }
        parts += (message["tool_calls"]?.elements ?? []).map { .toolCall(toolCall($0)) }
        if let call = message["function_call"], call.isObject { parts.append(.toolCall(toolCall(call))) }
        return Message(role: Message.Role(rawValue: role), parts: parts, name: message["name"]?.nonEmptyString)
    }

    /// Returns the text of a tool's result, which may be a list of text parts.
    static func resultText(_ content: WireValue?) -> String {
        guard let content else { return "" }
        let texts = content.elements.compactMap { $0["text"]?.string }
        return texts.isEmpty ? content.plainText : texts.joined()
    }

    /// Returns a call of an answer or of the history. Its function is a member, or its members are in the call itself.
    static func toolCall(_ call: WireValue) -> Message.ToolCall {
        let function = call["function"] ?? call["custom"] ?? call
        return Message.ToolCall(
            id: call["id"]?.identifier, name: function["name"]?.string ?? "",
            arguments: (function["arguments"] ?? function["input"])?.plainText)
    }

    /// Returns the parts of an element of `content`: text, or a part of one of many types.
    static func contentParts(_ part: WireValue) -> [Message.Part] {
        if let text = part.string { return text.isEmpty ? [] : [.text(text)] }
        switch part["type"]?.string {
        case "text", "input_text", "output_text", nil:
            return part["text"]?.string.map { [.text($0)] } ?? []
        case "refusal": return part["refusal"]?.string.map { [.text($0)] } ?? []
        case "thinking", "reasoning", "reasoning_text", "summary_text":
            let text = part["thinking"] ?? part["text"]
            return text?.elements.compactMap { ($0.string ?? $0["text"]?.string).map(Message.Part.reasoning) } ?? []
        case "image_url", "input_image", "image":
            return [imagePart(part)]
        case "input_audio":
            guard let audio = part["input_audio"], let part = audioPart(audio) else { return [.other(part)] }
            return [part]
        case "file", "input_file", "document": return [filePart(part)]
        default: return [.other(part)]
        }
    }

    private static func imagePart(_ part: WireValue) -> Message.Part {
        let image = part["image_url"]
        if let url = image?["url"]?.nonEmptyString ?? image?.nonEmptyString {
            return .media(Message.Media(modality: "image", url: url))
        }
        guard let id = part["file_id"]?.identifier else { return .other(part) }
        return .media(Message.Media(modality: "image", content: .file(id: id)))
    }

    private static func audioPart(_ audio: WireValue) -> Message.Part? {
        if let transcript = audio["transcript"]?.nonEmptyString { return .text(transcript) }
        if let data = audio["data"]?.nonEmptyString {
            let type = audio["format"]?.nonEmptyString.map { "audio/\($0)" }
            return .media(Message.Media(modality: "audio", mimeType: type, content: .base64(data)))
        }
        return audio["id"]?.identifier.map { .media(Message.Media(modality: "audio", content: .file(id: $0))) }
    }

    private static func filePart(_ part: WireValue) -> Message.Part {
        let file = part["file"] ?? part
        if let id = file["file_id"]?.identifier {
            return .media(Message.Media(modality: "document", content: .file(id: id)))
        }
        if let url = file["file_url"]?.nonEmptyString ?? file["file_data"]?.nonEmptyString {
            return .media(Message.Media(modality: "document", url: url))
        }
        return .other(part)
    }
}
