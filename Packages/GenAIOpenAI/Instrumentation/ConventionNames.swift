// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// The attributes of a call under the names of one generation of the conventions.
struct ConventionNames: Sendable {
    /// Names the provider; on every span, record and measurement of the call.
    let identity: Attributes
    private let isLatest: Bool

    init(_ conventions: GenAIConventions, provider: String) {
        isLatest = conventions == .latest
        identity =
            isLatest
            ? ["gen_ai.provider.name": .string(provider)] : ["gen_ai.system": .string(Self.legacyName(of: provider))]
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
        if isLatest {
            attributes[.openAIRequestServiceTier] = tier
            attributes[.openAIAPIType] = request.apiType.map(OpenAIAPIType.init(rawValue:))
            attributes[.genAIRequestStream] = isStream ? true : nil
        } else {
            attributes[.genAIOpenAIRequestServiceTier] = tier
        }
        return attributes
    }

    /// What the answer adds.
    func end(_ answer: AnswerFacts) -> Attributes {
        var attributes = answer.attributes
        attributes[.genAIResponseID] = answer.id.isEmpty ? nil : answer.id
        attributes[.genAIResponseModel] = answer.model.isEmpty ? nil : answer.model
        attributes[.genAIResponseFinishReasons] = answer.choices.isEmpty ? nil : answer.finishReasons
        attributes[.genAIUsageInputTokens] = answer.usage?.inputTokens
        attributes[.genAIUsageOutputTokens] = answer.usage?.outputTokens
        let tier = answer.serviceTier.map(ServiceTier.init(rawValue:))
        if isLatest {
            attributes[.openAIResponseServiceTier] = tier
            attributes[.openAIResponseSystemFingerprint] = answer.systemFingerprint
            attributes[.genAIUsageCacheReadInputTokens] = answer.usage?.cacheReadTokens
            attributes[.genAIUsageReasoningOutputTokens] = answer.usage?.reasoningTokens
        } else {
            attributes[.genAIOpenAIResponseServiceTier] = tier
            attributes[.genAIOpenAIResponseSystemFingerprint] = answer.systemFingerprint
        }
        return attributes
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
