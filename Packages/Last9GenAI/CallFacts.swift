// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing
import GenAITelemetry

/// The facts of a finished span that determine its cost and the ledger entries to add it to.
struct CallFacts {
    /// The kind of operation that a span describes.
    enum Kind {
        case model, tool, agent, workflow, retrieval, other
    }

    /// The kind of operation that the span describes.
    var kind = Kind.other
    /// Indicates whether the attributes contain `gen_ai.system`.
    var hasSystem = false
    /// Indicates whether the attributes contain `gen_ai.l9.span.kind`.
    var hasSpanKind = false
    /// The model that answered, or else the requested one.
    var model: String?
    /// The requested model.
    var requestModel: String?
    /// The provider that served the model.
    var provider: String?
    /// The service tier, which may change the price.
    var serviceTier: String?
    /// A cost that is already on the span.
    var givenCost: Double?
    /// The tokens and other units that the call used.
    var usage = TokenUsage()
    /// Indicates whether the call failed.
    var isFailed = false

    // The ledger entries to add the call to.
    var workflow: String?
    var workflowName: String?
    var workflowType: String?
    var conversation: String?
    var user: String?
    var agent: String?
    /// The turn of the conversation.
    var turn: Int?

    /// Reads the facts of a span: from its recorded call, or else from its attributes.
    init(_ span: borrowing SpanData) {
        if let call = span.call as? RecordedCall, let identity = span.identity {
            self.init(call, identity.fields, hasSpanKind: span.attributes.contains(name: "gen_ai.l9.span.kind"))
            givenCost = span.attributes[.genAIUsageCostUSD]
            hasSystem = span.attributes.contains(name: "gen_ai.system")
        } else {
            self = span.attributes.withValues(of: Name.all) { CallFacts($0) }
            if let usage = span.usage { self.usage = usage }
            if case .error = span.status { isFailed = true }
        }
    }

    private init(_ call: RecordedCall, _ identity: GenAIIdentity.Fields, hasSpanKind: Bool) {
        kind = .model
        self.hasSpanKind = hasSpanKind
        model = call.responseModel ?? call.requestModel
        requestModel = call.requestModel
        provider = call.provider.rawValue
        serviceTier = call.serviceTier
        usage = call.usage ?? TokenUsage()
        isFailed = call.isFailed
        workflow = identity.workflow?.id
        workflowName = identity.workflow?.name
        workflowType = identity.workflow?.type
        conversation = call.conversationID
        user = identity.userID
        agent = identity.agent?.name
        turn = identity.turn
    }

    // All names are searched in one pass, which is several times faster than one by one.
    private init(_ values: ConventionValues) {
        requestModel = values.text(.requestModel)
        model = values.text(.responseModel) ?? requestModel
        if let operation = values.text(.operation) {
            kind = Kind(operation)
        } else {
            kind = Kind(values.text(.spanKind).map { Last9SpanKind(rawValue: $0) })
        }
        hasSpanKind = values[.spanKind] != nil
        workflow = values.id(.workflow)
        workflowName = values.id(.workflowName)
        workflowType = values.id(.workflowType)
        conversation = values.id(.conversation)
        user = values.id(.user)
        agent = values.id(.agent)
        turn = values.number(.turn)
        provider = values.text(.provider) ?? values.text(.system)
        hasSystem = values[.system] != nil
        guard kind == .model else { return }
        serviceTier = values.text(.serviceTier) ?? values.text(.formerServiceTier)
        givenCost = values[.cost].flatMap { Double(attributeValue: $0.pointee) }
        usage = values.usage
    }
}

extension CallFacts.Kind {
    fileprivate init(_ operation: String) {
        switch OperationName(rawValue: operation) {
        case .chat, .textCompletion, .generateContent, .embeddings: self = .model
        case .executeTool: self = .tool
        case .invokeAgent, .createAgent: self = .agent
        case .invokeWorkflow: self = .workflow
        case .retrieval: self = .retrieval
        default: self = .other
        }
    }

    /// Returns the kind of a span without an operation.
    fileprivate init(_ spanKind: Last9SpanKind?) {
        switch spanKind {
        case .llm: self = .model
        case .tool: self = .tool
        default: self = .other
        }
    }
}

/// The names of the attributes that contain facts.
private enum Name: Int, CaseIterable {
    case operation, spanKind, requestModel, responseModel, provider, system, serviceTier, formerServiceTier, cost
    case inputTokens, promptTokens, outputTokens, completionTokens
    case cacheReadTokens, cacheWriteTokens, cacheCreationTokens, reasoningTokens
    case workflow, workflowName, workflowType, conversation, user, agent, turn

    static let all = ConventionNameSet(allCases.map(\.prepared))

    private var prepared: AttributeName {
        switch self {
        case .operation: AttributeName(.genAIOperationName)
        case .spanKind: AttributeName(.genAIL9SpanKind)
        case .requestModel: AttributeName(.genAIRequestModel)
        case .responseModel: AttributeName(.genAIResponseModel)
        case .provider: AttributeName(.genAIProviderName)
        case .system: AttributeName(.genAISystem)
        case .serviceTier: AttributeName(.openAIResponseServiceTier)
        case .formerServiceTier: AttributeName(.genAIOpenAIResponseServiceTier)
        case .cost: AttributeName(.genAIUsageCostUSD)
        case .inputTokens: AttributeName(.genAIUsageInputTokens)
        case .promptTokens: AttributeName(.genAIUsagePromptTokens)
        case .outputTokens: AttributeName(.genAIUsageOutputTokens)
        case .completionTokens: AttributeName(.genAIUsageCompletionTokens)
        case .cacheReadTokens: AttributeName(.genAIUsageCacheReadInputTokens)
        case .cacheWriteTokens: AttributeName(.genAIUsageCacheWriteInputTokens)
        case .cacheCreationTokens: AttributeName(.genAIUsageCacheCreationInputTokens)
        case .reasoningTokens: AttributeName(.genAIUsageReasoningOutputTokens)
        case .workflow: AttributeName(.workflowID)
        case .workflowName: AttributeName(.workflowName)
        case .workflowType: AttributeName(.workflowType)
        case .conversation: AttributeName(.genAIConversationID)
        case .user: AttributeName(.userID)
        case .agent: AttributeName(.genAIAgentName)
        case .turn: AttributeName(.genAIConversationTurnNumber)
        }
    }
}

extension ConventionValues {
    fileprivate subscript(name: Name) -> UnsafePointer<AttributeValue>? { self[name.rawValue] }

    fileprivate func text(_ name: Name) -> String? {
        if case .string(let text) = self[name]?.pointee { text } else { nil }
    }

    fileprivate func number(_ name: Name) -> Int? {
        if case .int(let number) = self[name]?.pointee { number } else { nil }
    }

    /// Returns the value of a grouping attribute as text.
    fileprivate func id(_ name: Name) -> String? { self[name]?.pointee.scalarText }

    fileprivate var usage: TokenUsage {
        TokenUsage(
            inputTokens: number(.inputTokens) ?? number(.promptTokens),
            outputTokens: number(.outputTokens) ?? number(.completionTokens),
            cacheReadTokens: number(.cacheReadTokens),
            cacheWriteTokens: number(.cacheWriteTokens) ?? number(.cacheCreationTokens),
            reasoningTokens: number(.reasoningTokens))
    }
}
