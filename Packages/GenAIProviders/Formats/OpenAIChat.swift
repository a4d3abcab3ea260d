// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// OpenAI's chat completions and compatible APIs: Azure, OpenRouter, Groq, DeepSeek, Mistral, vLLM, llama.cpp.
///
/// Source: OpenAI API reference, "Chat Completions".
struct OpenAIChat: AnswerReader {
    /// The first slot of tool calls, after those of text and reasoning.
    private static let firstCallSlot = 1_000

    /// The slot that a delta's index currently refers to. An index is a hint, not an identity.
    private var slots: [CallKey: Int] = [:]
    private var callCount = 0

    private struct CallKey: Sendable, Hashable {
        var choice: Int
        var index: Int
    }

    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        guard let messages = body["messages"], case .array = messages,
            let model = body["model"]?.nonEmptyString ?? model
        else { return nil }
        var request = ModelRequest(
            model: model, provider: .openAI, messages: messages.elements.map(OpenAIRequest.message))
        OpenAIRequest.fillIn(&request, from: body)
        request.apiType = .chatCompletions
        return RecognisedRequest(request: request, reader: OpenAIChat())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let failure = OpenAIFailure.find(in: value) { draft.failure = failure }
        draft.set(\.id, value["id"])
        draft.set(\.model, value["model"])
        draft.set(\.serviceTier, value["service_tier"])
        draft.set(\.systemFingerprint, value["system_fingerprint"])
        for choice in value["choices"]?.elements ?? [] { read(choice, into: &draft) }
        if let usage = OpenAIUsage.find(in: value).flatMap(OpenAIUsage.read) {
            draft.answer.usage = usage
            draft.isRecognised = true
        }
    }

    private mutating func read(_ choice: WireValue, into draft: inout AnswerDraft) {
        guard choice.isObject else { return }
        let index = choice["index"]?.count ?? 0
        draft.isRecognised = true
        draft.setFinishReason(choice["finish_reason"], choice: index)
        guard let message = choice["message"] ?? choice["delta"] else { return }
        draft.setRole(message["role"], choice: index)
        let reasoning = message["reasoning_content"] ?? message["reasoning"]
        draft.addReasoning(reasoning?.string, choice: index)
        for part in (message["content"]?.elements ?? []).flatMap(OpenAIRequest.contentParts) {
            draft.addPart(part, choice: index)
        }
        draft.addText(message["refusal"]?.string, choice: index)
        draft.addText(message["audio"]?["transcript"]?.string, choice: index)
        for (position, call) in (message["tool_calls"]?.elements ?? []).enumerated() {
            readCall(call, position: position, choice: index, into: &draft)
        }
        if let call = message["function_call"] { readCall(call, position: 0, choice: index, into: &draft) }
    }

    private mutating func readCall(_ call: WireValue, position: Int, choice: Int, into draft: inout AnswerDraft) {
        let key = CallKey(choice: choice, index: call["index"]?.count ?? position)
        let piece = OpenAIRequest.toolCall(call)
        let known = slots[key].flatMap { draft.toolCall(choice: choice, slot: $0) }
        if let slot = slots[key], let known, !begins(piece, after: known) {
            draft.nameToolCall(id: piece.id, name: piece.name.isEmpty ? nil : piece.name, choice: choice, slot: slot)
            draft.addArguments(piece.arguments, choice: choice, slot: slot)
            return
        }
        let slot = Self.firstCallSlot + callCount
        callCount += 1
        slots[key] = slot
        draft.beginToolCall(id: piece.id, name: piece.name, choice: choice, slot: slot)
        draft.addArguments(piece.arguments, choice: choice, slot: slot)
    }

    /// Returns whether a piece begins another call than the one its index had: it has another identifier, or another
    /// name after complete arguments.
    private func begins(_ piece: Message.ToolCall, after known: Message.ToolCall) -> Bool {
        if let id = piece.id, let earlier = known.id, id != earlier { return true }
        guard !piece.name.isEmpty, !known.name.isEmpty else { return false }
        return known.arguments?.last == "}" && piece.name != known.name
    }
}

/// OpenAI's legacy completions.
///
/// Source: OpenAI API reference, "Completions".
struct OpenAICompletions: AnswerReader {
    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        guard let prompt = body["prompt"], let model = body["model"]?.nonEmptyString ?? model else { return nil }
        var request = ModelRequest(
            operation: .textCompletion, model: model, provider: .openAI, messages: prompt.strings.map { .user($0) })
        OpenAIRequest.fillIn(&request, from: body)
        return RecognisedRequest(request: request, reader: OpenAICompletions())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let failure = OpenAIFailure.find(in: value) { draft.failure = failure }
        draft.set(\.id, value["id"])
        draft.set(\.model, value["model"])
        draft.set(\.systemFingerprint, value["system_fingerprint"])
        for choice in value["choices"]?.elements ?? [] {
            let index = choice["index"]?.count ?? 0
            draft.addText(choice["text"]?.string, choice: index)
            draft.setFinishReason(choice["finish_reason"], choice: index)
        }
        if let usage = OpenAIUsage.find(in: value).flatMap(OpenAIUsage.read) { draft.answer.usage = usage }
    }
}

/// OpenAI's embeddings.
///
/// Source: OpenAI API reference, "Embeddings".
struct OpenAIEmbeddings: AnswerReader {
    static func recognise(_ body: WireValue, model: String?) -> RecognisedRequest? {
        guard body["input"] != nil, let model = body["model"]?.nonEmptyString ?? model else { return nil }
        var request = ModelRequest(operation: .embeddings, model: model, provider: .openAI)
        request.encodingFormats = body["encoding_format"]?.strings ?? []
        return RecognisedRequest(request: request, reader: OpenAIEmbeddings())
    }

    mutating func read(_ event: BodyEvent, into draft: inout AnswerDraft) {
        let value = event.value
        if let failure = OpenAIFailure.find(in: value) { draft.failure = failure }
        draft.set(\.model, value["model"])
        if let vector = value["data"]?.elements.first?["embedding"] {
            draft.answer.embeddingDimensions = vector.elementCount ?? vector.string.map { Self.floats(inBase64: $0) }
            draft.isRecognised = true
        }
        // Embeddings have no output tokens, whatever `total_tokens` says.
        let tokens = value["usage"]?["prompt_tokens"]?.count ?? value["usage"]?["total_tokens"]?.count
        if let tokens { draft.answer.usage = TokenUsage(inputTokens: tokens) }
    }

    /// Returns the number of 32-bit floats in Base64 text.
    private static func floats(inBase64 text: String) -> Int {
        text.utf8.count { $0 != UInt8(ascii: "=") } * 3 / 4 / 4
    }
}
