// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry

/// What a finished span says about a call to a model or a tool, and about whom the call was made for.
///
/// Read from the span's attributes where they lie, when asked for; valid inside ``with(_:_:)``.
struct CallFacts {
    /// What kind of work a span stands for.
    enum Kind {
        case model, tool, agent, workflow, other
    }

    /// What kind of work the span stands for.
    let kind: Kind
    /// The model that answered, or else the one that was asked for.
    let model: String?
    /// Where that is said.
    var modelName: UnsafePointer<AttributeValue>? { values.modelName }
    private let values: ConventionValues

    /// Reads a span, which must not change meanwhile.
    @inline(__always)
    static func with<Result>(
        _ span: borrowing SpanData, _ body: (CallFacts, borrowing SpanData) -> Result
    ) -> Result {
        // The names are looked for in one pass: asking for some twenty one by one takes four times as long.
        span.attributes.withValues(of: Name.all) { body(CallFacts($0), span) }
    }

    private init(_ values: ConventionValues) {
        self.values = values
        model = values.modelName?.pointee.text
        if let operation = values.text(.operation) {
            kind = Kind(operation)
        } else {
            kind = Kind(values.text(.spanKind).map { Last9SpanKind(rawValue: $0) })
        }
    }

    /// Whether the attributes say what kind of span it is, in the sense of `gen_ai.l9.span.kind`.
    var hasSpanKind: Bool { values[.spanKind] != nil }
    /// The model that was asked for.
    var requestModel: String? { values.text(.requestModel) }
    /// Who served the model.
    var provider: String? { values.text(.provider) ?? values.text(.system) }
    /// A cost that somebody else worked out.
    var givenCost: Double? { values[.cost].flatMap { Double(attributeValue: $0.pointee) } }
    /// How the call was made, where that matters to its price.
    var serviceTier: String? { values.text(.serviceTier) ?? values.text(.formerServiceTier) }
    /// What the call used up, as far as the attributes say.
    @inline(__always)
    var usage: TokenUsage {
        TokenUsage(
            inputTokens: values.number(.inputTokens) ?? values.number(.promptTokens),
            outputTokens: values.number(.outputTokens) ?? values.number(.completionTokens),
            cacheReadTokens: values.number(.cacheReadTokens),
            cacheWriteTokens: values.number(.cacheWriteTokens) ?? values.number(.cacheCreationTokens),
            reasoningTokens: values.number(.reasoningTokens))
    }

    // What the call is added up by, where it lies.
    var workflow: UnsafePointer<AttributeValue>? { values[.workflow] }
    var conversation: UnsafePointer<AttributeValue>? { values[.conversation] }
    var user: UnsafePointer<AttributeValue>? { values[.user] }
    var agent: UnsafePointer<AttributeValue>? { values[.agent] }
    /// The turn of the conversation.
    var turn: Int? { values.number(.turn) }
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
        case .workflow: AttributeName(CostLedger.Dimension.workflow.attribute)
        case .conversation: AttributeName(CostLedger.Dimension.conversation.attribute)
        case .user: AttributeName(CostLedger.Dimension.user.attribute)
        case .agent: AttributeName(CostLedger.Dimension.agent.attribute)
        case .turn: AttributeName(.genAIConversationTurnNumber)
        }
    }
}

extension ConventionValues {
    fileprivate subscript(name: Name) -> UnsafePointer<AttributeValue>? { self[name.rawValue] }

    fileprivate func text(_ name: Name) -> String? { self[name]?.pointee.text }

    /// Where the model that answered is named, or else the one that was asked for.
    fileprivate var modelName: UnsafePointer<AttributeValue>? {
        textPlace(.responseModel) ?? textPlace(.requestModel)
    }

    /// Where a name has a text.
    private func textPlace(_ name: Name) -> UnsafePointer<AttributeValue>? {
        if case .string = self[name]?.pointee { self[name] } else { nil }
    }

    fileprivate func number(_ name: Name) -> Int? {
        if case .int(let number) = self[name]?.pointee { number } else { nil }
    }
}

extension UnsafePointer {
    /// Whether two values have the same bits, so that they are equal. If not, they may be equal all the same.
    @inline(__always)
    func hasSameBits(as other: UnsafePointer) -> Bool {
        let (one, other) = (UnsafeRawPointer(self), UnsafeRawPointer(other))
        let size = MemoryLayout<Pointee>.size
        var offset = 0
        while offset &+ 8 <= size {
            guard
                one.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    == other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset &+= 8
        }
        while offset < size {
            guard one.load(fromByteOffset: offset, as: UInt8.self) == other.load(fromByteOffset: offset, as: UInt8.self)
            else { return false }
            offset &+= 1
        }
        return true
    }
}

extension AttributeValue {
    @inline(__always)
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The text of an attribute that calls are added up by, also of a number or truth value.
    @inline(__always)
    var accountID: String? {
        if case .string(let text) = self { text } else { spelledOut }
    }

    @inline(never)
    private var spelledOut: String? {
        switch self {
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        default: nil
        }
    }
}
