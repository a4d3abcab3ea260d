// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry

/// What a finished span says about a call to a model or a tool, and about whom the call was made for.
struct CallFacts {
    /// What kind of work a span stands for.
    enum Kind {
        case model, tool, agent, workflow, other
    }

    // The names are looked for in one pass: asking for some twenty one by one takes four times as long. And nothing of
    // the map is kept: while a second owner holds it, changing the span's would copy it.

    /// What kind of work the span stands for.
    let kind: Kind
    /// Whether the attributes say what kind of span it is, in the sense of `gen_ai.l9.span.kind`.
    let hasSpanKind: Bool
    /// The model that was asked for.
    let requestModel: String?
    /// The model that answered, or else the one that was asked for.
    let model: String?
    /// Who served the model.
    let provider: String?
    /// A cost that somebody else worked out.
    let givenCost: Double?
    /// What the call used up, as far as anything is said about it.
    let usage: TokenUsage
    /// How the call was made, where that matters to its price.
    let serviceTier: String?
    /// What the call is added up by.
    let workflow: String?
    let conversation: String?
    let user: String?
    let agent: String?
    /// The turn of the conversation.
    let turn: Int?

    /// Reads a span.
    init(_ span: borrowing SpanData) {
        let found = Found(span.attributes)
        kind = found.kind
        hasSpanKind = found.positions.contains(Name.spanKind.rawValue)
        requestModel = found[.requestModel]
        model = found[.responseModel] ?? requestModel
        let provider: String? = found[.provider] ?? found[.system]
        self.provider = provider == ProviderName.other.rawValue ? nil : provider
        givenCost = found[.cost]
        usage = span.usage ?? found.usage
        serviceTier = found[.serviceTier] ?? found[.formerServiceTier]
        workflow = found.id(.workflow)
        conversation = found.id(.conversation)
        user = found.id(.user)
        agent = found.id(.agent)
        turn = found[.turn]
    }
}

/// The attributes that facts are read from.
private struct Found {
    let attributes: Attributes
    let positions: AttributePositions

    init(_ attributes: Attributes) {
        self.attributes = attributes
        positions = attributes.positions(of: Name.table)
    }

    subscript<Value: AttributeValueConvertible>(name: Name) -> Value? {
        return attributes.value(name.rawValue, positions).flatMap { Value(attributeValue: $0) }
    }

    /// The text of what calls are added up by, also of a number or truth value.
    func id(_ name: Name) -> String? {
        return attributes.value(name.rawValue, positions)?.accountID
    }

    var usage: TokenUsage {
        TokenUsage(
            inputTokens: self[.inputTokens] ?? self[.promptTokens],
            outputTokens: self[.outputTokens] ?? self[.completionTokens], cacheReadTokens: self[.cacheReadTokens],
            cacheWriteTokens: self[.cacheWriteTokens] ?? self[.cacheCreationTokens],
            reasoningTokens: self[.reasoningTokens])
    }

    var kind: CallFacts.Kind {
        switch self[.operation] as OperationName? {
        case .chat, .textCompletion, .generateContent, .embeddings: return .model
        case .executeTool: return .tool
        case .invokeAgent, .createAgent: return .agent
        case .invokeWorkflow: return .workflow
        case nil: break
        default: return .other
        }
        switch self[.spanKind] as Last9SpanKind? {
        case .llm: return .model
        case .tool: return .tool
        default: return .other
        }
    }
}

/// The names that facts are read from.
private enum Name: Int, CaseIterable {
    case operation, spanKind, requestModel, responseModel, provider, system, serviceTier, formerServiceTier, cost
    case inputTokens, promptTokens, outputTokens, completionTokens
    case cacheReadTokens, cacheWriteTokens, cacheCreationTokens, reasoningTokens
    case workflow, conversation, user, agent, turn

    static let table = AttributeNameTable(allCases.map(\.text))

    private var text: String {
        switch self {
        case .operation: AttributeKey.genAIOperationName.name
        case .spanKind: AttributeKey.genAIL9SpanKind.name
        case .requestModel: AttributeKey.genAIRequestModel.name
        case .responseModel: AttributeKey.genAIResponseModel.name
        case .provider: AttributeKey.genAIProviderName.name
        case .system: AttributeKey.genAISystem.name
        case .serviceTier: AttributeKey.openAIResponseServiceTier.name
        case .formerServiceTier: AttributeKey.genAIOpenAIResponseServiceTier.name
        case .cost: AttributeKey.genAIUsageCostUSD.name
        case .inputTokens: AttributeKey.genAIUsageInputTokens.name
        case .promptTokens: AttributeKey.genAIUsagePromptTokens.name
        case .outputTokens: AttributeKey.genAIUsageOutputTokens.name
        case .completionTokens: AttributeKey.genAIUsageCompletionTokens.name
        case .cacheReadTokens: AttributeKey.genAIUsageCacheReadInputTokens.name
        case .cacheWriteTokens: AttributeKey.genAIUsageCacheWriteInputTokens.name
        case .cacheCreationTokens: AttributeKey.genAIUsageCacheCreationInputTokens.name
        case .reasoningTokens: AttributeKey.genAIUsageReasoningOutputTokens.name
        case .workflow: CostLedger.Dimension.workflow.attribute
        case .conversation: CostLedger.Dimension.conversation.attribute
        case .user: CostLedger.Dimension.user.attribute
        case .agent: CostLedger.Dimension.agent.attribute
        case .turn: AttributeKey.genAIConversationTurnNumber.name
        }
    }
}

extension AttributeValue {
    /// The text of an attribute that calls are added up by, also of a number or truth value.
    var accountID: String? {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        default: nil
        }
    }
}
