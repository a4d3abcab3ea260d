// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Anthropic's Messages API, on its own servers, on Vertex AI, in Bedrock's InvokeModel and on compatible servers.
///
/// Source: Anthropic API reference, "Messages" and "Streaming messages"; anthropic-sdk-python `types/`.
struct AnthropicMessages: AnswerReader {
    private var usage = AnthropicUsage()

    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        guard case .array(let messages, _) = body["messages"], let model = body["model"]?.nonEmptyString ?? model,
            body["max_tokens"] != nil || body["anthropic_version"] != nil
        else { return nil }
        var request = ModelRequest(model: model, provider: .anthropic, messages: messages.map(message))
        request.systemInstructions = (body["system"]?.elements ?? []).flatMap(parts)
        request.tools = (body["tools"]?.elements ?? []).compactMap(tool)
        request.temperature = body["temperature"]?.double
        request.topP = body["top_p"]?.double
        request.topK = body["top_k"]?.double
        request.maxTokens = body["max_tokens"]?.int
        request.stopSequences = body["stop_sequences"]?.strings ?? []
        request.isStream = body["stream"]?.bool ?? false
        request.serviceTier = body["service_tier"]?.nonEmptyString.flatMap { $0 == "auto" ? nil : $0 }
        request.reasoningLevel = body["output_config"]?["effort"]?.nonEmptyString
        if body["output_format"] ?? body["output_config"]?["format"] != nil { request.outputType = .json }
        return RecognisedRequest(request: request, reader: AnthropicMessages())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        switch value["type"]?.string {
        case "message": readMessage(value, into: &draft)
        case "message_start": if let message = value["message"] { readMessage(message, into: &draft) }
        case "content_block_start":
            if let block = value["content_block"] { begin(block, slot: value["index"]?.position ?? 0, into: &draft) }
        case "content_block_delta":
            if let delta = value["delta"] { add(delta, slot: value["index"]?.position ?? 0, into: &draft) }
        case "message_delta":
            draft.setFinishReason(value["delta"]?["stop_reason"])
            read(value["usage"], into: &draft)
        case "error": draft.failure = Self.failure(value)
        case nil where value["error"] != nil: draft.failure = Self.failure(value)
        default: break
        }
    }

    private static func failure(_ value: WireValue) -> ProviderFailure {
        let error = value["error"]
        return ProviderFailure(
            type: error?["type"]?.nonEmptyString ?? "error", message: error?["message"]?.string ?? error?.string)
    }

    private mutating func readMessage(_ message: WireValue, into draft: inout AnswerDraft) {
        draft.set(\.id, message["id"])
        draft.set(\.model, message["model"])
        draft.setRole(message["role"])
        for (slot, block) in (message["content"]?.elements ?? []).enumerated() {
            for part in Self.parts(block) { draft.addPart(part, slot: slot) }
        }
        draft.setFinishReason(message["stop_reason"])
        read(message["usage"], into: &draft)
    }

    private mutating func read(_ usage: WireValue?, into draft: inout AnswerDraft) {
        guard let usage else { return }
        self.usage.replace(with: usage)
        draft.answer.usage = self.usage.tokenUsage
        draft.set(\.serviceTier, usage["service_tier"])
        draft.isRecognised = true
    }

    private func begin(_ block: WireValue, slot: Int, into draft: inout AnswerDraft) {
        switch block["type"]?.string {
        case "text": draft.addText(block["text"]?.string, slot: slot)
        case "thinking": draft.addReasoning(block["thinking"]?.string, slot: slot)
        case "tool_use":
            // The arguments follow in later events; the block itself has an empty object.
            draft.beginToolCall(id: block["id"]?.identifier, name: block["name"]?.string ?? "", slot: slot)
        default: draft.addPart(.other(block), slot: slot)
        }
    }

    private func add(_ delta: WireValue, slot: Int, into draft: inout AnswerDraft) {
        switch delta["type"]?.string {
        case "text_delta": draft.addText(delta["text"]?.string, slot: slot)
        case "thinking_delta": draft.addReasoning(delta["thinking"]?.string, slot: slot)
        case "input_json_delta": draft.addArguments(delta["partial_json"]?.string, slot: slot)
        default: break  // signatures and citations are not content
        }
    }
}

// MARK: - Messages

extension AnthropicMessages {
    private static func message(_ message: WireValue) -> Message {
        Message(
            role: Message.Role(rawValue: message["role"]?.nonEmptyString ?? "user"),
            parts: (message["content"]?.elements ?? []).flatMap(parts))
    }

    /// Returns the parts of a content block.
    private static func parts(_ block: WireValue) -> [Message.Part] {
        if let text = block.string { return text.isEmpty ? [] : [.text(text)] }
        switch block["type"]?.string {
        case "text": return block["text"]?.string.map { [.text($0)] } ?? []
        case "thinking": return block["thinking"]?.nonEmptyString.map { [.reasoning($0)] } ?? []
        case "tool_use":
            let arguments = block["input"]?.plainText
            let call = Message.ToolCall(
                id: block["id"]?.identifier, name: block["name"]?.string ?? "", arguments: arguments)
            return [.toolCall(call)]
        case "tool_result":
            let result = Message.ToolResult(
                callID: block["tool_use_id"]?.identifier, result: OpenAIRequest.resultText(block["content"]))
            return [.toolResult(result)]
        case "image", "document":
            return [media(block["source"], modality: block["type"]?.string ?? "") ?? .other(block)]
        default: return [.other(block)]
        }
    }

    private static func media(_ source: WireValue?, modality: String) -> Message.Part? {
        let type = source?["media_type"]?.nonEmptyString
        switch source?["type"]?.string {
        case "base64":
            guard let data = source?["data"]?.string else { return nil }
            return .media(
                Message.Media(
                    modality: type.map { Message.Media.modality(ofType: $0) } ?? modality, mimeType: type,
                    content: .base64(data)))
        case "url": return source?["url"]?.string.map { .media(Message.Media(modality: modality, url: $0)) }
        case "file":
            return source?["file_id"]?.identifier.map {
                .media(Message.Media(modality: modality, content: .file(id: $0)))
            }
        case "text": return source?["data"]?.string.map(Message.Part.text)
        default: return nil
        }
    }

    private static func tool(_ tool: WireValue) -> ModelRequest.ToolDefinition? {
        guard let name = tool["name"]?.nonEmptyString else { return nil }
        let type = tool["type"]?.nonEmptyString ?? "custom"
        guard type == "custom" else { return ModelRequest.ToolDefinition(builtIn: type, name: name) }
        return ModelRequest.ToolDefinition(
            name: name, description: tool["description"]?.nonEmptyString, parameters: tool["input_schema"]?.jsonText)
    }
}

/// The usage of a message, combined from several reports.
///
/// Anthropic reports cached tokens separately from `input_tokens`; the conventions require the sum. Reports are
/// cumulative: a later count replaces an earlier one, and a missing count leaves it unchanged.
struct AnthropicUsage: Sendable {
    private var input: Int?
    private var cacheRead: Int?
    private var cacheWrite: Int?
    private var cacheWrite1h: Int?
    private var output: Int?
    private var thinking: Int?
    private var webSearches: Int?
    private var codeSessions: Int?

    /// Applies a report.
    mutating func replace(with usage: WireValue) {
        replace(&input, usage["input_tokens"])
        replace(&cacheRead, usage["cache_read_input_tokens"])
        let lifetimes = usage["cache_creation"]
        let hour = lifetimes?["ephemeral_1h_input_tokens"]
        replace(&cacheWrite1h, hour)
        if let total = usage["cache_creation_input_tokens"] {
            replace(&cacheWrite, total)
        } else if let written = sum(lifetimes?["ephemeral_5m_input_tokens"]?.count, hour?.count) {
            replace(&cacheWrite, .int(written))
        }
        replace(&output, usage["output_tokens"])
        replace(&thinking, usage["output_tokens_details"]?["thinking_tokens"])
        replace(&webSearches, usage["server_tool_use"]?["web_search_requests"])
        replace(&codeSessions, usage["server_tool_use"]?["code_execution_requests"])
    }

    /// Cumulative counts never decrease to zero: a zero after another count is ignored.
    private func replace(_ known: inout Int?, _ later: WireValue?) {
        guard let later = later?.count, later > 0 || known == nil else { return }
        known = later
    }

    /// The usage in terms of the conventions: totals include their parts.
    var tokenUsage: TokenUsage {
        var usage = TokenUsage.partsBeside(
            input: input, cacheRead: cacheRead, cacheWrite: cacheWrite, cacheWrite1h: cacheWrite1h, output: output)
        usage.reasoningTokens = thinking
        usage.webSearches = webSearches.flatMap { $0 > 0 ? $0 : nil }
        usage.codeSessions = codeSessions.flatMap { $0 > 0 ? $0 : nil }
        return usage
    }
}
