// SPDX-License-Identifier: MIT

/// A choice of a stream, as received so far.
struct PartialChoice: Sendable {
    let index: Int
    private var known = ChatChoice()
    private var body = PartialContent()
    private var calls = PartialToolCalls()
    private var functionCall = PartialToolCalls()
    private var reasoningDetails = JSONFragments()
    private var additional = JSONObjectFragments()

    init(index: Int) {
        self.index = index
        known.index = index
    }

    /// The answer so far.
    var choice: ChatChoice {
        var choice = known
        choice.message.body = body.content
        choice.message.toolCalls = calls.calls
        choice.message.functionCall = functionCall.calls.first?.function
        choice.message.reasoningDetails = reasoningDetails.values
        choice.message.additional = additional.object
        return choice
    }

    /// Adds a chunk.
    mutating func add(_ choice: ChatCompletionChunk.Choice) {
        known.finishReason = choice.finishReason ?? known.finishReason
        if let new = choice.logprobs {
            if known.logprobs == nil { known.logprobs = ChatLogprobs() }
            known.logprobs?.content.append(new.content)
            known.logprobs?.refusal.append(new.refusal)
        }
        known.additional.update(with: choice.additional, besides: ChatChoice.ownMembers)
        add(choice.delta)
    }

    private mutating func add(_ delta: ChatCompletionChunk.Delta) {
        known.message.role = delta.role ?? known.message.role
        if let content = delta.body { body.add(content) }
        known.message.refusal.append(delta.refusal)
        known.message.reasoningContent.append(delta.reasoningContent)
        known.message.reasoning.append(delta.reasoning)
        for detail in delta.reasoningDetails { reasoningDetails.add(detail) }
        known.message.annotations += delta.annotations
        if let piece = delta.audio { known.message.audio.add(piece) }
        if !delta.toolCalls.isEmpty { calls.add(delta.toolCalls) }
        if let function = delta.functionCall {
            var piece = ChatMessage.ToolCall()
            piece.index = 0
            piece.function = function
            functionCall.add([piece])
        }
        for (key, value) in delta.additional where !ChatMessage.ownMembers.contains(key) {
            additional.add(value, to: key)
        }
    }
}

extension ChatChoice {
    fileprivate static let ownMembers = memberNames.union(["delta"])
}

extension ChatMessage {
    fileprivate static let ownMembers = memberNames
}

/// The content of a message that arrives in pieces: text, parts, or text followed by parts.
private struct PartialContent: Sendable {
    private var text: String?
    private var parts = JSONFragments()

    /// The content so far; plain text if all parts are text.
    var content: ChatContent? {
        guard !parts.isEmpty else { return text.map(ChatContent.text) }
        let parts = parts.values.compactMap { try? ChatContentPart(lenient: $0) }
        let isText = parts.allSatisfy { $0 == .text($0.text ?? "") }
        return isText ? .text(parts.compactMap(\.text).joined()) : .parts(parts)
    }

    mutating func add(_ piece: ChatContent) {
        switch piece {
        case .text(let new) where parts.isEmpty: text.append(new)
        case .text(let new): if !new.isEmpty { parts.add(ChatContentPart.text(new).json) }
        case .parts(let new):
            if let text, !text.isEmpty { parts.add(ChatContentPart.text(text).json) }
            text = text.map { _ in "" }
            for part in new { parts.add(part.json) }
        }
    }
}

extension ChatAudio? {
    fileprivate mutating func add(_ piece: ChatAudio) {
        if self == nil { self = ChatAudio() }
        if let id = piece.id.nonEmpty { self?.id = id }
        self?.data.append(piece.data)
        self?.transcript.append(piece.transcript)
        if let expiry = piece.expiresAt { self?.expiresAt = expiry }
        self?.additional.merge(piece.additional)
    }
}

extension Optional where Wrapped: RangeReplaceableCollection {
    // Appends in place, so that the cost depends only on the length of the piece.
    fileprivate mutating func append(_ piece: Wrapped?) {
        guard let piece else { return }
        if self == nil { self = Wrapped() }
        self?.append(contentsOf: piece)
    }
}
