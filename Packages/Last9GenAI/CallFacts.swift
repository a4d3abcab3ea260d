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

    let kind: Kind
    /// The model that answered, or else the one that was asked for.
    let model: String?
    /// The model that was asked for.
    let requestModel: String?
    private let attributes: Attributes
    private let detailedUsage: TokenUsage?

    init(_ span: SpanData) {
        attributes = span.attributes
        detailedUsage = span.usage
        kind = Self.kind(of: span.attributes)
        requestModel = kind == .model ? span.attributes[.genAIRequestModel] : nil
        model = kind == .model ? span.attributes[.genAIResponseModel] ?? requestModel : nil
    }

    /// Who served the model.
    var provider: String? {
        guard let name = attributes[.genAIProviderName] ?? attributes[.genAISystem], name != .other else { return nil }
        return name.rawValue
    }
    /// A cost that somebody else worked out.
    var givenCost: Double? { attributes[.genAIUsageCostUSD] }

    /// What the call used up, or `nil` when nothing is said about it.
    var usage: TokenUsage? {
        if let detailedUsage { return detailedUsage }
        let usage = TokenUsage(
            inputTokens: attributes[.genAIUsageInputTokens] ?? attributes[.genAIUsagePromptTokens],
            outputTokens: attributes[.genAIUsageOutputTokens] ?? attributes[.genAIUsageCompletionTokens],
            cacheReadTokens: attributes[.genAIUsageCacheReadInputTokens],
            cacheWriteTokens: attributes[.genAIUsageCacheWriteInputTokens]
                ?? attributes[.genAIUsageCacheCreationInputTokens],
            reasoningTokens: attributes[.genAIUsageReasoningOutputTokens])
        return usage.isEmpty ? nil : usage
    }

    /// How the call was made, where that matters to its price.
    var priceContext: PriceContext {
        let tier = attributes[.openAIResponseServiceTier] ?? attributes[.genAIOpenAIResponseServiceTier]
        return PriceContext(serviceTier: tier?.rawValue)
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
