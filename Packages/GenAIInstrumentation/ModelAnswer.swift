// SPDX-License-Identifier: MIT
public import GenAICore

/// The answer of a model, in the terms that all providers share. Everything is optional.
public struct ModelAnswer: Sendable, Hashable {
    /// The provider's name for the answer. Attribute `gen_ai.response.id`.
    public var id: String?
    /// The model that answered. Attribute `gen_ai.response.model`.
    public var model: String?
    /// The provider that answered, where it is another than the request says.
    public var provider: ProviderName?
    /// The answers, one message a choice. Content.
    public var messages: [Message]
    /// The reason each answer ended, in the provider's words; empty takes those of the messages.
    ///
    /// Attribute `gen_ai.response.finish_reasons`.
    public var finishReasons: [String]
    /// The tokens and other units that the call used; its cost is computed from them.
    public var usage: TokenUsage?
    /// The service tier that served the call.
    public var serviceTier: String?
    /// The configuration of the server. Attribute `openai.response.system_fingerprint`.
    public var systemFingerprint: String?
    /// The number of dimensions of a vector; of embeddings.
    public var embeddingDimensions: Int?
    /// Further attributes of the call's span.
    public var attributes: Attributes

    /// Creates an answer.
    public init(
        id: String? = nil, model: String? = nil, provider: ProviderName? = nil, messages: [Message] = [],
        finishReasons: [String] = [], usage: TokenUsage? = nil, serviceTier: String? = nil, attributes: Attributes = [:]
    ) {
        self.id = id
        self.model = model
        self.provider = provider
        self.messages = messages
        self.finishReasons = finishReasons
        self.usage = usage
        self.serviceTier = serviceTier
        self.attributes = attributes
    }
}
