// SPDX-License-Identifier: MIT
import GenAICore

// If content is switched off, content that other libraries record is removed here, at the one point that every span and
// log record passes. The names of attributes decide, not their values: prompts look like any other text.
//
// Source: semantic conventions v1.28.0 to v1.41.1 (GenAI attributes and events); OpenInference; OpenLLMetry.

extension SpanData {
    /// Removes the content of prompts, answers, tools and documents. Everything else is kept.
    mutating func removeContent() {
        attributes.removeContent()
        for index in events.indices {
            events[index].attributes.removeContent(ofMessage: isMessageEvent(events[index].name))
        }
    }
}

extension LogRecordData {
    /// Removes the content of prompts, answers, tools and documents. Everything else is kept.
    mutating func removeContent() {
        var name = eventName
        if name == nil, case .string(let attribute)? = attributes["event.name"] { name = attribute }
        let isMessage = name.map(isMessageEvent) ?? false
        attributes.removeContent(ofMessage: isMessage)
        if isMessage, let body { self.body = body.withoutContent }
    }
}

extension Attributes {
    fileprivate mutating func removeContent(ofMessage isMessage: Bool = false) {
        guard contains(where: { isContent($0.key, ofMessage: isMessage) }) else { return }
        self = Attributes(filter { !isContent($0.key, ofMessage: isMessage) })
    }
}

extension AttributeValue {
    /// The body of a message event without its content; `nil` if nothing remains.
    fileprivate var withoutContent: AttributeValue? {
        switch self {
        case .map(let members):
            let kept = members.compactMap { member -> Attribute? in
                if structuralMembers.contains(member.key) { return member }
                guard nestedMembers.contains(member.key), let value = member.value.withoutContent else { return nil }
                return Attribute(key: member.key, value: value)
            }
            return kept.isEmpty ? nil : .map(Attributes(kept))
        case .array(let values):
            return .array(values.compactMap(\.withoutContent))
        default: return nil
        }
    }
}

private let structuralMembers: Set<String> = [
    "role", "index", "finish_reason", "id", "tool_call_id", "type", "name",
]
private let nestedMembers: Set<String> = ["message", "tool_calls", "function"]

/// Returns whether an event of a log or a span is, or contains, a message of a conversation.
private func isMessageEvent(_ name: String) -> Bool {
    name.hasPrefix("gen_ai.")
}

/// Returns whether an attribute is content.
private func isContent(_ name: String, ofMessage isMessage: Bool) -> Bool {
    if contentNames.contains(name) { return true }
    if isMessage, messageNames.contains(name) { return true }
    guard contentPrefixes.contains(where: { name.hasPrefix($0) && isIndexed(name.dropFirst($0.count)) }) else {
        return false
    }
    let last = name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[name.utf8.index(after: $0)...] } ?? name[...]
    return !structuralMembers.contains(String(last))
}

/// Returns whether a name continues with a number: `gen_ai.prompt.0.content` is content, `gen_ai.prompt.hash` is not.
private func isIndexed(_ rest: Substring) -> Bool {
    guard let first = rest.utf8.first else { return false }
    return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
}

private let contentNames: Set<String> = [
    "gen_ai.prompt", "gen_ai.completion", "gen_ai.input.messages", "gen_ai.output.messages",
    "gen_ai.system_instructions", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result",
    "gen_ai.retrieval.documents", "gen_ai.retrieval.query.text", "gen_ai.evaluation.explanation",
    "gen_ai.prompt.template", "gen_ai.function.call.arguments", "gen_ai.function.call.result",
    "tool_call.input", "tool_call.function.arguments",
    // OpenInference
    "input.value", "output.value", "llm.prompts", "llm.completions", "llm.prompt_template.template",
    "llm.prompt_template.variables", "llm.input_messages", "llm.output_messages", "llm.function_call",
    "tool.parameters", "retrieval.documents", "reranker.query", "embedding.text",
    // OpenLLMetry
    "traceloop.entity.input", "traceloop.entity.output",
]

/// The names of further content attributes of message events.
private let messageNames: Set<String> = ["content", "body", "message", "gen_ai.event.content", "tool_calls"]

private let contentPrefixes = [
    "gen_ai.prompt.", "gen_ai.completion.", "llm.prompts.", "llm.completions.", "llm.input_messages.",
    "llm.output_messages.", "retrieval.documents.", "embedding.embeddings.",
]
