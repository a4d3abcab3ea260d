// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Cohere's chat, version 2.
///
/// Source: Cohere API reference, "Chat" and "Chat with Streaming" (v2).
struct CohereChat: AnswerReader {
    var namesModel: Bool { false }

    /// The first slot of tool calls, after those of the content.
    private static let firstCallSlot = 1_000

    static func recognise(_ body: WireValue) -> RecognisedRequest? {
        guard case .array(let messages, _) = body["messages"], let model = body["model"]?.nonEmptyString else {
            return nil
        }
        var request = ModelRequest(model: model, provider: .cohere, messages: messages.map(message))
        OpenAIRequest.fillIn(&request, from: body)
        request.topP = body["p"]?.double
        request.topK = body["k"]?.double
        request.stopSequences = body["stop_sequences"]?.strings ?? []
        return RecognisedRequest(request: request, reader: CohereChat())
    }

    private static func message(_ message: WireValue) -> Message {
        var result = OpenAIRequest.message(message)
        if let plan = message["tool_plan"]?.nonEmptyString { result.parts.insert(.reasoning(plan), at: 0) }
        return result
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        draft.set(\.id, value["id"])
        guard let type = value["type"]?.string else { return readAnswer(value, into: &draft) }
        let slot = value["index"]?.position ?? 0
        let delta = value["delta"]
        let message = delta?["message"]
        switch type {
        case "message-start": draft.setRole(message?["role"])
        case "content-start", "content-delta":
            draft.addText(message?["content"]?["text"]?.string, slot: slot)
            draft.addReasoning(message?["content"]?["thinking"]?.string, slot: slot)
        case "tool-plan-delta": draft.addReasoning(message?["tool_plan"]?.string)
        case "tool-call-start":
            guard let call = message?["tool_calls"]?.elements.first.map(OpenAIRequest.toolCall) else { return }
            draft.addPart(.toolCall(call), slot: Self.firstCallSlot + slot)
        case "tool-call-delta":
            let call = message?["tool_calls"]?.elements.first
            draft.addArguments(call?["function"]?["arguments"]?.string, slot: Self.firstCallSlot + slot)
        case "message-end":
            draft.setFinishReason(delta?["finish_reason"])
            if let error = delta?["error"]?.nonEmptyString {
                draft.failure = ProviderFailure(type: delta?["finish_reason"]?.string ?? "ERROR", message: error)
            }
            Cohere.readUsage(delta?["usage"], into: &draft)
        default: break
        }
    }

    private func readAnswer(_ value: WireValue, into draft: inout AnswerDraft) {
        Cohere.readFailure(value, into: &draft)
        let message = value["message"]
        draft.setRole(message?["role"])
        draft.addReasoning(message?["tool_plan"]?.string)
        for part in (message?["content"]?.elements ?? []).flatMap(OpenAIRequest.contentParts) { draft.addPart(part) }
        for call in message?["tool_calls"]?.elements ?? [] { draft.addPart(.toolCall(OpenAIRequest.toolCall(call))) }
        draft.setFinishReason(value["finish_reason"])
        Cohere.readUsage(value["usage"], into: &draft)
    }
}

/// The shared parts of Cohere's APIs.
enum Cohere {
    /// Reads usage. If Cohere reports both, the billed counts are used, as the conventions require.
    static func readUsage(_ usage: WireValue?, into draft: inout AnswerDraft) {
        guard let usage else { return }
        let counts = usage["billed_units"] ?? usage["tokens"]
        let known = TokenUsage(
            inputTokens: (counts?["input_tokens"] ?? usage["tokens"]?["input_tokens"])?.count,
            outputTokens: (counts?["output_tokens"] ?? usage["tokens"]?["output_tokens"])?.count,
            cacheReadTokens: usage["cached_tokens"]?.count)
        guard !known.isEmpty else { return }
        draft.answer.usage = known
        draft.isRecognised = true
    }

    /// Reads an error, which is only a message.
    static func readFailure(_ value: WireValue, into draft: inout AnswerDraft) {
        guard let message = value["message"]?.string else { return }
        draft.failure = ProviderFailure(type: value["error_type"]?.nonEmptyString ?? "_OTHER", message: message)
    }
}

/// Cohere's embeddings.
///
/// Source: Cohere API reference, "Embed" (v2).
struct CohereEmbeddings: AnswerReader {
    var namesModel: Bool { false }

    static func recognise(_ body: WireValue) -> RecognisedRequest? {
        let hasInput = body["texts"] != nil || body["inputs"] != nil || body["images"] != nil
        guard hasInput, let model = body["model"]?.nonEmptyString else { return nil }
        var request = ModelRequest(operation: .embeddings, model: model, provider: .cohere)
        request.encodingFormats = body["embedding_types"]?.strings ?? []
        return RecognisedRequest(request: request, reader: CohereEmbeddings())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        draft.set(\.id, value["id"])
        Cohere.readFailure(value, into: &draft)
        var vectors = value["embeddings"]
        if case .object(let members) = vectors { vectors = members.first?.value }
        if let dimensions = vectors?.elements.first?.elementCount {
            draft.answer.embeddingDimensions = dimensions
            draft.isRecognised = true
        }
        Cohere.readUsage(value["meta"], into: &draft)
    }
}

/// Cohere's reranking: documents ordered by relevance to a query.
///
/// Source: Cohere API reference, "Rerank" (v2).
struct CohereRerank: AnswerReader {
    var namesModel: Bool { false }

    static func recognise(_ body: WireValue) -> RecognisedRequest? {
        guard let model = body["model"]?.nonEmptyString, let query = body["query"]?.string, body["documents"] != nil
        else { return nil }
        // The conventions have no operation for reranking; retrieval is the closest one.
        var request = ModelRequest(operation: .retrieval, model: model, provider: .cohere, messages: [.user(query)])
        request.topK = body["top_n"]?.double
        return RecognisedRequest(request: request, reader: CohereRerank())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        draft.set(\.id, value["id"])
        Cohere.readFailure(value, into: &draft)
        if value["results"] != nil { draft.isRecognised = true }
        Cohere.readUsage(value["meta"], into: &draft)
    }
}
