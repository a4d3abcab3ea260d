// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Writes a span's messages onto it: the flat attributes, the content events and the indexed attributes.
///
/// What the application has set itself stays as it is.
struct ConversationWriter: Sendable {
    /// Backends limit attributes too, most of them to 128 as the SDK does. This many at least are left to others.
    private static let mostAttributes = 112

    private let maxTotalLength: Int
    private let writesContentEvents: Bool
    private let maxIndexedAttributes: Int
    private let prompts: Side
    private let completions: Side

    /// The names of one side of the conversation.
    private struct Side: Sendable {
        let flat: String
        let event: String
        let eventField: String
        let indexed: [IndexedNames]

        init(_ side: String, eventField: String, indexedCount: Int) {
            flat = "gen_ai.\(side)"
            event = "gen_ai.content.\(side)"
            self.eventField = eventField
            indexed = (0..<indexedCount).map { IndexedNames(prefix: "gen_ai.\(side).\($0)") }
        }
    }

    init(_ configuration: borrowing LogToSpanProcessor.Configuration) {
        maxTotalLength = configuration.maxTotalLength
        writesContentEvents = configuration.writesContentEvents
        maxIndexedAttributes = min(max(0, configuration.maxIndexedAttributes), Self.mostAttributes)
        prompts = Side("prompt", eventField: "content", indexedCount: maxIndexedAttributes)
        completions = Side("completion", eventField: "completion", indexedCount: maxIndexedAttributes)
    }

    func write(_ conversation: Conversation, to span: inout SpanData) {
        guard !conversation.prompts.isEmpty || !conversation.completions.isEmpty else { return }
        if writesContentEvents { span.events.reserveCapacity(span.events.count + 2) }
        write(conversation.prompts, prompts, to: &span, at: span.startNanoseconds)
        write(conversation.completions, completions, to: &span, at: span.endNanoseconds)
        writeIndexed(conversation, to: &span)
    }

    private func write(
        _ transcript: Transcript, _ side: Side, to span: inout SpanData, at nanoseconds: UnixNanoseconds
    ) {
        guard !transcript.isEmpty else { return }
        let text = transcript.jsonText(limit: maxTotalLength)
        if !span.attributes.contains(name: side.flat) { span.attributes[side.flat] = .string(text) }
        guard writesContentEvents, !span.events.contains(where: { $0.name == side.event }) else { return }
        var content = Attributes()
        content[side.eventField] = .string(text)
        span.events.append(SpanEvent(name: side.event, nanoseconds: nanoseconds, attributes: content))
    }

    // The answers come first, with half of the room at most; whoever reads them counts up from zero.
    private func writeIndexed(_ conversation: Conversation, to span: inout SpanData) {
        var room = min(maxIndexedAttributes, Self.mostAttributes - span.attributes.count)
        guard room > 0 else { return }
        // Written straight into the span's attributes; out of the span meanwhile, so that they are not copied.
        var writer = IndexedWriter(span.attributes, length: maxTotalLength)
        span.attributes = Attributes()
        let answers = conversation.prompts.isEmpty ? room : room / 2
        room -= writer.write(conversation.completions, completions.indexed, room: answers)
        _ = writer.write(conversation.prompts, prompts.indexed, room: room)
        span.attributes = writer.attributes
    }
}

/// The attribute names of one message, made once.
private struct IndexedNames: Sendable {
    let role: AttributeName
    let content: AttributeName
    let toolCalls: AttributeName
    let toolCallID: AttributeName
    let finishReason: AttributeName
    let index: AttributeName

    init(prefix: String) {
        role = AttributeName(prefix + ".role")
        content = AttributeName(prefix + ".content")
        toolCalls = AttributeName(prefix + ".tool_calls")
        toolCallID = AttributeName(prefix + ".tool_call.id")
        finishReason = AttributeName(prefix + ".finish_reason")
        index = AttributeName(prefix + ".index")
    }
}

/// Writes indexed attributes, whole messages only, until there is no room for the next one.
private struct IndexedWriter {
    private(set) var attributes: Attributes
    // Whether the application has set indexed attributes itself, which stay as they are.
    private let hasOthers: Bool
    // How many bytes of content may still be written.
    private var length: Int

    init(_ attributes: consuming Attributes, length: Int) {
        hasOthers = attributes.hasIndexedName
        self.attributes = attributes
        self.length = length
    }

    /// - Returns: How many attributes it wrote.
    mutating func write(_ transcript: Transcript, _ names: [IndexedNames], room: Int) -> Int {
        var written = 0
        let messages =
            transcript.elidedCount > 0 ? transcript.messages.prefix(transcript.gap) : transcript.messages[...]
        for (message, names) in zip(messages, names) {
            guard written + message.fieldCount <= room, message.size <= length else { break }
            length -= message.size
            written += message.fieldCount
            write(message, names)
        }
        return written
    }

    private mutating func write(_ message: Message, _ names: IndexedNames) {
        add(names.role, .string(message.role))
        if let content = message.content { add(names.content, content.plainText) }
        if let calls = message.toolCalls { add(names.toolCalls, calls.plainText) }
        if let id = message.toolCallID { add(names.toolCallID, .string(id)) }
        if let reason = message.finishReason { add(names.finishReason, .string(reason)) }
        if let index = message.index { add(names.index, .int(index)) }
    }

    private mutating func add(_ name: AttributeName, _ value: AttributeValue) {
        guard hasOthers else { return attributes.append(unique: name, value) }
        if !attributes.contains(name: name.text) { attributes.set(name, value) }
    }
}

extension Message {
    fileprivate var fieldCount: Int {
        1 + (content == nil ? 0 : 1) + (toolCalls == nil ? 0 : 1) + (toolCallID == nil ? 0 : 1)
            + (finishReason == nil ? 0 : 1) + (index == nil ? 0 : 1)
    }
}

extension Attributes {
    fileprivate var hasIndexedName: Bool {
        var isFound = false
        withRuns { run in
            for index in run.indices where run[index].key.isIndexedName { isFound = true }
        }
        return isFound
    }
}

extension String {
    /// Whether the name is one of an indexed attribute. One byte tells for most others.
    fileprivate var isIndexedName: Bool {
        guard utf8.count > "gen_ai.prompt.".utf8.count else { return false }
        switch utf8[utf8.index(startIndex, offsetBy: "gen_ai.".utf8.count)] {
        case UInt8(ascii: "p"): return hasPrefix("gen_ai.prompt.")
        case UInt8(ascii: "c"): return hasPrefix("gen_ai.completion.")
        default: return false
        }
    }
}

extension AttributeValue {
    fileprivate var plainText: AttributeValue {
        if case .string = self { return self }
        return .string(jsonText)
    }
}
