// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Gemini's Interactions API: a model or an agent works in steps, which the server keeps.
///
/// The names that the API had before May 2026 are read too: `outputs` and events of content.
/// Source: Gemini API reference, "Interactions"; python-genai, changes of version 2.0.
struct GeminiInteractions: AnswerReader {
    private var callsTools = false

    static func recognise(_ body: WireValue) -> RecognisedRequest? {
        guard let model = (body["model"] ?? body["agent"])?.nonEmptyString, let input = body["input"] else {
            return nil
        }
        var request = ModelRequest(
            operation: .generateContent, model: model, provider: .gcpGemini, messages: messages(input))
        request.systemInstructions = body["system_instruction"]?.nonEmptyString.map { [.text($0)] } ?? []
        request.tools = (body["tools"]?.elements ?? []).compactMap(tool)
        request.previousResponseID = body["previous_interaction_id"]?.nonEmptyString
        request.isStream = body["stream"]?.bool ?? false
        request.serviceTier = body["service_tier"]?.nonEmptyString
        if body["response_format"] != nil { request.outputType = .json }
        if let options = body["generation_config"] {
            request.temperature = options["temperature"]?.double
            request.topP = options["top_p"]?.double
            request.maxTokens = options["max_output_tokens"]?.int
            request.seed = options["seed"]?.int
            request.stopSequences = options["stop_sequences"]?.strings ?? []
            request.reasoningLevel = options["thinking_level"]?.nonEmptyString
        }
        return RecognisedRequest(request: request, reader: GeminiInteractions())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let failure = value["error"] {
            draft.failure = ProviderFailure(
                type: failure["status"]?.nonEmptyString ?? failure["code"]?.identifier ?? "error",
                message: failure["message"]?.string)
        }
        guard let type = value["event_type"]?.string else { return readInteraction(value, into: &draft) }
        let slot = value["index"]?.position
        switch type {
        case "step.start", "content.start":
            if let step = value["step"] ?? value["content"] { begin(step, slot: slot, into: &draft) }
        case "step.delta", "content.delta":
            if let delta = value["delta"] { add(delta, slot: slot, into: &draft) }
        default:
            if let interaction = value["interaction"] { readInteraction(interaction, into: &draft) }
        }
    }

    private mutating func readInteraction(_ interaction: WireValue, into draft: inout AnswerDraft) {
        draft.set(\.id, interaction["id"])
        draft.set(\.model, interaction["model"])
        let steps = (interaction["steps"] ?? interaction["outputs"])?.elements ?? []
        if !steps.isEmpty { draft.removeParts() }
        for (slot, step) in steps.enumerated() {
            noteKind(of: step)
            draft.replace(slot: slot, with: Self.stepParts(step))
        }
        if let usage = interaction["usage"].flatMap(Self.usage) {
            draft.answer.usage = usage
            draft.isRecognised = true
        }
        switch interaction["status"]?.string {
        case "completed": draft.setFinishReason(.string(callsTools ? "tool_calls" : "stop"))
        case "requires_action": draft.setFinishReason(.string("tool_calls"))
        case "incomplete": draft.setFinishReason(.string("length"))
        case "failed", "cancelled":
            let type = draft.failure?.type ?? interaction["status"]?.string
            draft.failure = ProviderFailure(type: type ?? "_OTHER", message: draft.failure?.message)
        default: break
        }
    }

    private mutating func noteKind(of step: WireValue) {
        if step["type"]?.string == "function_call" { callsTools = true }
    }

    private mutating func begin(_ step: WireValue, slot: Int?, into draft: inout AnswerDraft) {
        noteKind(of: step)
        for part in Self.stepParts(step) {
            guard case .toolCall(let call) = part else {
                draft.addPart(part, slot: slot)
                continue
            }
            // The arguments follow; what is there already is an empty object.
            let arguments = call.arguments.flatMap { $0 == "{}" ? nil : $0 }
            draft.beginToolCall(id: call.id, name: call.name, slot: slot)
            draft.addArguments(arguments, slot: slot)
        }
    }

    private mutating func add(_ delta: WireValue, slot: Int?, into draft: inout AnswerDraft) {
        switch delta["type"]?.string {
        case "text": draft.addText(delta["text"]?.string, slot: slot)
        case "thought_summary": draft.addReasoning((delta["content"] ?? delta)["text"]?.string, slot: slot)
        case "arguments_delta": draft.addArguments(delta["arguments"]?.plainText, slot: slot)
        case "function_call": begin(delta, slot: slot, into: &draft)
        default: break  // signatures and media
        }
    }

    /// Reads the usage. Thoughts are counted apart from the output, and tool results apart from the input; the
    /// conventions require the sums.
    private static func usage(_ usage: WireValue) -> TokenUsage? {
        let thoughts = (usage["total_thought_tokens"] ?? usage["total_reasoning_tokens"])?.count
        let counts = TokenUsage(
            inputTokens: sum(usage["total_input_tokens"]?.count, usage["total_tool_use_tokens"]?.count),
            outputTokens: sum(usage["total_output_tokens"]?.count, thoughts),
            cacheReadTokens: usage["total_cached_tokens"]?.count, reasoningTokens: thoughts)
        return counts.isEmpty ? nil : counts
    }
}

// MARK: - Messages

extension GeminiInteractions {
    /// The input is a text, a list of contents, or a list of earlier steps.
    private static func messages(_ input: WireValue) -> [Message] {
        if let text = input.string { return [.user(text)] }
        let isConversation = input.elements.contains { $0["role"] != nil || $0["type"]?.string == "user_input" }
        guard isConversation || input.elements.contains(where: { $0["type"]?.string == "function_result" }) else {
            return [Message(role: .user, parts: input.elements.flatMap(parts))]
        }
        return input.elements.map { step in
            switch (step["role"] ?? step["type"])?.string {
            case "model", "model_output", "thought", "function_call":
                return Message(role: .assistant, parts: stepParts(step))
            case "function_result": return Message(role: .tool, parts: stepParts(step))
            default: return Message(role: .user, parts: stepParts(step))
            }
        }
    }

    /// The parts of a step: its contents, or the step itself.
    private static func stepParts(_ step: WireValue) -> [Message.Part] {
        guard step["type"]?.string != "thought", let contents = step["content"] else { return parts(step) }
        return contents.elements.flatMap(parts)
    }

    private static func parts(_ content: WireValue) -> [Message.Part] {
        if let text = content.string { return text.isEmpty ? [] : [.text(text)] }
        switch content["type"]?.string {
        case "text": return content["text"]?.nonEmptyString.map { [.text($0)] } ?? []
        case "model_output": return []
        case "thought":
            let texts = (content["summary"]?.elements ?? []).compactMap { $0["text"]?.nonEmptyString }
            return texts.isEmpty ? [] : [.reasoning(texts.joined(separator: "\n"))]
        case "function_call":
            return [
                .toolCall(
                    Message.ToolCall(
                        id: content["id"]?.identifier, name: content["name"]?.string ?? "",
                        arguments: content["arguments"]?.plainText))
            ]
        case "function_result":
            let result = Message.ToolResult(
                callID: (content["call_id"] ?? content["id"])?.identifier, result: content["result"]?.plainText ?? "")
            return [.toolResult(result)]
        case "image", "audio", "video", "document": return [media(content) ?? .other(content)]
        default: return [.other(content)]
        }
    }

    private static func media(_ content: WireValue) -> Message.Part? {
        let type = content["mime_type"]?.nonEmptyString
        let place: Message.Media.Content? =
            content["data"]?.string.map { .base64($0) } ?? content["uri"]?.string.map { .uri($0) }
        return place.map {
            .media(Message.Media(modality: content["type"]?.string ?? "document", mimeType: type, content: $0))
        }
    }

    private static func tool(_ tool: WireValue) -> ModelRequest.ToolDefinition? {
        guard let type = tool["type"]?.nonEmptyString else { return nil }
        guard type == "function" else { return ModelRequest.ToolDefinition(builtIn: type) }
        guard let name = tool["name"]?.nonEmptyString else { return nil }
        return ModelRequest.ToolDefinition(
            name: name, description: tool["description"]?.nonEmptyString, parameters: tool["parameters"]?.jsonText)
    }
}
