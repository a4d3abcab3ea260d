// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// The attributes of a call under the names of one generation of the conventions.
struct ConventionNames: Sendable {
    /// Names the provider; on every span, record and measurement of the call.
    let identity: Attributes
    private let conventions: GenAIConventions

    private var isLatest: Bool { conventions >= .latest }

    init(_ conventions: GenAIConventions, provider: String) {
        self.conventions = conventions
        var identity = Attributes()
        if conventions >= .latest {
            identity[.genAIProviderName] = ProviderName(rawValue: provider)
        } else {
            identity[.genAISystem] = ProviderName(rawValue: Self.legacyName(of: provider))
        }
        self.identity = identity
    }

    /// What is known when the call starts.
    func start(_ request: RequestFacts, isStream: Bool, address: ServerAddress?) -> Attributes {
        var attributes = identity
        attributes.reserveCapacity(24)
        attributes[.genAIOperationName] = request.operation
        attributes[.genAIRequestModel] = request.model.isEmpty ? nil : request.model
        attributes[.serverAddress] = address?.host
        attributes[.serverPort] = address?.port
        attributes.merge(request.attributes)
        let tier = request.serviceTier.map(ServiceTier.init(rawValue:))
        guard isLatest else {
            attributes[.genAIOpenAIRequestServiceTier] = tier
            return attributes
        }
        attributes[.openAIRequestServiceTier] = tier
        attributes[.openAIAPIType] = request.apiType
        if isStream { attributes[.genAIRequestStream] = true }
        if conventions >= .development {
            attributes[.genAIRequestReasoningLevel] = request.reasoningLevel
            attributes[.genAIRequestPreviousResponseID] = request.previousResponseID
        }
        return attributes
    }

    /// What the answer adds.
    func end(_ answer: AnswerFacts) -> Attributes {
        var attributes = Attributes()
        attributes.reserveCapacity(16)
        attributes[.genAIResponseID] = answer.id.isEmpty ? nil : answer.id
        attributes[.genAIResponseModel] = answer.model.isEmpty ? nil : answer.model
        attributes[.genAIResponseFinishReasons] = answer.choices.isEmpty ? nil : answer.finishReasons
        if let usage = answer.usage { add(usage, to: &attributes) }
        if isLatest { attributes[.genAIEmbeddingsDimensionCount] = answer.dimensions }
        addServer(of: answer, to: &attributes)
        return attributes
    }

    /// What distinguishes the series of a call's measurements.
    func measured(_ request: RequestFacts, _ answer: AnswerFacts, address: ServerAddress?) -> Attributes {
        var attributes = identity
        attributes.reserveCapacity(10)
        attributes[.genAIOperationName] = request.operation
        attributes[.genAIRequestModel] = request.model.isEmpty ? nil : request.model
        attributes[.serverAddress] = address?.host
        attributes[.serverPort] = address?.port
        attributes[.genAIResponseModel] = answer.model.isEmpty ? nil : answer.model
        addServer(of: answer, to: &attributes)
        return attributes
    }

    private func add(_ usage: TokenUsage, to attributes: inout Attributes) {
        attributes[.genAIUsageInputTokens] = usage.inputTokens
        attributes[.genAIUsageOutputTokens] = usage.outputTokens
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
        let tier = answer.serviceTier.map(ServiceTier.init(rawValue:))
        if isLatest {
            attributes[.openAIResponseServiceTier] = tier
            attributes[.openAIResponseSystemFingerprint] = answer.systemFingerprint
        } else {
            attributes[.genAIOpenAIResponseServiceTier] = tier
            attributes[.genAIOpenAIResponseSystemFingerprint] = answer.systemFingerprint
        }
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
