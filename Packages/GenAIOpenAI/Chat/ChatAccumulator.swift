// SPDX-License-Identifier: MIT

/// Assembles a streamed answer.
///
/// Add every chunk in order; ``completion`` is the answer so far at any time. Texts, reasoning and tool calls are
/// joined. Of any other member, the last value counts. An empty value never replaces an earlier one.
public struct ChatAccumulator: Sendable {
    /// The answer so far.
    public var completion: ChatCompletion {
        var completion = answer
        completion.choices = choices.map(\.choice).sorted { $0.index < $1.index }
        return completion
    }

    /// The answer without its choices.
    private var answer = ChatCompletion()
    /// In the order in which they began.
    private var choices: [PartialChoice] = []
    private var positions: [Int: Int] = [:]

    /// Creates an accumulator before the first chunk.
    public init() {}

    /// Adds a chunk.
    public mutating func add(_ chunk: ChatCompletionChunk) {
        if answer.id.isEmpty { answer.id = chunk.id }
        if answer.model.isEmpty { answer.model = chunk.model }
        answer.created = answer.created ?? chunk.created
        if let usage = chunk.usage { answer.usage.update(with: usage) }
        answer.serviceTier = chunk.serviceTier ?? answer.serviceTier
        answer.systemFingerprint = chunk.systemFingerprint.nonEmpty ?? answer.systemFingerprint
        answer.additional.update(with: chunk.additional, besides: ChatCompletion.ownMembers)
        for choice in chunk.choices {
            let position = position(ofChoice: choice.index)
            choices[position].add(choice)
        }
    }

    private mutating func position(ofChoice index: Int) -> Int {
        if let position = positions[index] { return position }
        positions[index] = choices.count
        choices.append(PartialChoice(index: index))
        return choices.count - 1
    }
}

extension ChatCompletion {
    /// The members whose values differ between a chunk and the whole answer.
    fileprivate static let ownMembers = memberNames.union(["object"])
}

extension JSONObject {
    /// Copies all members except those named.
    ///
    /// A member of a chunk that does not fit its property must not override the property of the whole answer.
    mutating func update(with other: JSONObject, besides names: Set<String>) {
        for (key, value) in other where value != .null && !names.contains(key) { self[key] = value }
    }
}
