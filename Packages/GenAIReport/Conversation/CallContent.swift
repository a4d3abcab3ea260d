// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAITelemetry

/// The messages of one call, wherever they were recorded.
struct CallContent {
    var input: [Message] = []
    var output: [Message] = []
    /// Indicates whether the recorded content says that a part of it was left out.
    var isCut = false

    /// Collects the messages of a span, its events and its log records.
    init(_ span: SpanData, _ records: [LogRecordData]) {
        let attributes = span.attributes
        read(attributes)
        for event in span.events { read(event.name, event.attributes, body: nil) }
        for record in records {
            read(
                record.eventName ?? record.attributes["event.name"]?.scalarText ?? "", record.attributes,
                body: record.body)
        }
        if input.isEmpty { input = Self.former(attributes, "gen_ai.prompt", role: .user) }
        if output.isEmpty { output = Self.former(attributes, "gen_ai.completion", role: .assistant) }
        if input.isEmpty { input = Self.openInference(attributes, "llm.input_messages") }
        if output.isEmpty { output = Self.openInference(attributes, "llm.output_messages") }
        isCut =
            attributes["gen_ai.prompt.truncated"] == true || attributes["gen_ai.completion.truncated"] == true
            || (input + output).contains { $0.isCut }
    }

    /// Reads the latest convention, which is used on spans and on events with details.
    private mutating func read(_ attributes: Attributes) {
        if input.isEmpty {
            input = attributes["gen_ai.system_instructions"].map { Message.instructions($0) } ?? []
            input += attributes["gen_ai.input.messages"].map { Message.list($0, defaultRole: .user) } ?? []
        }
        if output.isEmpty {
            output = attributes["gen_ai.output.messages"].map { Message.list($0, defaultRole: .assistant) } ?? []
        }
    }

    // Messages in separate events follow those in attributes and do not repeat them.
    private var eventInput: Bool { input.isEmpty || hasEventInput }
    private var hasEventInput = false
    private var hasEventOutput = false

    private mutating func read(_ event: String, _ attributes: Attributes, body: AttributeValue?) {
        switch event {
        case "gen_ai.client.inference.operation.details":
            read(attributes)
            if case .map(let members)? = body { read(members) }
        case "gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message":
            guard eventInput else { return }
            hasEventInput = true
            let role = Message.Role(rawValue: String(event.dropFirst(7).dropLast(8)))
            input.append(.one(Self.content(attributes, body), defaultRole: role))
        case "gen_ai.choice":
            guard output.isEmpty || hasEventOutput else { return }
            hasEventOutput = true
            output.append(.one(Self.content(attributes, body), defaultRole: .assistant))
        case "gen_ai.content.prompt":
            if input.isEmpty { input = Self.former(attributes, "gen_ai.prompt", role: .user) }
        case "gen_ai.content.completion":
            if output.isEmpty { output = Self.former(attributes, "gen_ai.completion", role: .assistant) }
        default: break
        }
    }

    /// Returns the body of a log record, or the attributes of a span event.
    private static func content(_ attributes: Attributes, _ body: AttributeValue?) -> AttributeValue {
        if let body, body.parsed != .null { return body.parsed }
        var members = attributes
        for name in ["message", "tool_calls"] {
            if let value = members[name] { members[name] = value.parsed }
        }
        return .map(members)
    }

    /// Returns the messages of `gen_ai.prompt` or `gen_ai.completion`: JSON text, or an attribute for each member of
    /// each message.
    private static func former(_ attributes: Attributes, _ name: String, role: Message.Role) -> [Message] {
        if let text = attributes[name] { return Message.list(text, defaultRole: role) }
        return indexed(attributes, prefix: name + ".") { index, members in
            if let calls = members["tool_calls"] { members["tool_calls"] = calls.parsed }
            if members["tool_call_id"] == nil { members["tool_call_id"] = members["tool_call.id"] }
            return .one(.map(members), defaultRole: role)
        }
    }

    /// Returns the messages of OpenInference: an attribute for each member of each message.
    private static func openInference(_ attributes: Attributes, _ name: String) -> [Message] {
        indexed(attributes, prefix: name + ".") { _, members in
            var message = Attributes()
            for member in members where member.key.hasPrefix("message.") {
                message[String(member.key.dropFirst(8))] = member.value
            }
            var calls: [AttributeValue] = []
            while let name = message["tool_calls.\(calls.count).tool_call.function.name"] {
                var call: Attributes = ["type": "function"]
                call["id"] = message["tool_calls.\(calls.count).tool_call.id"]
                call["name"] = name
                call["arguments"] = message["tool_calls.\(calls.count).tool_call.function.arguments"]
                calls.append(.map(call))
            }
            if !calls.isEmpty { message["tool_calls"] = .array(calls) }
            return .one(.map(message), defaultRole: .user)
        }
    }

    /// Returns the messages whose members are attributes `prefix.0.role`, `prefix.0.content`, …
    private static func indexed(
        _ attributes: Attributes, prefix: String, _ message: (Int, inout Attributes) -> Message
    ) -> [Message] {
        var members: [Int: Attributes] = [:]
        for attribute in attributes where attribute.key.hasPrefix(prefix) {
            let rest = attribute.key.dropFirst(prefix.count)
            guard let dot = rest.firstIndex(of: "."), let index = Int(rest[..<dot]) else { continue }
            members[index, default: [:]][String(rest[rest.index(after: dot)...])] = attribute.value
        }
        return members.sorted { $0.key < $1.key }.map { index, found in
            var found = found
            return message(index, &found)
        }
    }
}

extension Message {
    /// Indicates whether a text in the message ends with the marker of shortened texts.
    fileprivate var isCut: Bool {
        parts.contains { part in
            switch part {
            case .text(let text), .reasoning(let text): text.hasSuffix("...[truncated]")
            case .toolCall(let call): call.arguments?.hasSuffix("...[truncated]") ?? false
            case .toolResult(let result): result.result.hasSuffix("...[truncated]")
            default: false
            }
        }
    }
}
