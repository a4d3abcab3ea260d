// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry

/// What a finished span says about a call to a model or a tool.
struct CallFacts {
    /// What kind of work a span stands for.
    enum Kind {
        case model, tool, agent, workflow, other
    }

    // All is read at once and nothing of the attributes is kept: while a second owner holds them, each change of the
    // span's attributes would copy them all.

    let kind: Kind
    /// The model that answered, or else the one that was asked for.
    var model: String?
    /// The model that was asked for.
    var requestModel: String?
    /// Who served the model.
    var provider: String?
    /// A cost that somebody else worked out.
    var givenCost: Double?
    /// What the call used up, or `nil` when nothing is said about it.
    var usage: TokenUsage?
    /// How the call was made, where that matters to its price.
    var priceContext: PriceContext?

    /// Reads a span's attributes; of one that is not a call to a model only the kind.
    ///
    /// - Parameter detailedUsage: The span's own usage, which goes before that in the attributes.
    init(_ attributes: Attributes, detailedUsage: TokenUsage?) {
        kind = Self.kind(of: attributes)
        guard kind == .model else { return }
        requestModel = attributes[.genAIRequestModel]
        model = attributes[.genAIResponseModel] ?? requestModel
        if let name = attributes[.genAIProviderName] ?? attributes[.genAISystem], name != .other {
            provider = name.rawValue
        }
        givenCost = attributes[.genAIUsageCostUSD]
        usage = detailedUsage ?? Self.usage(in: attributes)
        let tier = attributes[.openAIResponseServiceTier] ?? attributes[.genAIOpenAIResponseServiceTier]
        priceContext = tier.map { PriceContext(serviceTier: $0.rawValue) }
    }

    private static func usage(in attributes: Attributes) -> TokenUsage? {
        let usage = TokenUsage(
            inputTokens: attributes[.genAIUsageInputTokens] ?? attributes[.genAIUsagePromptTokens],
            outputTokens: attributes[.genAIUsageOutputTokens] ?? attributes[.genAIUsageCompletionTokens],
            cacheReadTokens: attributes[.genAIUsageCacheReadInputTokens],
            cacheWriteTokens: attributes[.genAIUsageCacheWriteInputTokens]
                ?? attributes[.genAIUsageCacheCreationInputTokens],
            reasoningTokens: attributes[.genAIUsageReasoningOutputTokens])
        return usage.isEmpty ? nil : usage
    }

    private static func kind(of attributes: Attributes) -> Kind {
        switch attributes[.genAIOperationName] {
        case .chat, .textCompletion, .generateContent, .embeddings: return .model
        case .executeTool: return .tool
        case .invokeAgent, .createAgent: return .agent
        case .invokeWorkflow: return .workflow
        case nil: break
        default: return .other
        }
        switch attributes[.genAIL9SpanKind] {
        case .llm: return .model
        case .tool: return .tool
        default: return .other
        }
    }
}
