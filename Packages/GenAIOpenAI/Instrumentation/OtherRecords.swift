// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

// MARK: - Legacy completions

extension CompletionRequest: RecordedRequest {
    func modelRequest(_ need: ContentNeed) -> ModelRequest {
        var request = ModelRequest(.textCompletion, model)
        request.temperature = temperature
        request.topP = topP
        request.maxTokens = maxTokens
        request.frequencyPenalty = frequencyPenalty
        request.presencePenalty = presencePenalty
        request.seed = seed
        request.choiceCount = choiceCount
        request.stopSequences = stop
        if need != .none {
            request.messages = prompt.map { need == .full ? .user($0) : Message(role: .user, parts: []) }
        }
        return request
    }
}

extension TextCompletion: RecordedAnswer {
    func modelAnswer(_ need: ContentNeed) -> ModelAnswer {
        var answer = ModelAnswer(id: id.unlessEmpty, model: model.unlessEmpty, usage: usage?.tokenUsage)
        answer.systemFingerprint = systemFingerprint.nonEmpty
        answer.finishReasons = choices.map { $0.finishReason?.rawValue ?? "error" }
        if need != .none {
            answer.messages = choices.map {
                need == .full ? .assistant($0.text) : Message(role: .assistant, parts: [])
            }
        }
        return answer
    }
}

extension TextCompletion: RecordedChunk {
    func add(to answer: inout ModelAnswer) {
        if let id = id.unlessEmpty { answer.id = answer.id ?? id }
        if let model = model.unlessEmpty { answer.model = answer.model ?? model }
        if let usage { answer.updateUsage(withCumulative: usage.tokenUsage) }
        if let systemFingerprint = systemFingerprint.nonEmpty { answer.systemFingerprint = systemFingerprint }
        for choice in choices {
            answer.appendText(choice.text, choice: choice.index)
            if let reason = choice.finishReason { answer.finish(reason.rawValue, choice: choice.index) }
        }
    }

    var failure: CallFailure? { nil }
}

// MARK: - Embeddings

extension EmbeddingRequest: RecordedRequest {
    /// Returns the request without its texts, which are only counted.
    func modelRequest(_ need: ContentNeed) -> ModelRequest {
        var request = ModelRequest(.embeddings, model)
        request.encodingFormats = encodingFormat.map { [$0] } ?? []
        return request
    }
}

extension EmbeddingResponse: RecordedAnswer {
    /// Returns the answer without output tokens, which embeddings do not have.
    func modelAnswer(_ need: ContentNeed) -> ModelAnswer {
        var answer = ModelAnswer(model: model.unlessEmpty, usage: usage?.embeddingUsage)
        answer.embeddingDimensions = data.first?.vector.count
        return answer
    }
}
