// SPDX-License-Identifier: MIT
import GenAICore

/// The facts of a span that the console shows, in a few words each.
struct SpanFacts {
    /// Conversation, workflow, agent and user; shown only if they differ from the parent's.
    var identity: [String] = []
    /// Model, tokens, cost and similar facts.
    var facts: [String] = []
    /// Prompts, completions and tool data, each with a label.
    var content: [(label: String, text: String)] = []
    /// The error of a failed span.
    var error: String?

    init(_ span: SpanData, parent: SpanData?) {
        var rest = AttributeReader(span.attributes)
        identity = Self.identity(&rest, differingFrom: parent)
        facts = Self.model(&rest, name: span.name) + Self.usage(&rest) + Self.totals(&rest, of: span)
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
        let isConversation = attributes.peek(.sessionID) == attributes.peek(.genAIConversationID)
        let session = changed(.sessionID).flatMap { isConversation ? nil : "session \($0)" }
        let turn = changed(.genAIConversationTurn).map { "turn \($0)" }
        let user = changed(.userID).map { "user \($0)" }
        let workflow = workflow(changed(.workflowID), changed(.genAIWorkflowName), changed(.workflowType), &attributes)
        let agent = changed(.genAIAgentName).map { "agent \($0)" }
        return [conversation, session, turn, user, workflow, agent].compactMap { $0 }
    }

    private static func workflow(
        _ id: String?, _ name: String?, _ type: String?, _ attributes: inout AttributeReader
    ) -> String? {
        let vendorName = attributes.take(.workflowName)
        guard let shown = name ?? (id == nil ? nil : vendorName ?? id) else { return nil }
        let details = [id == shown ? nil : id, type].compactMap { $0 }
        return "workflow \(shown)" + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
    }

    /// Returns the final totals of a workflow; on its own span only, since inner spans have intermediate totals.
    private static func totals(_ attributes: inout AttributeReader, of span: SpanData) -> [String] {
        let cost = attributes.take(.workflowTotalCostUSD)
        let calls = attributes.take(.workflowLLMCalls)
        let tools = attributes.take(.workflowToolCalls) ?? 0
        guard span.attributes[.genAIOperationName] == .invokeWorkflow, let cost, let calls else { return [] }
        let toolCalls = tools == 0 ? [] : [tools == 1 ? "1 tool call" : "\(tools) tool calls"]
        return ["\(ConsoleText.dollars(cost)) in all", calls == 1 ? "1 call" : "\(calls) calls"] + toolCalls
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

extension [TraceSpan.Event] {
    fileprivate var exceptionMessage: String? {
        last { $0.name == "exception" }?.attributes[.exceptionMessage]
    }
}

/// Reads attributes one by one and tracks the remaining ones.
struct AttributeReader {
    private let attributes: Attributes
    private var taken: Set<String> = []

    init(_ attributes: Attributes) {
        self.attributes = attributes
    }

    /// Attributes that are not shown, because the name, the kind or another attribute shows the same.
    private static let silent: Set<String> = [
        "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.l9.span.kind", "gen_ai.output.type",
        "gen_ai.conversation.turn_number", "gen_ai.usage.total_tokens", "gen_ai.usage.cost_input_usd",
        "gen_ai.usage.cost_output_usd", "gen_ai.usage.cost", "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.completion_tokens", "gen_ai.agent.id", "gen_ai.agent.description", "gen_ai.agent.version",
        "server.address", "server.port", "gen_ai.tool.type", "gen_ai.tool.call.id", "gen_ai.tool.description",
        "gen_ai.tool.definitions", "gen_ai.response.id",
    ]

    /// The names of content attributes, in the order in which they are shown. Of several names only the first that a
    /// span has is shown: they are forms of the same messages.
    private static let content: [(names: [String], label: String)] = [
        (["gen_ai.system_instructions"], "system"), (["gen_ai.prompt", "gen_ai.input.messages"], "in"),
        (["gen_ai.tool.call.arguments"], "in"), (["gen_ai.completion", "gen_ai.output.messages"], "out"),
        (["gen_ai.tool.call.result"], "out"),
    ]

    mutating func take<Value>(_ key: AttributeKey<Value>) -> Value? {
        taken.insert(key.name)
        return attributes[key]
    }

    /// Returns the value without taking it.
    func peek<Value>(_ key: AttributeKey<Value>) -> Value? { attributes[key] }

    mutating func takeContent() -> [(label: String, text: String)] {
        var content: [(label: String, text: String)] = []
        for (names, label) in Self.content {
            let forms = names.map { name in attributes.filter { $0.key == name || $0.key.hasPrefix(name + ".") } }
            for attribute in forms.joined() { taken.insert(attribute.key) }
            guard let found = forms.first(where: { !$0.isEmpty }) else { continue }
            // Messages with attributes of their own are easier to read than the same ones as JSON. Of a prompt only the
            // latest message is shown, because the earlier ones were shown with the previous calls.
            let messages = found.filter { $0.key.hasSuffix(".content") || $0.key.hasSuffix(".tool_calls") }
            let shown =
                messages.isEmpty
                ? found.filter { names.contains($0.key) } : label == "in" ? messages.suffix(1) : messages
            content += shown.map { (label, $0.value.messageText ?? $0.value.consoleText) }
        }
        return content
    }

    /// Returns the remaining attributes, as `name value`.
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
    /// The text of the last message in the JSON text of messages; `nil` if the value is anything else.
    ///
    /// Source: semantic conventions v1.41.1, the JSON schemas of `gen_ai.input.messages` and `gen_ai.output.messages`.
    fileprivate var messageText: String? {
        guard case .string(let json) = self, json.hasPrefix("["),
            case .array(let messages)? = AttributeValue(jsonText: json),
            case .map(let message)? = messages.last, case .array(let parts)? = message["parts"]
        else { return nil }
        let texts = parts.compactMap { part -> String? in
            guard case .map(let members) = part, case .string(let text)? = members["content"] else { return nil }
            return text
        }
        return texts.isEmpty ? nil : texts.joined(separator: " ")
    }

    /// The value in a form for people; structures as JSON.
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
