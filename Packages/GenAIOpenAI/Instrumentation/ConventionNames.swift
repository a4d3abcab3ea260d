// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// The names of all generations of the conventions; made once for all calls of a client.
final class CallNames: Sendable {
    private let legacy: ConventionNames
    private let latest: ConventionNames
    private let development: ConventionNames

    init(provider: String, address: ServerAddress?) {
        legacy = ConventionNames(.legacy, provider: provider, address)
        latest = ConventionNames(.latest, provider: provider, address)
        development = ConventionNames(.development, provider: provider, address)
    }

    /// The names of one generation.
    func of(_ conventions: GenAIConventions) -> ConventionNames {
        conventions == .legacy ? legacy : conventions == .latest ? latest : development
    }
}

/// The attributes of a call under the names of one generation of the conventions, which are prepared.
final class ConventionNames: Sendable {
    /// Names the provider; on every span, record and measurement of the call.
    let identity: Attributes
    private let conventions: GenAIConventions
    private let providerName: String
    private let host: String?
    private let port: Int?

    // In the order in which they are used, so that they lie beside each other.
    private let provider: AttributeName
    private let operation = AttributeName(.genAIOperationName)
    private let requestModel = AttributeName(.genAIRequestModel)
    private let serverAddress = AttributeName(.serverAddress)
    private let serverPort = AttributeName(.serverPort)
    let temperature = AttributeName(.genAIRequestTemperature)
    let topP = AttributeName(.genAIRequestTopP)
    let maxTokens = AttributeName(.genAIRequestMaxTokens)
    let frequencyPenalty = AttributeName(.genAIRequestFrequencyPenalty)
    let presencePenalty = AttributeName(.genAIRequestPresencePenalty)
    let seed = AttributeName(.genAIRequestSeed)
    let choiceCount = AttributeName(.genAIRequestChoiceCount)
    let stopSequences = AttributeName(.genAIRequestStopSequences)
    let outputType = AttributeName(.genAIOutputType)
    let encodingFormats = AttributeName(.genAIRequestEncodingFormats)
    private let requestTier: AttributeName
    private let responseID = AttributeName(.genAIResponseID)
    private let responseModel = AttributeName(.genAIResponseModel)
    private let finishReasons = AttributeName(.genAIResponseFinishReasons)
    private let inputTokens = AttributeName(.genAIUsageInputTokens)
    private let outputTokens = AttributeName(.genAIUsageOutputTokens)
    private let responseTier: AttributeName
    private let fingerprint: AttributeName

    private var isLatest: Bool { conventions >= .latest }

    fileprivate init(_ conventions: GenAIConventions, provider: String, _ address: ServerAddress?) {
        self.conventions = conventions
        host = address?.host
        port = address?.port
        if conventions >= .latest {
            self.provider = AttributeName(.genAIProviderName)
            providerName = provider
            requestTier = AttributeName(.openAIRequestServiceTier)
            responseTier = AttributeName(.openAIResponseServiceTier)
            fingerprint = AttributeName(.openAIResponseSystemFingerprint)
        } else {
            self.provider = AttributeName(.genAISystem)
            providerName = Self.legacyName(of: provider)
            requestTier = AttributeName(.genAIOpenAIRequestServiceTier)
            responseTier = AttributeName(.genAIOpenAIResponseServiceTier)
            fingerprint = AttributeName(.genAIOpenAIResponseSystemFingerprint)
        }
        var identity = Attributes()
        identity.set(self.provider, .string(providerName))
        self.identity = identity
    }

    /// Adds what is known when the call starts.
    func addStart(
        of facts: RequestFacts, _ request: borrowing some RecordedRequest, isStream: Bool,
        to attributes: inout Attributes
    ) {
        addSubject(facts.operation, facts.model, to: &attributes)
        request.addAttributes(to: &attributes, self)
        attributes.set(requestTier, facts.serviceTier)
        guard isLatest else { return }
        attributes[.openAIAPIType] = facts.apiType
        if isStream { attributes[.genAIRequestStream] = true }
        if conventions >= .development {
            attributes[.genAIRequestReasoningLevel] = facts.reasoningLevel
            attributes[.genAIRequestPreviousResponseID] = facts.previousResponseID
        }
    }

    /// Adds what the answer tells.
    func addEnd(of answer: AnswerFacts, to attributes: inout Attributes) {
        attributes.reserveCapacity(16)
        attributes.set(responseID, answer.id.isEmpty ? nil : answer.id)
        attributes.set(responseModel, answer.model.isEmpty ? nil : answer.model)
        if answer.choices.count == 1 {
            attributes.set(finishReasons, .list(of: .string(answer.choices[0].finishReasonText)))
        } else if !answer.choices.isEmpty {
            // As values at once: a list of texts would be one more array.
            attributes.set(finishReasons, .array(answer.choices.map { .string($0.finishReasonText) }))
        }
        if let usage = answer.usage { add(usage, to: &attributes) }
        if isLatest { attributes[.genAIEmbeddingsDimensionCount] = answer.dimensions }
        addServer(of: answer, to: &attributes)
    }

    /// What distinguishes the series of a call's measurements.
    func measured(_ operation: OperationName, _ model: String, _ answer: AnswerFacts) -> Attributes {
        var attributes = Attributes()
        attributes.reserveCapacity(10)
        addSubject(operation, model, to: &attributes)
        attributes.set(responseModel, answer.model.isEmpty ? nil : answer.model)
        addServer(of: answer, to: &attributes)
        return attributes
    }

    /// Adds what is asked, and of whom.
    private func addSubject(_ operation: OperationName, _ model: String, to attributes: inout Attributes) {
        // Not merged as `identity`: that takes more than twice as long for one attribute.
        attributes.set(provider, .string(providerName))
        attributes.set(self.operation, .string(operation.rawValue))
        attributes.set(requestModel, model.isEmpty ? nil : model)
        attributes.set(serverAddress, host)
        attributes.set(serverPort, port)
    }

    private func add(_ usage: TokenUsage, to attributes: inout Attributes) {
        attributes.set(inputTokens, usage.inputTokens)
        attributes.set(outputTokens, usage.outputTokens)
        guard isLatest else { return }
        attributes[.genAIUsageCacheReadInputTokens] = usage.cacheReadTokens
        attributes[.genAIUsageReasoningOutputTokens] = usage.reasoningTokens
        guard conventions >= .development else {
            attributes[.genAIUsageCacheCreationInputTokens] = usage.cacheWriteTokens
            return
        }
        attributes[.genAIUsageCacheWriteInputTokens] = usage.cacheWriteTokens
        attributes[.genAIUsageAudioInputTokens] = usage.inputAudioTokens
        attributes[.genAIUsageAudioOutputTokens] = usage.outputAudioTokens
        attributes[.genAIUsageImageInputTokens] = usage.inputImageTokens
        attributes[.genAIUsageImageOutputTokens] = usage.outputImageTokens
    }

    private func addServer(of answer: AnswerFacts, to attributes: inout Attributes) {
        attributes.set(responseTier, answer.serviceTier)
        attributes.set(fingerprint, answer.systemFingerprint)
    }

    // Two providers were spelled otherwise before version 1.37.0.
    private static func legacyName(of provider: String) -> String {
        switch provider {
        case "azure.ai.openai": "az.ai.openai"
        case "azure.ai.inference": "az.ai.inference"
        case "x_ai": "xai"
        default: provider
        }
    }
}

extension Attributes {
    /// Sets a value under a prepared name, if there is one.
    mutating func set(_ name: AttributeName, _ value: (some AttributeValueConvertible)?) {
        if let value { set(name, value.attributeValue) }
    }
}
