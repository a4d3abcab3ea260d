// SPDX-License-Identifier: MIT

/// Assembles a streamed continuation, as ``ChatAccumulator`` does for chat.
public struct CompletionAccumulator: Sendable {
    /// The answer so far.
    public var completion: TextCompletion {
        var completion = answer
        completion.choices.sort { $0.index < $1.index }
        return completion
    }

    private var answer = TextCompletion()
    private var positions: [Int: Int] = [:]

    /// Creates an accumulator before the first chunk.
    public init() {}

    /// Adds a chunk.
    public mutating func add(_ chunk: TextCompletion) {
        if answer.id.isEmpty { answer.id = chunk.id }
        if answer.model.isEmpty { answer.model = chunk.model }
        answer.created = answer.created ?? chunk.created
        if let usage = chunk.usage { answer.usage.update(with: usage) }
        answer.systemFingerprint = chunk.systemFingerprint.nonEmpty ?? answer.systemFingerprint
        answer.additional.update(with: chunk.additional, besides: TextCompletion.ownMembers)
        for choice in chunk.choices { add(choice) }
    }

    private mutating func add(_ choice: TextCompletion.Choice) {
        guard let position = positions[choice.index] else {
            positions[choice.index] = answer.choices.count
            answer.choices.append(choice)
            return
        }
        answer.choices[position].text += choice.text
        answer.choices[position].finishReason = choice.finishReason ?? answer.choices[position].finishReason
        if let new = choice.logprobs { answer.choices[position].logprobs.append(new) }
        answer.choices[position].additional.update(with: choice.additional, besides: TextCompletion.Choice.ownMembers)
    }
}

extension TextCompletion {
    fileprivate static let ownMembers = memberNames.union(["object"])
}

extension TextCompletion.Choice {
    fileprivate static let ownMembers = memberNames
}

extension JSONObject? {
    /// Appends the lists of log probabilities of further tokens.
    fileprivate mutating func append(_ new: JSONObject) {
        guard var known = self else { return self = new }
        for (name, value) in new {
            if case .array(let more) = value, case .array(let list)? = known[name] {
                known[name] = .array(list + more)
            } else if value != .null {
                known[name] = value
            }
        }
        self = known
    }
}
