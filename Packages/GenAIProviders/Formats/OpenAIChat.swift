// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// OpenAI's chat completions and compatible APIs: Azure, OpenRouter, Groq, DeepSeek, Mistral, vLLM, llama.cpp.
///
/// Source: OpenAI API reference, "Chat Completions".
struct OpenAIChat: AnswerReader {
    /// The first slot of tool calls, after those of text and reasoning.
    private static let firstCallSlot = 1_000
    private static let mostChoices = 128
    private static let mostCalls = 1_024

    /// The calls of each choice, by the rule of identity.
    private var calls: [Int: ToolCallAssembly] = [:]
    /// The bytes of calls that may still be read: what identifies them takes memory too.
    private var callBytesLeft = 4_194_304

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
        if let failure = OpenAIFailure.find(in: value, members: ["choices"]) { draft.failure = failure }
        draft.set(\.id, value["id"])
        draft.set(\.model, value["model"])
        draft.set(\.serviceTier, value["service_tier"])
        draft.set(\.systemFingerprint, value["system_fingerprint"])
        let choices = value["choices"]?.elements ?? []
        for choice in choices { read(choice, into: &draft) }
        if let usage = OpenAIUsage.find(in: value).flatMap(OpenAIUsage.read) {
            draft.answer.usage = usage
            draft.isRecognised = true
            // Usage in a chunk without choices is that of the complete answer.
            if choices.isEmpty, (usage.outputTokens ?? 0) > 0 { draft.isComplete = true }
        }
    }

    private mutating func read(_ choice: WireValue, into draft: inout AnswerDraft) {
        guard choice.isObject else { return }
        let index = choice["index"]?.position ?? 0
        draft.isRecognised = true
        draft.setFinishReason(choice["finish_reason"], choice: index)
        guard let message = choice["delta"] ?? choice["message"] else { return }
        if choice["delta"] == nil { draft.isComplete = true }
        draft.setRole(message["role"], choice: index)
        let reasoning = message["reasoning_content"] ?? message["reasoning"]
        draft.addReasoning(reasoning?.string, choice: index)
        for part in (message["content"]?.elements ?? []).flatMap(OpenAIRequest.contentParts) {
            draft.addPart(part, choice: index)
        }
        draft.addText(message["refusal"]?.string, choice: index)
        draft.addText(message["audio"]?["transcript"]?.string, choice: index)
        let pieces = (message["tool_calls"] ?? message["function_call"])?.elements ?? []
        readCalls(pieces, choice: index, into: &draft)
    }

    private mutating func readCalls(_ values: [WireValue], choice: Int, into draft: inout AnswerDraft) {
        guard !values.isEmpty, calls.count < Self.mostChoices || calls[choice] != nil else { return }
        let pieces = values.map(Self.piece)
        callBytesLeft -= pieces.reduce(0) { $0 + $1.arguments.utf8.count + 64 }
        guard callBytesLeft > 0, calls[choice]?.count ?? 0 < Self.mostCalls else { return callBytesLeft = 0 }
        for (piece, placement) in zip(pieces, calls[choice, default: ToolCallAssembly()].place(pieces)) {
            let slot = Self.firstCallSlot + placement.position
            if placement.isNew {
                draft.beginToolCall(id: placement.id, name: placement.name ?? "", choice: choice, slot: slot)
            } else {
                draft.nameToolCall(id: placement.id, name: placement.name, choice: choice, slot: slot)
            }
            if placement.arguments == .replace { draft.removeArguments(choice: choice, slot: slot) }
            if placement.arguments != .ignore { draft.addArguments(piece.arguments, choice: choice, slot: slot) }
        }
    }

    private static func piece(_ value: WireValue) -> ToolCallAssembly.Piece {
        let call = OpenAIRequest.toolCall(value)
        return ToolCallAssembly.Piece(
            index: value["index"]?.count, id: call.id, name: call.name, arguments: call.arguments ?? "")
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
        if let failure = OpenAIFailure.find(in: value, members: ["choices"]) { draft.failure = failure }
        draft.set(\.id, value["id"])
        draft.set(\.model, value["model"])
        draft.set(\.systemFingerprint, value["system_fingerprint"])
        for choice in value["choices"]?.elements ?? [] {
            let index = choice["index"]?.position ?? 0
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
        if let failure = OpenAIFailure.find(in: value, members: ["data"]) { draft.failure = failure }
        draft.set(\.model, value["model"])
        if let vector = value["data"]?.elements.first?["embedding"] {
            draft.answer.embeddingDimensions = vector.elementCount ?? vector.string.map { Self.floats(inBase64: $0) }
            draft.isRecognised = true
        }
        if let usage = value["usage"].flatMap({ UsageReading($0).embeddingUsage }) { draft.answer.usage = usage }
    }

    /// Returns the number of 32-bit floats in Base64 text.
    private static func floats(inBase64 text: String) -> Int {
        text.utf8.count { $0 != UInt8(ascii: "=") } * 3 / 4 / 4
    }
}
