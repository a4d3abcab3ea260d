// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// How telemetry names a provider; made once for all calls of a client.
struct ProviderIdentity: Sendable {
    private let legacy: Attributes
    private let latest: Attributes

    init(_ provider: String) {
        var legacy = Attributes()
        legacy[.genAISystem] = ProviderName(rawValue: Self.legacyName(of: provider))
        self.legacy = legacy
        var latest = Attributes()
        latest[.genAIProviderName] = ProviderName(rawValue: provider)
        self.latest = latest
    }

    /// The attribute of a generation of the conventions.
    func attributes(_ conventions: GenAIConventions) -> Attributes {
        conventions >= .latest ? latest : legacy
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

extension Sender {
    /// The attributes of calls under the names of one generation of the conventions.
    func names(_ conventions: GenAIConventions) -> ConventionNames {
        ConventionNames(
            identity: identity.attributes(conventions), conventions: conventions, host: address?.host,
            port: address?.port)
    }
}

/// The attributes of a call under the names of one generation of the conventions.
struct ConventionNames: Sendable {
    /// Names the provider; on every span, record and measurement of the call.
    let identity: Attributes
    let conventions: GenAIConventions
    let host: String?
    let port: Int?

    private var isLatest: Bool { conventions >= .latest }

    /// Adds what is known when the call starts.
    func addStart(
        of facts: RequestFacts, _ request: borrowing some RecordedRequest, isStream: Bool,
        to attributes: inout Attributes
    ) {
        addSubject(facts.operation, facts.model, to: &attributes)
        request.addAttributes(to: &attributes)
        let tier = facts.serviceTier.map(ServiceTier.init(rawValue:))
        guard isLatest else { return attributes.add(.genAIOpenAIRequestServiceTier, tier) }
        attributes.add(.openAIRequestServiceTier, tier)
        attributes.add(.openAIAPIType, facts.apiType)
        if isStream { attributes[.genAIRequestStream] = true }
        if conventions >= .development {
            attributes.add(.genAIRequestReasoningLevel, facts.reasoningLevel)
            attributes.add(.genAIRequestPreviousResponseID, facts.previousResponseID)
        }
    }

    /// Adds what the answer tells.
    func addEnd(of answer: AnswerFacts, to attributes: inout Attributes) {
        attributes.reserveCapacity(16)
        attributes.add(.genAIResponseID, answer.id.isEmpty ? nil : answer.id)
        attributes.add(.genAIResponseModel, answer.model.isEmpty ? nil : answer.model)
        if !answer.choices.isEmpty {
            // As values at once: a list of texts would be one more array.
            attributes[AttributeKey<[String]>.genAIResponseFinishReasons.name] = .array(
                answer.choices.map { .string($0.finishReasonText) })
        }
        if let usage = answer.usage { add(usage, to: &attributes) }
        if isLatest { attributes.add(.genAIEmbeddingsDimensionCount, answer.dimensions) }
        addServer(of: answer, to: &attributes)
    }

    /// What distinguishes the series of a call's measurements.
    func measured(_ operation: OperationName, _ model: String, _ answer: AnswerFacts) -> Attributes {
        var attributes = Attributes()
        attributes.reserveCapacity(10)
        addSubject(operation, model, to: &attributes)
        attributes.add(.genAIResponseModel, answer.model.isEmpty ? nil : answer.model)
        addServer(of: answer, to: &attributes)
        return attributes
    }

    /// Adds what is asked, and of whom.
    private func addSubject(_ operation: OperationName, _ model: String, to attributes: inout Attributes) {
        attributes.merge(identity)
        attributes[.genAIOperationName] = operation
        attributes.add(.genAIRequestModel, model.isEmpty ? nil : model)
        attributes.add(.serverAddress, host)
        attributes.add(.serverPort, port)
    }

    private func add(_ usage: TokenUsage, to attributes: inout Attributes) {
        attributes.add(.genAIUsageInputTokens, usage.inputTokens)
        attributes.add(.genAIUsageOutputTokens, usage.outputTokens)
        guard isLatest else { return }
        attributes.add(.genAIUsageCacheReadInputTokens, usage.cacheReadTokens)
        attributes.add(.genAIUsageReasoningOutputTokens, usage.reasoningTokens)
        guard conventions >= .development else {
            attributes.add(.genAIUsageCacheCreationInputTokens, usage.cacheWriteTokens)
            return
        }
        attributes.add(.genAIUsageCacheWriteInputTokens, usage.cacheWriteTokens)
        attributes.add(.genAIUsageAudioInputTokens, usage.inputAudioTokens)
        attributes.add(.genAIUsageAudioOutputTokens, usage.outputAudioTokens)
        attributes.add(.genAIUsageImageInputTokens, usage.inputImageTokens)
        attributes.add(.genAIUsageImageOutputTokens, usage.outputImageTokens)
    }

    private func addServer(of answer: AnswerFacts, to attributes: inout Attributes) {
        let tier = answer.serviceTier.map(ServiceTier.init(rawValue:))
        if isLatest {
            attributes.add(.openAIResponseServiceTier, tier)
            attributes.add(.openAIResponseSystemFingerprint, answer.systemFingerprint)
        } else {
            attributes.add(.genAIOpenAIResponseServiceTier, tier)
            attributes.add(.genAIOpenAIResponseSystemFingerprint, answer.systemFingerprint)
        }
    }
}

extension Attributes {
    /// Sets a value, if there is one: setting `nil` would look for one to remove.
    mutating func add<Value>(_ key: AttributeKey<Value>, _ value: Value?) {
        if let value { self[key] = value }
    }
}
