// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Writes a span's messages onto it, as flat attributes, content events and indexed attributes.
///
/// Attributes that the application has set itself are kept.
struct ConversationWriter: Sendable {
    /// Most backends limit attributes to 128, as the SDK does. The difference is left for other attributes.
    private static let mostAttributes = 112

    private let maxTotalLength: Int
    private let forms: LogToSpanProcessor.ContentForms
    private let maxIndexedAttributes: Int
    private let prompts: Side
    private let completions: Side

    /// The attribute names of one side of the conversation.
    private final class Side: Sendable {
        let flat: AttributeName
        let event: String
        let eventField: AttributeName
        let indexed: [IndexedNames]

        init(_ side: String, eventField: String, indexedCount: Int) {
            flat = AttributeName("gen_ai.\(side)")
            event = "gen_ai.content.\(side)"
            self.eventField = AttributeName(eventField)
            indexed = (0..<indexedCount).map { IndexedNames(prefix: "gen_ai.\(side).\($0)") }
        }
    }

    init(_ configuration: borrowing LogToSpanProcessor.Configuration) {
        maxTotalLength = configuration.maxTotalLength
        forms = configuration.forms
        maxIndexedAttributes = min(max(0, configuration.maxIndexedAttributes), Self.mostAttributes)
        prompts = Side("prompt", eventField: "content", indexedCount: maxIndexedAttributes)
        completions = Side("completion", eventField: "completion", indexedCount: maxIndexedAttributes)
    }

    func write(_ conversation: borrowing Conversation, to span: inout SpanData) {
        if !forms.contains(.messages) { removeMessages(from: &span.attributes) }
        guard !conversation.prompts.isEmpty || !conversation.completions.isEmpty else { return }
        if forms.contains(.events) { span.events.reserveCapacity(span.events.count + 2) }
        var json = JSONWriter()
        json.bytes.reserveCapacity(min(max(conversation.prompts.size, conversation.completions.size), maxTotalLength))
        if forms.contains(.dashboard) || forms.contains(.events) {
            write(conversation.prompts, prompts, to: &span, at: span.startNanoseconds, &json)
            write(conversation.completions, completions, to: &span, at: span.endNanoseconds, &json)
        }
        if forms.contains(.indexed) { writeIndexed(conversation, to: &span.attributes) }
    }

    private func removeMessages(from attributes: inout Attributes) {
        attributes[.genAIInputMessages] = nil
        attributes[.genAIOutputMessages] = nil
        attributes[.genAISystemInstructions] = nil
        attributes[.genAIToolDefinitions] = nil
    }

    // Not inlined: two copies of the code would take longer to fetch than to run.
    @inline(never)
    private func write(
        _ transcript: borrowing Transcript, _ side: borrowing Side, to span: inout SpanData,
        at nanoseconds: UnixNanoseconds, _ json: inout JSONWriter
    ) {
        guard !transcript.isEmpty else { return }
        let text = transcript.jsonText(limit: maxTotalLength, &json)
        if forms.contains(.dashboard) { span.attributes.insertIfAbsent(side.flat, .string(text)) }
        guard forms.contains(.events), !span.events.contains(where: { $0.name == side.event }) else { return }
        var content = Attributes()
        content.insert(side.eventField, .string(text), text.utf8.count)
        span.events.append(TraceSpan.Event(name: side.event, nanoseconds: nanoseconds, attributes: content))
    }

    // The answers come first and get half of the space at most. Readers count the indices up from zero.
    private func writeIndexed(_ conversation: borrowing Conversation, to attributes: inout Attributes) {
        var room = min(maxIndexedAttributes, Self.mostAttributes - attributes.count)
        guard room > 0 else { return }
        var length = maxTotalLength
        let answers = conversation.prompts.isEmpty ? room : room / 2
        room -= conversation.completions.write(completions.indexed, to: &attributes, room: answers, length: &length)
        _ = conversation.prompts.write(prompts.indexed, to: &attributes, room: room, length: &length)
    }
}

/// The attribute names of one message, created once.
private final class IndexedNames: Sendable {
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

extension Transcript {
    /// Writes indexed attributes, whole messages only, until the next message does not fit.
    ///
    /// - Parameter length: The number of bytes of content that may still be written.
    /// - Returns: The number of attributes by which the remaining space has shrunk.
    fileprivate func write(
        _ names: [IndexedNames], to attributes: inout Attributes, room: Int, length: inout Int
    ) -> Int {
        var written = 0
        let count = min(elidedCount > 0 ? gap : messages.count, names.count)
        for index in 0..<count {
            let message = messages[index]
            let fieldCount = message.fieldCount
            guard written + fieldCount <= room, message.size <= length else { break }
            length -= message.size
            written += fieldCount
            message.write(names[index], to: &attributes)
        }
        return written
    }
}

extension Attributes {
    /// Sets an attribute unless the application has set it.
    fileprivate mutating func insertIfAbsent(_ name: AttributeName, _ value: AttributeValue) {
        if !contains(name) { insert(name, value, value.plainByteCount) }
    }
}

extension Message {
    fileprivate var fieldCount: Int {
        1 + (content == nil ? 0 : 1) + (toolCalls == nil ? 0 : 1) + (toolCallID == nil ? 0 : 1)
            + (finishReason == nil ? 0 : 1) + (index == nil ? 0 : 1)
    }

    fileprivate func write(_ names: IndexedNames, to attributes: inout Attributes) {
        attributes.insertIfAbsent(names.role, .string(role))
        if let content { attributes.insertIfAbsent(names.content, content.plainText) }
        if let toolCalls { attributes.insertIfAbsent(names.toolCalls, toolCalls.plainText) }
        if let toolCallID { attributes.insertIfAbsent(names.toolCallID, .string(toolCallID)) }
        if let finishReason { attributes.insertIfAbsent(names.finishReason, .string(finishReason)) }
        if let index { attributes.insertIfAbsent(names.index, .int(index)) }
    }
}

extension AttributeValue {
    fileprivate var plainText: AttributeValue {
        if case .string = self { return self }
        return .string(jsonText)
    }
}
