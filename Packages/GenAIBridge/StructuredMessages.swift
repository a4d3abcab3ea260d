// SPDX-License-Identifier: MIT
import GenAICore

/// Reads the newer convention: all messages in attributes of the span or of one event, each made of parts.
///
/// Source: semantic-conventions v1.41.1, JSON schemas of `gen_ai.input.messages`, `gen_ai.output.messages` and
/// `gen_ai.system_instructions`.
extension MessageReader {
    /// Returns the messages sent to the model, the instructions first; `nil` if the attributes hold none.
    func prompts(in attributes: Attributes) -> [Message]? {
        let instructions = attributes[names.systemInstructions].flatMap(instructions)
        let input = attributes[names.inputMessages].flatMap { messages($0, role: "user") }
        guard instructions != nil || input != nil else { return nil }
        return (instructions.map { [$0] } ?? []) + (input ?? [])
    }

    /// Returns the model's answers; `nil` if the attributes hold none.
    func completions(in attributes: Attributes) -> [Message]? {
        guard let output = attributes[names.outputMessages], let messages = messages(output, role: "assistant")
        else { return nil }
        return messages.enumerated().map { index, message in message.numbered(index) }
    }

    private func instructions(_ value: AttributeValue) -> Message? {
        let parts = value.parsed(asListFrom: maxParsedLength) ?? value
        guard case .array(let parts) = parts else { return message(role: "system", content: parts.unlessNull) }
        guard !parts.isEmpty else { return nil }
        return message(role: "system", content: Parts(parts).content)
    }

    private func messages(_ value: AttributeValue, role: String) -> [Message]? {
        switch value.parsed(asListFrom: maxParsedLength) ?? value {
        case .array(let elements): return elements.flatMap { messages(in: $0, role: role) }
        case .map(let members): return messages(in: .map(members), role: role)
        default: return nil
        }
    }

    // Returns one message, or several if the element holds the results of several tool calls.
    private func messages(in element: AttributeValue, role: String) -> [Message] {
        guard let members = element.members(parsingUpTo: maxParsedLength) else {
            return [message(role: role, content: element.unlessNull)]
        }
        let role = members["role"]?.shortText ?? role
        let finishReason = members["finish_reason"]?.shortText.map { $0 == "tool_call" ? "tool_calls" : $0 }
        guard case .array(let list)? = members["parts"] else {
            return [
                message(
                    role: role, content: members["content"]?.unlessNull, toolCalls: members["tool_calls"],
                    toolCallID: members["tool_call_id"]?.shortText, finishReason: finishReason)
            ]
        }
        let parts = Parts(list)
        let results = parts.toolResults.map { message(role: role, content: $0.response, toolCallID: $0.id) }
        if parts.content == nil, parts.toolCalls.isEmpty, !results.isEmpty { return results }
        let rest = message(
            role: role, content: parts.content, toolCalls: .array(parts.toolCalls), finishReason: finishReason)
        return [rest] + results
    }
}

/// The parts of one message, sorted by their use.
private struct Parts {
    private var texts: [String] = []
    private var contents: [AttributeValue] = []
    var toolCalls: [AttributeValue] = []
    var toolResults: [(id: String?, response: AttributeValue?)] = []

    init(_ parts: [AttributeValue]) {
        for part in parts {
            guard case .map(let members) = part else {
                contents.append(part)
                continue
            }
            switch members["type"] {
            case "text": text(members, part)
            case "tool_call": toolCalls.append(Self.toolCall(members))
            case "tool_call_response":
                toolResults.append((members["id"]?.shortText, members["response"] ?? members["result"]))
            default: contents.append(part)
            }
        }
    }

    /// The text of a message that is only one text, otherwise the parts in the form of the OpenAI API.
    var content: AttributeValue? {
        if let only = texts.first, texts.count == 1, contents.count == 1 { return .string(only) }
        guard !contents.isEmpty else { return nil }
        return .array(contents)
    }

    private mutating func text(_ members: Attributes, _ part: AttributeValue) {
        guard case .string(let text)? = members["content"] else { return contents.append(part) }
        texts.append(text)
        contents.append(["type": "text", "text": .string(text)])
    }

    // The API, and with it the older convention, has arguments as JSON text.
    private static func toolCall(_ members: Attributes) -> AttributeValue {
        var function: Attributes = [:]
        function["name"] = members["name"]
        switch members["arguments"] {
        case nil: break
        case .string(let text)?: function["arguments"] = .string(text)
        case let value?: function["arguments"] = .string(value.jsonText)
        }
        var call: Attributes = [:]
        call["id"] = members["id"]
        call["type"] = "function"
        call["function"] = .map(function)
        return .map(call)
    }
}
