// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAITelemetry

extension Last9 {
    /// A backend's own attribute names for GenAI spans, in addition to those of the conventions.
    ///
    /// A dialect adds attributes and removes none. Off by default.
    public struct Dialect: RawRepresentable, Sendable, Hashable {
        /// The name in `LAST9_GENAI_DIALECTS`.
        public let rawValue: String

        /// Creates a dialect from its name. An unknown one does nothing.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// OpenInference, which Phoenix reads: kind, input, output, session, cost.
        public static let openInference = Dialect(rawValue: "openinference")
        /// MLflow: the cost as JSON text, with the input and output of OpenInference.
        public static let mlflow = Dialect(rawValue: "mlflow")
        /// Langfuse: session, user, and the cost as JSON text.
        public static let langfuse = Dialect(rawValue: "langfuse")
        /// OpenLLMetry, which Traceloop reads: kind and session.
        public static let traceloop = Dialect(rawValue: "traceloop")

        /// All dialects by name.
        static let all = Dictionary(
            uniqueKeysWithValues: [openInference, mlflow, langfuse, traceloop].map { ($0.rawValue, $0) })
    }
}

/// Adds the attributes by which other backends recognise a GenAI span.
///
/// Runs after the processors that set costs and messages. Source: OpenInference semantic conventions, and the readers
/// of MLflow 3.17, Langfuse 4.16 and OpenLLMetry.
struct DialectProcessor: SpanProcessor, DeadlineKeeping {
    private let dialects: Set<Last9.Dialect>

    init(_ dialects: [Last9.Dialect]) { self.dialects = Set(dialects) }

    func onEnding(_ span: inout SpanData) {
        guard let facts = Facts(span) else { return }
        var added: Attributes = [:]
        if dialects.contains(.openInference) { added.merge(openInference(facts)) }
        if dialects.contains(.mlflow) { added.merge(mlflow(facts)) }
        if dialects.contains(.langfuse) { added.merge(langfuse(facts)) }
        if dialects.contains(.traceloop) { added.merge(traceloop(facts)) }
        // Attributes that the application has set itself are kept.
        for attribute in added where span.attributes[attribute.key] == nil {
            span.attributes[attribute.key] = attribute.value
        }
    }

    private func openInference(_ facts: Facts) -> Attributes {
        var attributes: Attributes = ["openinference.span.kind": .string(facts.kind.openInference)]
        attributes.merge(content(facts))
        attributes["session.id"] = facts.session
        guard let cost = facts.cost else { return attributes }
        attributes["llm.cost.total"] = .double(cost.total)
        attributes["llm.cost.prompt"] = cost.input.map(AttributeValue.double)
        attributes["llm.cost.completion"] = cost.output.map(AttributeValue.double)
        return attributes
    }

    private func mlflow(_ facts: Facts) -> Attributes {
        var attributes = content(facts)
        attributes["mlflow.llm.cost"] = facts.cost.map { cost in
            cost.json(input: "input_cost", output: "output_cost", total: "total_cost")
        }
        return attributes
    }

    private func langfuse(_ facts: Facts) -> Attributes {
        var attributes: Attributes = [:]
        attributes["langfuse.session.id"] = facts.session
        attributes["langfuse.user.id"] = facts.user
        attributes["langfuse.observation.cost_details"] = facts.cost.map { cost in
            cost.json(input: "input", output: "output", total: "total")
        }
        return attributes
    }

    private func traceloop(_ facts: Facts) -> Attributes {
        var attributes: Attributes = [:]
        attributes["traceloop.span.kind"] = facts.kind.traceloop.map(AttributeValue.string)
        attributes["traceloop.association.properties.session_id"] = facts.session
        return attributes
    }

    private func content(_ facts: Facts) -> Attributes {
        var attributes: Attributes = [:]
        attributes["input.value"] = facts.input
        attributes["output.value"] = facts.output
        return attributes
    }
}

extension DialectProcessor {
    /// The facts of a GenAI span for which dialects have names.
    private struct Facts {
        var kind: Kind
        var input: AttributeValue?
        var output: AttributeValue?
        var session: AttributeValue?
        var user: AttributeValue?
        var cost: Cost?

        /// Reads the facts of a span; `nil` if it is not a GenAI operation.
        init?(_ span: borrowing SpanData) {
            let attributes = span.attributes
            guard let kind = Kind(attributes) else { return nil }
            self.kind = kind
            session = attributes["gen_ai.conversation.id"]
            user = attributes["user.id"]
            if let total = attributes[.genAIUsageCostUSD] {
                cost = Cost(
                    total: total, input: attributes[.genAIUsageCostInputUSD],
                    output: attributes[.genAIUsageCostOutputUSD])
            }
            if let texts = span.call as? any RecordedTexts {
                input = texts.inputText.map(AttributeValue.string)
                output = texts.outputText.map(AttributeValue.string)
            } else {
                input = Self.first(
                    ["gen_ai.tool.call.arguments", "gen_ai.retrieval.query.text", "gen_ai.input.messages"], attributes)
                output = Self.first(
                    ["gen_ai.tool.call.result", "gen_ai.retrieval.documents", "gen_ai.output.messages"], attributes)
            }
        }

        private static func first(_ names: [String], _ attributes: Attributes) -> AttributeValue? {
            names.lazy.compactMap { attributes[$0] }.first.map { .string($0.contentText) }
        }
    }

    /// A cost in USD.
    private struct Cost {
        var total: Double
        var input: Double?
        var output: Double?

        func json(input: String, output: String, total: String) -> AttributeValue {
            var members: Attributes = [:]
            members[input] = self.input.map(AttributeValue.double)
            members[output] = self.output.map(AttributeValue.double)
            members[total] = .double(self.total)
            return .string(AttributeValue.map(members).jsonText)
        }
    }

    private enum Kind {
        case model, embedding, retrieval, tool, agent, workflow, chain

        init?(_ attributes: Attributes) {
            switch attributes[.genAIOperationName] {
            case .chat, .textCompletion, .generateContent: self = .model
            case .embeddings: self = .embedding
            case .retrieval: self = .retrieval
            case .executeTool: self = .tool
            case .invokeAgent, .createAgent: self = .agent
            case .invokeWorkflow: self = .workflow
            default:
                switch attributes[.genAIL9SpanKind] {
                case .llm: self = .model
                case .tool: self = .tool
                case .agent: self = .agent
                case .chain, .prompt: self = .chain
                default: return nil
                }
            }
        }

        var openInference: String {
            switch self {
            case .model: "LLM"
            case .embedding: "EMBEDDING"
            case .retrieval: "RETRIEVER"
            case .tool: "TOOL"
            case .agent: "AGENT"
            case .workflow, .chain: "CHAIN"
            }
        }

        var traceloop: String? {
            switch self {
            case .workflow: "workflow"
            case .agent: "agent"
            case .tool: "tool"
            case .chain: "task"
            case .model, .embedding, .retrieval: nil
            }
        }
    }
}
