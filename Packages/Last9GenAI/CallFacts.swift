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
    private(set) var kind = Kind.other
    /// Whether the attributes say what kind of span it is, in the sense of `gen_ai.l9.span.kind`.
    private(set) var hasSpanKind = false
    /// The model that was asked for.
    private(set) var requestModel: String?
    /// The model that answered, or else the one that was asked for.
    private(set) var model: String?
    /// Who served the model.
    private(set) var provider: String?
    /// A cost that somebody else worked out.
    private(set) var givenCost: Double?
    /// What the call used up, as far as anything is said about it.
    private(set) var usage = TokenUsage()
    /// How the call was made, where that matters to its price.
    private(set) var serviceTier: String?
    /// What the call is added up by.
    private(set) var workflow: String?
    private(set) var conversation: String?
    private(set) var user: String?
    private(set) var agent: String?
    /// The turn of the conversation.
    private(set) var turn: Int?

    /// Reads a span.
    init(_ span: borrowing SpanData) {
        read(span)
    }

    private mutating func read(_ span: borrowing SpanData) {
        var others = Others()
        span.attributes.forEach(in: Name.table) { note(Name(rawValue: $0), $1, &others) }
        if kind == .other, !others.hasOperation { kind = Kind(others.spanKind) }
        if model == nil { model = requestModel }
        if provider == nil { provider = others.system }
        if provider == ProviderName.other.rawValue { provider = nil }
        if serviceTier == nil { serviceTier = others.formerServiceTier }
        if let known = span.usage {
            usage = known
            return
        }
        if usage.inputTokens == nil { usage.inputTokens = others.promptTokens }
        if usage.outputTokens == nil { usage.outputTokens = others.completionTokens }
        if usage.cacheWriteTokens == nil { usage.cacheWriteTokens = others.cacheCreationTokens }
    }

    /// What counts where the name that goes before it is absent.
    private struct Others {
        var hasOperation = false
        var spanKind: Last9SpanKind?
        var system: String?
        var formerServiceTier: String?
        var promptTokens: Int?
        var completionTokens: Int?
        var cacheCreationTokens: Int?
    }

    private mutating func note(_ name: Name?, _ attribute: UnsafePointer<Attribute>, _ others: inout Others) {
        switch name {
        case .operation:
            guard let operation = attribute.pointee.value.text else { return }
            others.hasOperation = true
            kind = Kind(operation)
        case .spanKind:
            hasSpanKind = true
            others.spanKind = attribute.pointee.value.text.map { Last9SpanKind(rawValue: $0) }
        case .requestModel: requestModel = attribute.pointee.value.text
        case .responseModel: model = attribute.pointee.value.text
        case .provider: provider = attribute.pointee.value.text
        case .system: others.system = attribute.pointee.value.text
        case .serviceTier: serviceTier = attribute.pointee.value.text
        case .formerServiceTier: others.formerServiceTier = attribute.pointee.value.text
        case .cost: givenCost = Double(attributeValue: attribute.pointee.value)
        case .inputTokens: usage.inputTokens = attribute.pointee.value.number
        case .promptTokens: others.promptTokens = attribute.pointee.value.number
        case .outputTokens: usage.outputTokens = attribute.pointee.value.number
        case .completionTokens: others.completionTokens = attribute.pointee.value.number
        case .cacheReadTokens: usage.cacheReadTokens = attribute.pointee.value.number
        case .cacheWriteTokens: usage.cacheWriteTokens = attribute.pointee.value.number
        case .cacheCreationTokens: others.cacheCreationTokens = attribute.pointee.value.number
        case .reasoningTokens: usage.reasoningTokens = attribute.pointee.value.number
        case .workflow: workflow = attribute.pointee.value.accountID
        case .conversation: conversation = attribute.pointee.value.accountID
        case .user: user = attribute.pointee.value.accountID
        case .agent: agent = attribute.pointee.value.accountID
        case .turn: turn = attribute.pointee.value.number
        case nil: break
        }
    }
}

extension CallFacts.Kind {
    fileprivate init(_ operation: String) {
        switch OperationName(rawValue: operation) {
        case .chat, .textCompletion, .generateContent, .embeddings: self = .model
        case .executeTool: self = .tool
        case .invokeAgent, .createAgent: self = .agent
        case .invokeWorkflow: self = .workflow
        default: self = .other
        }
    }

    /// What a span without an operation says itself.
    fileprivate init(_ spanKind: Last9SpanKind?) {
        switch spanKind {
        case .llm: self = .model
        case .tool: self = .tool
        default: self = .other
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
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var number: Int? {
        if case .int(let number) = self { number } else { nil }
    }

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
