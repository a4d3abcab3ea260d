// SPDX-License-Identifier: MIT
package import GenAICore
package import GenAITelemetry

/// The attributes of one generation of the GenAI conventions. All names and values are defined here.
///
/// Source: semantic conventions v1.36.0 and v1.41.1, and semantic-conventions-genai for the unreleased generation.
package struct Conventions: Sendable {
    /// The generation.
    package let generation: GenAIConventions

    /// Creates the attributes of a generation.
    package init(_ generation: GenAIConventions) { self.generation = generation }

    /// Indicates whether messages are attributes and providers are named by `gen_ai.provider.name`.
    package var isLatest: Bool { generation >= .latest }
    private var isUnreleased: Bool { generation >= .development }

    /// Returns the attribute that names a provider.
    package func identity(of provider: ProviderName) -> Attributes {
        var attributes = Attributes()
        setProvider(provider, in: &attributes)
        return attributes
    }

    /// Sets a provider: `gen_ai.provider.name`, or `gen_ai.system` with its former spelling.
    package func setProvider(_ provider: ProviderName, in attributes: inout Attributes) {
        if isLatest {
            attributes[.genAIProviderName] = provider
        } else {
            attributes[.genAISystem] = provider.legacySpelling
        }
    }

    /// Adds the operation, model and server of a request, for spans, records and measurements.
    package func addSubject(of request: borrowing RequestFacts, to attributes: inout Attributes) {
        setProvider(request.provider, in: &attributes)
        attributes[.genAIOperationName] = request.operation
        if !request.model.isEmpty { attributes[.genAIRequestModel] = request.model }
        if let address = request.serverAddress { attributes[.serverAddress] = address }
        if let port = request.serverPort { attributes[.serverPort] = port }
    }

    /// Adds the attributes that are known when a call starts.
    package func addStart(of request: borrowing ModelRequest, to attributes: inout Attributes) {
        addParameters(of: request, to: &attributes)
        if let tier = request.serviceTier {
            attributes[isLatest ? .openAIRequestServiceTier : .genAIOpenAIRequestServiceTier] = OpenAIServiceTier(
                rawValue: tier)
        }
        guard isLatest else { return }
        if let type = request.apiType { attributes[.openAIAPIType] = type }
        if request.isStream { attributes[.genAIRequestStream] = true }
        guard isUnreleased else { return }
        if let level = request.reasoningLevel { attributes[.genAIRequestReasoningLevel] = level }
        if let id = request.previousResponseID { attributes[.genAIRequestPreviousResponseID] = id }
    }

    // One test for each parameter: most are `nil`, and writing `nil` would search for the name.
    private func addParameters(of request: borrowing ModelRequest, to attributes: inout Attributes) {
        if let value = request.temperature { attributes[.genAIRequestTemperature] = value }
        if let value = request.topP { attributes[.genAIRequestTopP] = value }
        if let value = request.topK { addTopK(value, of: request.operation, to: &attributes) }
        if let value = request.maxTokens { attributes[.genAIRequestMaxTokens] = value }
        if let value = request.frequencyPenalty { attributes[.genAIRequestFrequencyPenalty] = value }
        if let value = request.presencePenalty { attributes[.genAIRequestPresencePenalty] = value }
        if let value = request.seed { attributes[.genAIRequestSeed] = value }
        if let value = request.choiceCount, value != 1 { attributes[.genAIRequestChoiceCount] = value }
        if !request.stopSequences.isEmpty { attributes[.genAIRequestStopSequences] = request.stopSequences }
        if let value = request.outputType { attributes[.genAIOutputType] = value }
        if !request.encodingFormats.isEmpty { attributes[.genAIRequestEncodingFormats] = request.encodingFormats }
    }

    private func addTopK(_ value: Double, of operation: OperationName, to attributes: inout Attributes) {
        guard isUnreleased, operation == .retrieval else { return attributes[.genAIRequestTopK] = value }
        attributes[.genAIRetrievalTopK] = Int(exactly: value.rounded())
    }

    /// Adds the attributes of an answer.
    package func addEnd(of answer: borrowing ModelAnswer, to attributes: inout Attributes) {
        attributes.reserveCapacity(16)
        if let id = answer.id { attributes[.genAIResponseID] = id }
        if let model = answer.model { attributes[.genAIResponseModel] = model }
        if let provider = answer.provider { setProvider(provider, in: &attributes) }
        let reasons = answer.allFinishReasons
        if !reasons.isEmpty { attributes[.genAIResponseFinishReasons] = reasons }
        if let usage = answer.usage { add(usage, to: &attributes) }
        if isLatest, let count = answer.embeddingDimensions { attributes[.genAIEmbeddingsDimensionCount] = count }
        addServer(of: answer, to: &attributes)
    }

    /// Adds the configuration of the server that answered, for spans and measurements.
    package func addServer(of answer: borrowing ModelAnswer, to attributes: inout Attributes) {
        if let tier = answer.serviceTier {
            attributes[isLatest ? .openAIResponseServiceTier : .genAIOpenAIResponseServiceTier] = OpenAIServiceTier(
                rawValue: tier)
        }
        if let fingerprint = answer.systemFingerprint {
            attributes[isLatest ? .openAIResponseSystemFingerprint : .genAIOpenAIResponseSystemFingerprint] =
                fingerprint
        }
    }

    /// Adds token counts. Legacy conventions have totals only.
    package func add(_ usage: TokenUsage, to attributes: inout Attributes) {
        if let count = usage.inputTokens { attributes[.genAIUsageInputTokens] = count }
        if let count = usage.outputTokens { attributes[.genAIUsageOutputTokens] = count }
        guard isLatest else { return }
        if let count = usage.cacheReadTokens { attributes[.genAIUsageCacheReadInputTokens] = count }
        if let count = usage.reasoningTokens { attributes[.genAIUsageReasoningOutputTokens] = count }
        guard isUnreleased else {
            if let count = usage.cacheWriteTokens { attributes[.genAIUsageCacheCreationInputTokens] = count }
            return
        }
        attributes[.genAIUsageCacheWriteInputTokens] = usage.cacheWriteTokens
        attributes[.genAIUsageAudioInputTokens] = usage.inputAudioTokens
        attributes[.genAIUsageAudioOutputTokens] = usage.outputAudioTokens
        attributes[.genAIUsageImageInputTokens] = usage.inputImageTokens
        attributes[.genAIUsageImageOutputTokens] = usage.outputImageTokens
    }
}

/// The part of a request that is also on its log records and measurements.
package struct RequestFacts: Sendable, Hashable {
    /// The kind of call.
    package var operation: OperationName
    /// The requested model; empty if the provider chooses.
    package var model: String
    /// The provider of the request.
    package var provider: ProviderName
    /// The host of the request.
    package var serverAddress: String?
    /// The port of the request.
    package var serverPort: Int?

    /// Reads the facts of a request.
    package init(_ request: borrowing ModelRequest) {
        operation = request.operation
        model = request.model
        provider = request.provider
        serverAddress = request.serverAddress
        serverPort = request.serverPort
    }

    /// The name of the call's span: the operation and the model.
    package var spanName: String {
        model.isEmpty || operation == .retrieval ? operation.rawValue : "\(operation.rawValue) \(model)"
    }
}

extension OperationName {
    /// Indicates whether a model generates something, which makes turns, messages and records of operation details.
    package var isInference: Bool { self == .chat || self != .embeddings && self != .retrieval }
}

extension ProviderName {
    /// The value of `gen_ai.system`: before version 1.37.0, three providers had other spellings.
    package var legacySpelling: ProviderName {
        switch self {
        case .azureAIOpenAI: .legacyAzureAIOpenAI
        case .azureAIInference: .legacyAzureAIInference
        case .xAI: .legacyXAI
        default: self
        }
    }
}
