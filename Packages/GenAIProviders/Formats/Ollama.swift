// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Ollama's own API for chats and completions. The response consists of lines of JSON, unless `stream` is false.
///
/// A missing count was not evaluated, for example because the prompt was cached: it is unknown, not zero. Source:
/// Ollama API documentation, "Generate a chat completion" and "Generate a completion".
struct Ollama: AnswerReader {
    static func recognise(_ body: WireValue, isChat: Bool) -> RecognisedRequest? {
        guard let model = body["model"]?.nonEmptyString else { return nil }
        var request = ModelRequest(model: model, provider: ProviderName(rawValue: "ollama"))
        if isChat {
            guard case .array(let messages, _) = body["messages"] else { return nil }
            request.messages = messages.map(message)
        } else {
            guard let prompt = body["prompt"]?.string else { return nil }
            request.operation = .textCompletion
            request.messages = [Message(role: .user, parts: [.text(prompt)] + images(body["images"]))]
            request.systemInstructions = body["system"]?.nonEmptyString.map { [.text($0)] } ?? []
        }
        request.isStream = body["stream"]?.bool ?? true
        request.tools = (body["tools"]?.elements ?? []).compactMap(tool)
        if let format = body["format"], format != .string("") { request.outputType = .json }
        request.reasoningLevel = body["think"]?.nonEmptyString
        if let options = body["options"] { fillIn(&request, from: options) }
        return RecognisedRequest(request: request, reader: Ollama())
    }

    private static func fillIn(_ request: inout ModelRequest, from options: WireValue) {
        request.temperature = options["temperature"]?.double
        request.topP = options["top_p"]?.double
        request.topK = options["top_k"]?.double
        request.maxTokens = options["num_predict"]?.count
        request.seed = options["seed"]?.int
        request.stopSequences = options["stop"]?.strings ?? []
        request.frequencyPenalty = options["frequency_penalty"]?.double
        request.presencePenalty = options["presence_penalty"]?.double
    }

    private static func message(_ message: WireValue) -> Message {
        let role = Message.Role(rawValue: message["role"]?.nonEmptyString ?? "user")
        let text = message["content"]?.string ?? ""
        if role == .tool {
            let result = Message.ToolResult(callID: message["tool_call_id"]?.identifier, result: text)
            return Message(role: .tool, parts: [.toolResult(result)], name: message["tool_name"]?.nonEmptyString)
        }
        var parts: [Message.Part] = []
        if let thinking = message["thinking"]?.nonEmptyString { parts.append(.reasoning(thinking)) }
        if !text.isEmpty { parts.append(.text(text)) }
        parts += images(message["images"])
        parts += (message["tool_calls"]?.elements ?? []).map { .toolCall(OpenAIRequest.toolCall($0)) }
        return Message(role: role, parts: parts)
    }

    private static func images(_ images: WireValue?) -> [Message.Part] {
        (images?.strings ?? []).map { .media(Message.Media(modality: "image", content: .base64($0))) }
    }

    private static func tool(_ tool: WireValue) -> ModelRequest.ToolDefinition? {
        guard let function = tool["function"], let name = function["name"]?.nonEmptyString else { return nil }
        return ModelRequest.ToolDefinition(
            name: name, description: function["description"]?.nonEmptyString,
            parameters: function["parameters"]?.jsonText)
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let failure = OpenAIFailure.find(in: value, members: ["message", "response", "embeddings", "embedding"]) {
            draft.failure = failure
        }
        guard value["done"] != nil || value["message"] != nil || value["response"] != nil else { return }
        draft.set(\.model, value["model"])
        let message = value["message"]
        draft.setRole(message?["role"])
        draft.addReasoning((message?["thinking"] ?? value["thinking"])?.string)
        draft.addText((message?["content"] ?? value["response"])?.string)
        for call in message?["tool_calls"]?.elements ?? [] { draft.addPart(.toolCall(OpenAIRequest.toolCall(call))) }
        guard value["done"]?.bool == true else { return }
        draft.setFinishReason(value["done_reason"])
        let usage = TokenUsage(
            inputTokens: value["prompt_eval_count"]?.count, outputTokens: value["eval_count"]?.count)
        if !usage.isEmpty { draft.answer.usage = usage }
    }
}

/// Ollama's own API for embeddings, in its old and new form.
///
/// Source: Ollama API documentation, "Generate embeddings".
struct OllamaEmbeddings: AnswerReader {
    static func recognise(_ body: WireValue) -> RecognisedRequest? {
        guard let model = body["model"]?.nonEmptyString, body["input"] != nil || body["prompt"] != nil else {
            return nil
        }
        let request = ModelRequest(operation: .embeddings, model: model, provider: ProviderName(rawValue: "ollama"))
        return RecognisedRequest(request: request, reader: OllamaEmbeddings())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let failure = OpenAIFailure.find(in: value, members: ["message", "response", "embeddings", "embedding"]) {
            draft.failure = failure
        }
        draft.set(\.model, value["model"])
        let vector = value["embeddings"]?.elements.first ?? value["embedding"]
        if let dimensions = vector?.elementCount {
            draft.answer.embeddingDimensions = dimensions
            draft.isRecognised = true
        }
        if let tokens = value["prompt_eval_count"]?.count { draft.answer.usage = TokenUsage(inputTokens: tokens) }
    }
}
