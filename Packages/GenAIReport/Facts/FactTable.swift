// SPDX-License-Identifier: MIT
import GenAICore

/// An attribute that a report needs from every span. Within a group, earlier cases take precedence.
enum FactName: Int, CaseIterable {
    case operation, spanKind, openInferenceKind, traceloopKind, llmRequestType, responseModel, requestModel
    case llmModel, embeddingModel, provider, system, llmProvider, llmSystem, serviceTier, formerServiceTier, costUSD
    case unpricedReason, inputTokens, promptTokens, llmPromptTokens, outputTokens, completionTokens
    case llmCompletionTokens, cacheRead, formerCacheRead, llmCacheRead, cacheWrite, cacheCreation
    case formerCacheCreation, reasoningTokens, audioInput, audioOutput, imageInput, imageOutput, conversation
    case session, traceloopSession, turn, formerTurn, user, endUser, traceloopUser, workflow, workflowName
    case ownWorkflowName, traceloopWorkflow, agent, llmAgent, toolName, llmToolName, errorType, timeToFirstChunk
    case streamed

    /// The attribute's name on spans.
    var attribute: String {
        switch self {
        case .operation: "gen_ai.operation.name"
        case .spanKind: "gen_ai.l9.span.kind"
        case .openInferenceKind: "openinference.span.kind"
        case .traceloopKind: "traceloop.span.kind"
        case .llmRequestType: "llm.request.type"
        case .responseModel: "gen_ai.response.model"
        case .requestModel: "gen_ai.request.model"
        case .llmModel: "llm.model_name"
        case .embeddingModel: "embedding.model_name"
        case .provider: "gen_ai.provider.name"
        case .system: "gen_ai.system"
        case .llmProvider: "llm.provider"
        case .llmSystem: "llm.system"
        case .serviceTier: "openai.response.service_tier"
        case .formerServiceTier: "gen_ai.openai.response.service_tier"
        case .costUSD: "gen_ai.usage.cost_usd"
        case .unpricedReason: "last9.cost.unpriced_reason"
        case .inputTokens: "gen_ai.usage.input_tokens"
        case .promptTokens: "gen_ai.usage.prompt_tokens"
        case .llmPromptTokens: "llm.token_count.prompt"
        case .outputTokens: "gen_ai.usage.output_tokens"
        case .completionTokens: "gen_ai.usage.completion_tokens"
        case .llmCompletionTokens: "llm.token_count.completion"
        case .cacheRead: "gen_ai.usage.cache_read.input_tokens"
        case .formerCacheRead: "gen_ai.usage.cache_read_input_tokens"
        case .llmCacheRead: "llm.token_count.prompt_details.cache_read"
        case .cacheWrite: "gen_ai.usage.cache_write.input_tokens"
        case .cacheCreation: "gen_ai.usage.cache_creation.input_tokens"
        case .formerCacheCreation: "gen_ai.usage.cache_creation_input_tokens"
        case .reasoningTokens: "gen_ai.usage.reasoning.output_tokens"
        case .audioInput: "gen_ai.usage.audio.input_tokens"
        case .audioOutput: "gen_ai.usage.audio.output_tokens"
        case .imageInput: "gen_ai.usage.image.input_tokens"
        case .imageOutput: "gen_ai.usage.image.output_tokens"
        case .conversation: "gen_ai.conversation.id"
        case .session: "session.id"
        case .traceloopSession: "traceloop.association.properties.session_id"
        case .turn: "gen_ai.conversation.turn_number"
        case .formerTurn: "gen_ai.conversation.turn"
        case .user: "user.id"
        case .endUser: "enduser.id"
        case .traceloopUser: "traceloop.association.properties.user_id"
        case .workflow: "workflow.id"
        case .workflowName: "gen_ai.workflow.name"
        case .ownWorkflowName: "workflow.name"
        case .traceloopWorkflow: "traceloop.workflow.name"
        case .agent: "gen_ai.agent.name"
        case .llmAgent: "agent.name"
        case .toolName: "gen_ai.tool.name"
        case .llmToolName: "tool.name"
        case .errorType: "error.type"
        case .timeToFirstChunk: "gen_ai.response.time_to_first_chunk"
        case .streamed: "gen_ai.request.stream"
        }
    }
}

/// The names of the needed attributes: those of ``FactName`` and those of further groupings.
struct FactIndex {
    /// The requested names besides the fixed ones.
    let extraNames: [String]
    // Indexed by length in bytes, since few names have the same length.
    private let candidates: [[(name: [UInt8], position: Int)]]

    init(extraNames: [String] = []) {
        self.extraNames = extraNames
        let names = FactName.allCases.map(\.attribute) + extraNames
        let longest = names.map(\.utf8.count).max() ?? 0
        var candidates = [[(name: [UInt8], position: Int)]](repeating: [], count: longest + 1)
        for (position, name) in names.enumerated() { candidates[name.utf8.count].append((Array(name.utf8), position)) }
        self.candidates = candidates
    }

    /// The number of values in a table.
    var count: Int { FactName.allCases.count + extraNames.count }

    /// Returns the position of a name's value; `nil` for names that are not needed.
    @inline(__always)
    func position(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        guard name.count < candidates.count else { return nil }
        for candidate in candidates[name.count] where candidate.name.elementsEqual(name) { return candidate.position }
        return nil
    }
}

/// The needed attributes of one span.
struct FactTable {
    private var values: [AttributeValue?]

    /// The number of positions in the table.
    var count: Int { values.count }

    init(_ index: FactIndex) {
        values = Array(repeating: nil, count: index.count)
    }

    /// Collects the needed attributes of a span.
    init(_ index: FactIndex, _ attributes: Attributes) {
        self.init(index)
        for attribute in attributes {
            var key = attribute.key
            let position = key.withUTF8 { index.position(of: $0) }
            if let position { values[position] = attribute.value }
        }
    }

    /// The value at a position of the index.
    subscript(position: Int) -> AttributeValue? {
        get { values[position] }
        set { values[position] = newValue }
    }

    subscript(name: FactName) -> AttributeValue? { values[name.rawValue] }

    /// Returns the first non-empty text among some attributes; numbers and Booleans are converted to text.
    func text(_ names: FactName...) -> String? {
        for name in names {
            if let text = self[name]?.scalarText, !text.isEmpty { return text }
        }
        return nil
    }

    /// Returns the first integer among some attributes.
    func count(_ names: FactName...) -> Int? {
        for name in names {
            switch self[name] {
            case .int(let number)?: return number
            case .double(let number)? where number >= 0 && number < 9e15: return Int(exactly: number.rounded())
            default: continue
            }
        }
        return nil
    }

    /// Returns the attribute as a number.
    func number(_ name: FactName) -> Double? { self[name].flatMap { Double(attributeValue: $0) } }
}
