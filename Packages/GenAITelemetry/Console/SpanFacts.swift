// SPDX-License-Identifier: MIT
import GenAICore

/// What is worth showing of a span, in a few words each.
struct SpanFacts {
    /// Who and what for; shown only where it differs from the parent.
    var identity: [String] = []
    /// Model, tokens, cost and the like.
    var facts: [String] = []
    /// Prompts, completions and tool data, each with a label.
    var content: [(label: String, text: String)] = []
    /// Why the span failed.
    var error: String?

    init(_ span: SpanData, parent: SpanData?) {
        var rest = AttributeReader(span.attributes)
        identity = Self.identity(&rest, differingFrom: parent)
        facts = Self.model(&rest, name: span.name) + Self.usage(&rest)
        if let reasons = rest.take(.genAIResponseFinishReasons) { facts += reasons }
        if let tool = rest.take(.genAIToolName), !span.name.contains(tool) { facts.append("tool \(tool)") }
        error = Self.error(span, rest.take(.errorType))
        content = rest.takeContent()
        facts += rest.others()
    }

    private static func identity(_ attributes: inout AttributeReader, differingFrom parent: SpanData?) -> [String] {
        func changed<Value: Equatable>(_ key: AttributeKey<Value>) -> Value? {
            guard let value = attributes.take(key), parent?.attributes[key] != value else { return nil }
            return value
        }
        let conversation = changed(.genAIConversationID).map { "conversation \($0)" }
        let turn = changed(.genAIConversationTurn).map { "turn \($0)" }
        let user = changed(.userID).map { "user \($0)" }
        let workflowName = changed(.genAIWorkflowName)
        let workflowID = changed(.workflowID)
        let workflow = workflowName.map { name in workflowID.map { "\(name) (\($0))" } ?? name } ?? workflowID
        let type = changed(.workflowType).map { "type \($0)" }
        let agent = changed(.genAIAgentName).map { "agent \($0)" }
        return [conversation, turn, user, workflow.map { "workflow \($0)" }, type, agent].compactMap { $0 }
    }

    private static func model(_ attributes: inout AttributeReader, name: String) -> [String] {
        let requested = attributes.take(.genAIRequestModel)
        let answered = attributes.take(.genAIResponseModel)
        guard let model = answered ?? requested else { return [] }
        return name.hasSuffix(model) ? [] : [model]
    }

    private static func usage(_ attributes: inout AttributeReader) -> [String] {
        var facts: [String] = []
        let input = attributes.take(.genAIUsageInputTokens)
        let output = attributes.take(.genAIUsageOutputTokens)
        if input != nil || output != nil {
            facts.append("\(ConsoleText.grouped(input ?? 0)) → \(ConsoleText.grouped(output ?? 0)) tokens")
        }
        if let cached = attributes.take(.genAIUsageCacheReadInputTokens), cached > 0 {
            facts.append("\(ConsoleText.grouped(cached)) cached")
        }
        if let reasoning = attributes.take(.genAIUsageReasoningOutputTokens), reasoning > 0 {
            facts.append("\(ConsoleText.grouped(reasoning)) reasoning")
        }
        if let cost = attributes.take(.genAIUsageCostUSD) { facts.append(ConsoleText.dollars(cost)) }
        return facts
    }

    private static func error(_ span: SpanData, _ type: String?) -> String? {
        guard case .error(let description) = span.status else { return type }
        let message = description.isEmpty ? span.events.exceptionMessage : description
        return [type, message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

extension [SpanEvent] {
    fileprivate var exceptionMessage: String? {
        last { $0.name == "exception" }?.attributes[.exceptionMessage]
    }
}

/// Hands out attributes one by one, and knows which are left.
struct AttributeReader {
    private let attributes: Attributes
    private var taken: Set<String> = []

    init(_ attributes: Attributes) {
        self.attributes = attributes
    }

    /// Said already by the name, the kind or another attribute.
    private static let silent: Set<String> = [
        "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.l9.span.kind", "gen_ai.output.type",
        "gen_ai.conversation.turn_number", "gen_ai.usage.total_tokens", "gen_ai.usage.cost_input_usd",
        "gen_ai.usage.cost_output_usd", "gen_ai.usage.cost", "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.completion_tokens", "gen_ai.agent.id", "gen_ai.agent.description", "gen_ai.agent.version",
        "gen_ai.tool.type", "gen_ai.tool.description", "gen_ai.tool.definitions", "gen_ai.response.id",
    ]

    /// Where content is found, by the beginning of the name, in the order it is shown.
    private static let content: [(prefix: String, label: String)] = [
        ("gen_ai.system_instructions", "system"), ("gen_ai.input.messages", "in"), ("gen_ai.prompt", "in"),
        ("gen_ai.tool.call.arguments", "in"), ("gen_ai.output.messages", "out"), ("gen_ai.completion", "out"),
        ("gen_ai.tool.call.result", "out"),
    ]

    mutating func take<Value>(_ key: AttributeKey<Value>) -> Value? {
        taken.insert(key.name)
        return attributes[key]
    }

    mutating func takeContent() -> [(label: String, text: String)] {
        var content: [(label: String, text: String)] = []
        for (prefix, label) in Self.content {
            for attribute in attributes where attribute.key == prefix || attribute.key.hasPrefix(prefix + ".") {
                taken.insert(attribute.key)
                if attribute.key.hasSuffix(".role") { continue }
                content.append((label, attribute.value.consoleText))
            }
        }
        return content
    }

    /// What has not been taken, as `name value`.
    func others() -> [String] {
        attributes.filter { !taken.contains($0.key) && !Self.silent.contains($0.key) }
            .map { "\(Self.shortName($0.key)) \($0.value.consoleText)" }
    }

    private static func shortName(_ name: String) -> Substring {
        for prefix in ["gen_ai.request.", "gen_ai.", "custom."] where name.hasPrefix(prefix) {
            return name.dropFirst(prefix.count)
        }
        return name[...]
    }
}

extension AttributeValue {
    /// The value as a person would write it; structures as JSON.
    var consoleText: String {
        switch self {
        case .string(let text): return text
        case .bool(let flag): return "\(flag)"
        case .int(let number): return "\(number)"
        case .double(let number): return "\(number)"
        case .bytes(let bytes): return "\(ConsoleText.grouped(bytes.count)) bytes"
        case .null: return "null"
        case .array, .map:
            var writer = JSONWriter()
            writer.value(self)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}
