// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Gemini's `generateContent` and `streamGenerateContent`, on its own API, on Vertex AI and through Firebase.
///
/// A stream is sent as server-sent events or as one JSON array. Member names may be in camel case or in snake case.
/// Source: Gemini API reference, "GenerateContentResponse"; python-genai `types.py`.
struct Gemini: AnswerReader {
    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        guard let model, let contents = body["contents"] else { return nil }
        var request = ModelRequest(
            operation: .generateContent, model: model, provider: .gcpGemini, messages: contents.elements.map(message))
        let instructions = body[either: "systemInstruction", "system_instruction"]
        request.systemInstructions = (instructions?["parts"]?.elements ?? []).flatMap(parts)
        request.tools = (body["tools"]?.elements ?? []).flatMap(tools)
        if let options = body[either: "generationConfig", "generation_config"] { fillIn(&request, from: options) }
        return RecognisedRequest(request: request, reader: Gemini())
    }

    private static func fillIn(_ request: inout ModelRequest, from options: WireValue) {
        request.temperature = options["temperature"]?.double
        request.topP = options[either: "topP", "top_p"]?.double
        request.topK = options[either: "topK", "top_k"]?.double
        request.maxTokens = options[either: "maxOutputTokens", "max_output_tokens"]?.int
        request.frequencyPenalty = options[either: "frequencyPenalty", "frequency_penalty"]?.double
        request.presencePenalty = options[either: "presencePenalty", "presence_penalty"]?.double
        request.seed = options["seed"]?.int
        request.choiceCount = options[either: "candidateCount", "candidate_count"]?.int
        request.stopSequences = options[either: "stopSequences", "stop_sequences"]?.strings ?? []
        let thinking = options[either: "thinkingConfig", "thinking_config"]
        request.reasoningLevel = thinking?[either: "thinkingLevel", "thinking_level"]?.nonEmptyString?.lowercased()
        switch options[either: "responseMimeType", "response_mime_type"]?.string {
        case "application/json", "text/x.enum": request.outputType = .json
        case "text/plain": request.outputType = .text
        default: break
        }
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let error = value["error"] {
            draft.failure = ProviderFailure(
                type: error["status"]?.nonEmptyString ?? error["code"]?.identifier ?? "error",
                message: error["message"]?.string)
        }
        draft.set(\.id, value["responseId"])
        draft.set(\.model, value["modelVersion"])
        for (position, candidate) in (value["candidates"]?.elements ?? []).enumerated() {
            let choice = candidate["index"]?.position ?? position
            draft.isRecognised = true
            draft.setRole(candidate["content"]?["role"], choice: choice)
            for part in (candidate["content"]?["parts"]?.elements ?? []).flatMap(Self.parts) {
                draft.addPart(part, choice: choice)
            }
            draft.setFinishReason(candidate["finishReason"], choice: choice)
        }
        // A blocked prompt has no candidate.
        draft.setFinishReason(value["promptFeedback"]?["blockReason"])
        if let usage = value["usageMetadata"].flatMap(GeminiUsage.read) {
            draft.answer.usage = usage
            draft.isRecognised = true
        }
    }
}

extension Gemini {
    private static func message(_ content: WireValue) -> Message {
        let parts = (content["parts"]?.elements ?? []).flatMap(parts)
        switch content["role"]?.string {
        case "model": return Message(role: .assistant, parts: parts)
        case "function": return Message(role: .tool, parts: parts)
        default: return Message(role: .user, parts: parts)
        }
    }

    private static func parts(_ part: WireValue) -> [Message.Part] {
        if let text = part["text"]?.string {
            guard !text.isEmpty else { return [] }
            return [part["thought"]?.bool == true ? .reasoning(text) : .text(text)]
        }
        if let call = part[either: "functionCall", "function_call"] {
            return [
                .toolCall(
                    Message.ToolCall(
                        id: call["id"]?.identifier, name: call["name"]?.string ?? "",
                        arguments: call["args"]?.jsonText))
            ]
        }
        if let answer = part[either: "functionResponse", "function_response"] {
            let result = answer["response"]?.plainText ?? ""
            return [.toolResult(Message.ToolResult(callID: answer["id"]?.identifier, result: result))]
        }
        if let data = part[either: "inlineData", "inline_data"] {
            return [media(data, content: .base64(data["data"]?.string ?? ""))]
        }
        if let file = part[either: "fileData", "file_data"] {
            return [media(file, content: .uri(file[either: "fileUri", "file_uri"]?.string ?? ""))]
        }
        guard case .object(let members) = part, let name = members.first(where: { $0.name != "thought" })?.name else {
            return []
        }
        return [.other(part, type: name)]
    }

    private static func media(_ data: WireValue, content: Message.Media.Content) -> Message.Part {
        let type = data[either: "mimeType", "mime_type"]?.nonEmptyString
        return .media(Message.Media(modality: Message.Media.modality(ofType: type), mimeType: type, content: content))
    }

    private static func tools(_ tool: WireValue) -> [ModelRequest.ToolDefinition] {
        if let functions = tool[either: "functionDeclarations", "function_declarations"] {
            return functions.elements.compactMap { function in
                guard let name = function["name"]?.nonEmptyString else { return nil }
                let schema =
                    function["parameters"] ?? function[either: "parametersJsonSchema", "parameters_json_schema"]
                return ModelRequest.ToolDefinition(
                    name: name, description: function["description"]?.nonEmptyString, parameters: schema?.jsonText)
            }
        }
        guard case .object(let members) = tool else { return [] }
        return members.map { ModelRequest.ToolDefinition(builtIn: $0.name) }
    }
}

extension WireValue {
    /// The member with the first name, or else that with the second.
    fileprivate subscript(either first: String, _ second: String) -> WireValue? { self[first] ?? self[second] }
}

/// The usage of Gemini's answers.
enum GeminiUsage {
    /// Reads `usageMetadata`. Gemini reports thoughts separately from the candidates, and tokens of tool results
    /// separately from the prompt; the conventions require the sums. The prompt includes cached tokens.
    static func read(_ usage: WireValue) -> TokenUsage? {
        let toolPrompt = usage["toolUsePromptTokenCount"]?.count
        let thoughts = usage["thoughtsTokenCount"]?.count
        let candidates = usage["candidatesTokenCount"]?.count ?? usage["responseTokenCount"]?.count
        var counts = TokenUsage(
            inputTokens: sum(usage["promptTokenCount"]?.count, toolPrompt), outputTokens: sum(candidates, thoughts),
            cacheReadTokens: usage["cachedContentTokenCount"]?.count, reasoningTokens: thoughts)
        let prompt = Modalities(usage["promptTokensDetails"], usage["toolUsePromptTokensDetails"])
        counts.inputAudioTokens = prompt["AUDIO"]
        counts.inputImageTokens = prompt["IMAGE"]
        counts.inputVideoTokens = prompt["VIDEO"]
        let cached = Modalities(usage["cacheTokensDetails"])
        counts.cacheAudioReadTokens = cached["AUDIO"]
        counts.cacheImageReadTokens = cached["IMAGE"]
        let answer = Modalities(usage["candidatesTokensDetails"], usage["responseTokensDetails"])
        counts.outputAudioTokens = answer["AUDIO"]
        counts.outputImageTokens = answer["IMAGE"]
        counts.outputVideoTokens = answer["VIDEO"]
        return counts.isEmpty ? nil : counts
    }

    /// Counts by modality, from the lists of details.
    private struct Modalities {
        private var entries: [WireValue]

        init(_ lists: WireValue?...) { entries = lists.flatMap { $0?.elements ?? [] } }

        subscript(modality: String) -> Int? {
            let counts = entries.filter { $0["modality"]?.string == modality }.compactMap { $0["tokenCount"]?.count }
            return sum(counts)
        }
    }
}

/// Gemini's `embedContent` and `batchEmbedContents`, and Vertex AI's `predict` of embeddings.
///
/// Source: Gemini API reference, "Embeddings"; Vertex AI reference, "Text embeddings API".
struct GeminiEmbeddings: AnswerReader {
    var namesModel: Bool { false }

    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        let isEmbedding =
            body["content"] != nil || body["requests"] != nil
            || body["instances"]?.elements.first?["content"] != nil
        guard let model, isEmbedding else { return nil }
        let request = ModelRequest(operation: .embeddings, model: model, provider: .gcpGemini)
        return RecognisedRequest(request: request, reader: GeminiEmbeddings())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let error = value["error"] {
            draft.failure = ProviderFailure(
                type: error["status"]?.nonEmptyString ?? "error", message: error["message"]?.string)
        }
        let predictions = (value["predictions"]?.elements ?? []).compactMap { $0["embeddings"] }
        let embedding = value["embedding"] ?? value["embeddings"]?.elements.first ?? predictions.first
        if let dimensions = embedding?["values"]?.elementCount {
            draft.answer.embeddingDimensions = dimensions
            draft.isRecognised = true
        }
        let counts = predictions.compactMap { $0["statistics"]?["token_count"]?.count }
        let tokens = value["usageMetadata"]?["promptTokenCount"]?.count
        if let tokens = tokens ?? sum(counts) {
            draft.answer.usage = TokenUsage(inputTokens: tokens)
        }
    }
}
