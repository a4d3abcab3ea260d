// SPDX-License-Identifier: MIT

/// Puts a streamed answer together again.
///
/// Feed it every chunk in order; ``completion`` is the answer so far at any time.
public struct ChatAccumulator: Sendable {
    /// The answer so far.
    public var completion: ChatCompletion {
        var completion = pieces
        for choice in completion.choices.indices {
            for call in completion.choices[choice].message.toolCalls.indices {
                completion.choices[choice].message.toolCalls[call].index = nil
            }
        }
        return completion
    }

    /// The answer with the numbers that only pieces have.
    private var pieces = ChatCompletion()

    /// Creates an accumulator before the first chunk.
    public init() {}

    /// Adds a chunk.
    public mutating func add(_ chunk: ChatCompletionChunk) {
        if pieces.id.isEmpty { pieces.id = chunk.id }
        if pieces.model.isEmpty { pieces.model = chunk.model }
        pieces.created = pieces.created ?? chunk.created
        pieces.usage = chunk.usage ?? pieces.usage
        pieces.serviceTier = chunk.serviceTier ?? pieces.serviceTier
        pieces.systemFingerprint = chunk.systemFingerprint ?? pieces.systemFingerprint
        for (key, value) in chunk.additional where key != "object" { pieces.additional[key] = value }
        for choice in chunk.choices {
            let position = position(ofChoice: choice.index)
            pieces.choices[position].add(choice)
        }
    }

    private mutating func position(ofChoice index: Int) -> Int {
        if let position = pieces.choices.firstIndex(where: { $0.index >= index }) {
            if pieces.choices[position].index == index { return position }
            pieces.choices.insert(ChatChoice(index: index), at: position)
            return position
        }
        pieces.choices.append(ChatChoice(index: index))
        return pieces.choices.count - 1
    }
}

extension OpenAIStream where Chunk == ChatCompletionChunk {
    /// Reads the rest of the stream and puts the answer together, token usage included.
    ///
    /// - Throws: ``OpenAIError`` where the stream breaks off.
    public func collect() async throws(OpenAIError) -> ChatCompletion {
        var accumulator = ChatAccumulator()
        var iterator = makeAsyncIterator()
        while let chunk = try await iterator.nextOfAll() { accumulator.add(chunk) }
        return accumulator.completion
    }
}

extension ChatChoice {
    fileprivate init(index: Int) {
        self.index = index
    }

    fileprivate mutating func add(_ choice: ChatCompletionChunk.Choice) {
        finishReason = choice.finishReason ?? finishReason
        if let new = choice.logprobs {
            if logprobs == nil { logprobs = ChatLogprobs() }
            logprobs?.content.append(new.content)
            logprobs?.refusal.append(new.refusal)
        }
        additional.merge(choice.additional)
        message.add(choice.delta)
    }
}

extension ChatMessage {
    fileprivate mutating func add(_ delta: ChatCompletionChunk.Delta) {
        role = delta.role ?? role
        if let text = delta.content {
            if case .text(var known) = body {
                body = nil  // so that the text is grown in place, not copied
                known += text
                body = .text(known)
            } else {
                body = .text(text)
            }
        }
        refusal.append(delta.refusal)
        reasoningContent.append(delta.reasoningContent)
        annotations += delta.annotations
        if let piece = delta.audio { audio.add(piece) }
        for piece in delta.toolCalls { add(piece) }
        additional.merge(delta.additional)
    }

    /// Adds a piece to the call it belongs to.
    ///
    /// Servers differ: most number the calls, some only name them, some do neither and send them whole.
    private mutating func add(_ piece: ChatToolCall) {
        let position: Int?
        if let index = piece.index {
            position = toolCalls.lastIndex { $0.index == index }
        } else if let id = piece.id, !id.isEmpty {
            position = toolCalls.lastIndex { $0.id == id }
        } else {
            let startsAnother = piece.function?.name?.isEmpty == false && toolCalls.last?.function?.name != nil
            position = toolCalls.isEmpty || startsAnother ? nil : toolCalls.count - 1
        }
        if let position {
            toolCalls[position].add(piece)
        } else {
            var call = piece
            if call.type == nil, call.function != nil { call.type = "function" }
            toolCalls.append(call)
        }
    }
}

extension ChatToolCall {
    fileprivate mutating func add(_ piece: ChatToolCall) {
        if let id = piece.id, !id.isEmpty { self.id = id }
        type = piece.type ?? type
        if let new = piece.function {
            var known = function ?? Function()
            if let name = new.name, !name.isEmpty { known.name = name }
            function = nil  // so that the arguments are grown in place
            known.arguments += new.arguments
            known.additional.merge(new.additional)
            function = known
        }
        if let new = piece.custom {
            var known = custom ?? Custom()
            if let name = new.name, !name.isEmpty { known.name = name }
            known.input += new.input
            known.additional.merge(new.additional)
            custom = known
        }
        additional.merge(piece.additional)
    }
}

extension ChatAudio? {
    fileprivate mutating func add(_ piece: ChatAudio) {
        if self == nil { self = ChatAudio() }
        if let id = piece.id { self?.id = id }
        self?.data.append(piece.data)
        self?.transcript.append(piece.transcript)
        if let expiry = piece.expiresAt { self?.expiresAt = expiry }
        self?.additional.merge(piece.additional)
    }
}

extension Optional where Wrapped: RangeReplaceableCollection {
    // Grown in place: a piece costs what its own length costs, not what came before.
    fileprivate mutating func append(_ piece: Wrapped?) {
        guard let piece else { return }
        if self == nil { self = Wrapped() }
        self?.append(contentsOf: piece)
    }
}
