// SPDX-License-Identifier: MIT

/// An answer that arrives in pieces, whichever endpoint it comes from.
struct StreamedAnswer: Sendable {
    private var chat = ChatAccumulator()
    private var response: ModelResponse?
    private var completion: TextCompletion?

    /// What has come so far, as telemetry sees it.
    var facts: AnswerFacts { response?.facts ?? completion?.facts ?? chat.completion.facts }

    /// Takes a piece.
    mutating func add(_ chunk: some JSONRecord) {
        switch chunk {
        case let chunk as ChatCompletionChunk: chat.add(chunk)
        case let event as ResponseEvent: add(event)
        case let chunk as TextCompletion: add(chunk)
        default: break
        }
    }

    private mutating func add(_ event: ResponseEvent) {
        if let snapshot = event.response {
            // Only the last event has the output; until then it is collected from the items that are done.
            let output = response?.output ?? []
            response = snapshot
            if snapshot.output.isEmpty { response?.output = output }
        }
        if event.type == .outputItemDone, let item = event.item { response?.output.append(item) }
    }

    private mutating func add(_ chunk: TextCompletion) {
        guard var known = completion else { return completion = chunk }
        for choice in chunk.choices {
            if let position = known.choices.firstIndex(where: { $0.index == choice.index }) {
                known.choices[position].text += choice.text
                known.choices[position].finishReason = choice.finishReason ?? known.choices[position].finishReason
            } else {
                known.choices.append(choice)
            }
        }
        known.usage = chunk.usage ?? known.usage
        completion = known
    }
}
