// SPDX-License-Identifier: MIT
public import GenAICore

/// A request that telemetry can tell of.
protocol RecordedRequest: Sendable {
    /// What is asked.
    var facts: RequestFacts { get }
    /// What the model is told.
    var recordedContent: RequestContent { get }
    /// Adds what all generations of the conventions name alike.
    func addAttributes(to attributes: inout Attributes, _ names: ConventionNames)
}

/// An answer that telemetry can tell of.
protocol RecordedAnswer: Sendable {
    /// What came back.
    var facts: AnswerFacts { get }
}

/// What a call asks for, in the terms that all endpoints share.
struct RequestFacts: Sendable {
    /// What the call does.
    var operation: OperationName
    /// The model as asked for.
    var model: String
    /// The service tier asked for, unless it is left to the server.
    var serviceTier: String?
    /// Which of OpenAI's two generating APIs is used.
    var apiType: OpenAIAPIType?
    /// How hard the model is to think.
    var reasoningLevel: String?
    /// The response that is continued.
    var previousResponseID: String?
    /// The conversation that the server keeps.
    var conversationID: String?

    /// The name of the call's span: the operation and the model.
    var spanName: String {
        guard !model.isEmpty else { return operation.rawValue }
        let operation = operation.rawValue
        // Put together at once, which takes a quarter of the time of appending twice.
        return String(unsafeUninitializedCapacity: operation.utf8.count + 1 + model.utf8.count) { name in
            var end = 0
            withUTF8(of: operation) { end = name.initialize(fromContentsOf: $0) }
            name.initializeElement(at: end, to: UInt8(ascii: " "))
            withUTF8(of: model) { end = name[(end + 1)...].initialize(fromContentsOf: $0) }
            return end
        }
    }
}

/// What a model is told.
struct RequestContent: Sendable {
    /// The conversation so far.
    var messages: [ChatMessage] = []
    /// Instructions that are given apart from the messages.
    var instructions: String?
    /// The tools the model may call.
    var tools: [ChatTool] = []
}

/// What came back, in the terms that all endpoints share.
struct AnswerFacts: Sendable {
    /// The answer's identifier; empty when it has none.
    var id = ""
    /// The model that answered; empty when it is not named.
    var model = ""
    /// The answers, in order.
    var choices: [ChatChoice] = []
    /// What the call used up.
    var usage: TokenUsage?
    /// The service tier that served the call.
    var serviceTier: String?
    /// The server's configuration.
    var systemFingerprint: String?
    /// How many numbers a vector has; of embeddings.
    var dimensions: Int?
    /// Why the server could not answer, where the call itself went well.
    var failure: CallFailure?

    /// Why each answer ended.
    var finishReasons: [String] { choices.map(\.finishReasonText) }
}

extension ChatChoice {
    /// Why the answer ended; one without a reason was cut off.
    var finishReasonText: String { finishReason?.rawValue ?? "error" }
}

/// Why a call failed.
struct CallFailure: Sendable {
    /// A name of low cardinality.
    var type: String
    /// For people; may quote what the user or the model said.
    var message: String
}

extension ChatCompletionRequest: RecordedRequest {
    /// The request as telemetry sees it.
    var facts: RequestFacts {
        let tier = serviceTier?.rawValue
        return RequestFacts(
            operation: .chat, model: model, serviceTier: tier == ServiceTier.auto.rawValue ? nil : tier,
            apiType: .chatCompletions, reasoningLevel: reasoningEffort?.rawValue)
    }

    /// What the model is told.
    var recordedContent: RequestContent { RequestContent(messages: messages, tools: tools) }

    /// Adds what all generations of the conventions name alike.
    func addAttributes(to attributes: inout Attributes, _ names: ConventionNames) {
        attributes.set(names.temperature, temperature)
        attributes.set(names.topP, topP)
        attributes.set(names.maxTokens, maxCompletionTokens ?? maxTokens)
        attributes.set(names.frequencyPenalty, frequencyPenalty)
        attributes.set(names.presencePenalty, presencePenalty)
        attributes.set(names.seed, seed)
        attributes.set(names.choiceCount, choiceCount == 1 ? nil : choiceCount)
        attributes.set(names.stopSequences, stop.isEmpty ? nil : stop)
        attributes.set(names.outputType, outputType)
    }

    private var outputType: OutputType? {
        // A format is large to copy, and most requests have none.
        if case nil = responseFormat { return nil }
        return responseFormat?.type == "text" ? .text : .json
    }
}

extension ChatCompletion: RecordedAnswer {
    /// The answer as telemetry sees it.
    var facts: AnswerFacts {
        AnswerFacts(
            id: id, model: model, choices: choices, usage: usage?.tokenUsage, serviceTier: serviceTier?.rawValue,
            systemFingerprint: systemFingerprint)
    }
}

extension CompletionUsage {
    /// The usage in the terms of the conventions: totals include their parts.
    public var tokenUsage: TokenUsage {
        TokenUsage(
            inputTokens: promptTokens, outputTokens: completionTokens,
            cacheReadTokens: promptTokensDetails?.cachedTokens,
            cacheWriteTokens: promptTokensDetails?.cacheWriteTokens,
            reasoningTokens: completionTokensDetails?.reasoningTokens,
            inputAudioTokens: promptTokensDetails?.audioTokens,
            outputAudioTokens: completionTokensDetails?.audioTokens,
            inputImageTokens: promptTokensDetails?.imageTokens)
    }
}
