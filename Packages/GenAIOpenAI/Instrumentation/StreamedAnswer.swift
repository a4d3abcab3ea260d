// SPDX-License-Identifier: MIT

/// An answer that arrives in pieces, whichever endpoint it comes from.
///
/// A piece costs what its own length costs, however much came before: texts grow in place.
struct StreamedAnswer: Sendable {
    private var chat = ChatAccumulator()
    private var response: StreamedResponse?
    private var completion: TextCompletion?

    /// What has come so far, as telemetry sees it.
    var facts: AnswerFacts { response?.soFar.facts ?? completion?.facts ?? chat.completion.facts }

    /// Takes a piece.
    mutating func add(_ chunk: some Sendable) {
        switch chunk {
        case let chunk as ChatCompletionChunk: chat.add(chunk)
        case let event as ResponseEvent:
            if response == nil { response = StreamedResponse() }
            response?.add(event)
        case let chunk as TextCompletion: add(chunk)
        default: break
        }
    }

    private mutating func add(_ chunk: TextCompletion) {
        guard completion != nil else { return completion = chunk }
        for choice in chunk.choices {
            if let position = completion?.choices.firstIndex(where: { $0.index == choice.index }) {
                completion?.choices[position].text += choice.text
                if let reason = choice.finishReason { completion?.choices[position].finishReason = reason }
            } else {
                completion?.choices.append(choice)
            }
        }
        if let usage = chunk.usage { completion?.usage = usage }
        if let fingerprint = chunk.systemFingerprint { completion?.systemFingerprint = fingerprint }
    }
}

/// A response put together from its events.
///
/// Only the last event has the output, so until then it is collected: from items that are done and, within those that
/// are not, from their pieces.
struct StreamedResponse: Sendable {
    private struct Item {
        var item = ResponseItem()
        var isDone = false
        var text = ""
        var refusal = ""
        var arguments = ""
        var thinking = ""

        /// The item with the pieces that have come.
        var soFar: ResponseItem {
            guard !isDone else { return item }
            var whole = item
            var parts: [ResponseContentPart] = []
            if !text.isEmpty { parts.append(.text(text)) }
            if !refusal.isEmpty {
                var part = ResponseContentPart()
                part.refusal = refusal
                parts.append(part)
            }
            if !parts.isEmpty { whole.content = .parts(parts) }
            if !thinking.isEmpty { whole.summary = [.text(thinking)] }
            if !arguments.isEmpty { whole.arguments = arguments }
            return whole
        }
    }

    private var response = ModelResponse()
    private var items: [Int: Item] = [:]

    /// The response as far as it has come.
    var soFar: ModelResponse {
        guard response.output.isEmpty else { return response }
        var whole = response
        whole.output = items.sorted { $0.key < $1.key }.map(\.value.soFar)
        return whole
    }

    /// Takes an event.
    mutating func add(_ event: ResponseEvent) {
        if let snapshot = event.response { response = snapshot }
        let isAdded = event.type == .outputItemAdded
        // Servers that leave out the position send one item after the other.
        let index = event.outputIndex ?? (isAdded ? items.count : max(items.count - 1, 0))
        switch event.type {
        case .outputItemAdded, .outputItemDone:
            guard let item = event.item else { return }
            items[index, default: Item()].item = item
            items[index]?.isDone = !isAdded
        case .outputTextDelta: items[index, default: Item()].text += event.delta ?? ""
        case .refusalDelta: items[index, default: Item()].refusal += event.delta ?? ""
        case .functionCallArgumentsDelta, .customToolCallInputDelta:
            items[index, default: Item()].arguments += event.delta ?? ""
        case .reasoningTextDelta, .reasoningSummaryTextDelta:
            items[index, default: Item()].thinking += event.delta ?? ""
        default: break
        }
    }
}
