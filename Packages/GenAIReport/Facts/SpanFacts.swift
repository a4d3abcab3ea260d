// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry

/// The facts that a report needs from a finished span, whichever library and convention it comes from.
struct SpanFacts: Sendable {
    /// The kind of operation that a span describes.
    enum Kind: String, Sendable {
        /// A call to a model that answers with text.
        case model
        /// A call to a model that answers with vectors.
        case embeddings
        case tool, agent, workflow, retrieval, other

        /// Indicates whether the span may have a cost.
        var isCall: Bool { self == .model || self == .embeddings }
    }

    var traceID: TraceID
    var spanID: SpanID
    var parentID: SpanID?
    var name: String
    var startNanoseconds: UnixNanoseconds
    var endNanoseconds: UnixNanoseconds
    var kind: Kind
    var operation: String?
    var conversation: String?
    var turn: Int?
    var user: String?
    var workflow: String?
    var agent: String?
    var tool: String?
    /// The model that answered, or else the requested one.
    var model: String?
    var requestModel: String?
    var provider: String?
    var serviceTier: String?
    var usage: TokenUsage
    /// The cost stated by the span.
    var recordedCost: USD?
    /// The reason stated by the span for a missing cost.
    var recordedReason: String?
    /// A description of the failure; `nil` if the span did not fail.
    var error: String?
    /// Unit: seconds.
    var timeToFirstChunk: Double?
    /// The values for further groupings, in the order of the index.
    var extras: [AttributeValue?]

    /// The duration of the operation; zero if the clock went backwards.
    var durationNanoseconds: UInt64 { endNanoseconds >= startNanoseconds ? endNanoseconds - startNanoseconds : 0 }
}

/// The properties that every span has besides its attributes.
struct SpanIdentity {
    var traceID: TraceID
    var spanID: SpanID
    var parentID: SpanID?
    var name: String
    var startNanoseconds: UnixNanoseconds
    var endNanoseconds: UnixNanoseconds
    /// The description of the status if that is an error.
    var failure: String?
}

extension SpanFacts {
    /// Reads a span of this process.
    init(_ span: SpanData, _ index: FactIndex) {
        var failure: String?
        if case .error(let description) = span.status { failure = description }
        self.init(
            SpanIdentity(
                traceID: span.context.traceID, spanID: span.context.spanID, parentID: span.parent?.spanID,
                name: span.name, startNanoseconds: span.startNanoseconds, endNanoseconds: span.endNanoseconds,
                failure: failure),
            FactTable(index, span.attributes))
        if let exact = span.usage, !exact.isEmpty { usage = exact }
    }

    init(_ identity: SpanIdentity, _ table: FactTable) {
        traceID = identity.traceID
        spanID = identity.spanID
        parentID = identity.parentID
        name = identity.name
        startNanoseconds = identity.startNanoseconds
        endNanoseconds = identity.endNanoseconds
        operation = table.text(.operation)
        kind = Kind(operation, table)
        conversation = table.text(.conversation, .session, .traceloopSession)
        turn = table.count(.turn, .formerTurn)
        user = table.text(.user, .endUser, .traceloopUser)
        workflow = table.text(.ownWorkflowName, .workflowName, .traceloopWorkflow, .workflow)
        agent = table.text(.agent, .llmAgent)
        tool = kind == .tool ? table.text(.toolName, .llmToolName) : nil
        requestModel = table.text(.requestModel)
        model = table.text(.responseModel, .requestModel, .llmModel, .embeddingModel)
        provider = table.text(.provider, .system, .llmProvider, .llmSystem)
        serviceTier = table.text(.serviceTier, .formerServiceTier)
        usage = TokenUsage(table)
        recordedCost = table.number(.costUSD).flatMap { USD($0) }
        recordedReason = table.text(.unpricedReason)
        error = identity.failure.map { $0.isEmpty ? table.text(.errorType) ?? "failed" : $0 } ?? table.text(.errorType)
        timeToFirstChunk = table.number(.timeToFirstChunk)
        extras = table.extras
    }
}

extension FactTable {
    /// The values of the requested names besides the fixed ones.
    var extras: [AttributeValue?] {
        let fixed = FactName.allCases.count
        return (fixed..<count).map { self[$0] }
    }
}

extension SpanFacts.Kind {
    fileprivate init(_ operation: String?, _ table: FactTable) {
        if let operation {
            self.init(operation: operation)
        } else if let kind = table.text(.spanKind) ?? table.text(.openInferenceKind) ?? table.text(.traceloopKind) {
            self.init(spanKind: kind)
        } else if let type = table.text(.llmRequestType) {
            self = type == "embedding" ? .embeddings : .model
        } else {
            self = table[.requestModel] != nil && table[.system] != nil ? .model : .other
        }
    }

    private init(operation: String) {
        switch OperationName(rawValue: operation) {
        case .chat, .textCompletion, .generateContent: self = .model
        case .embeddings: self = .embeddings
        case .executeTool: self = .tool
        case .invokeAgent, .createAgent: self = .agent
        case .invokeWorkflow: self = .workflow
        case .retrieval: self = .retrieval
        default: self = .other
        }
    }

    private init(spanKind: String) {
        switch spanKind.lowercased() {
        case "llm": self = .model
        case "embedding": self = .embeddings
        case "tool": self = .tool
        case "agent": self = .agent
        case "chain", "workflow", "task": self = .workflow
        case "retriever": self = .retrieval
        default: self = .other
        }
    }
}

extension TokenUsage {
    /// Reads the counts that a span states, under any of their names.
    init(_ table: FactTable) {
        self.init(
            inputTokens: table.count(.inputTokens, .promptTokens, .llmPromptTokens),
            outputTokens: table.count(.outputTokens, .completionTokens, .llmCompletionTokens),
            cacheReadTokens: table.count(.cacheRead, .formerCacheRead, .llmCacheRead),
            cacheWriteTokens: table.count(.cacheWrite, .cacheCreation, .formerCacheCreation),
            reasoningTokens: table.count(.reasoningTokens),
            inputAudioTokens: table.count(.audioInput), outputAudioTokens: table.count(.audioOutput),
            inputImageTokens: table.count(.imageInput), outputImageTokens: table.count(.imageOutput))
    }
}
