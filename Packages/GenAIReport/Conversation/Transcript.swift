// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation

/// Finds the new messages of each call. Each call of a conversation sends the earlier messages again.
struct Transcript {
    /// The new messages of a call.
    struct New {
        var repeatedCount = 0
        var new: [Message] = []
    }

    /// The messages up to the end of each of the latest calls, without the instructions.
    private var contexts: [[Message]] = []
    private var shownInstructions: Set<Message> = []
    private static let contextCount = 32

    /// Adds a call and returns its new messages. Calls must be added in the order in which they began.
    mutating func add(_ content: CallContent) -> New {
        let plain = content.input.map(\.comparable)
        let start = plain.firstIndex { $0.role != .system && $0.role != .developer } ?? plain.count
        var found = New()
        for (index, instruction) in plain[..<start].enumerated() {
            if shownInstructions.insert(instruction).inserted {
                found.new.append(content.input[index])
            } else {
                found.repeatedCount += 1
            }
        }
        let said = Array(plain[start...])
        let known = contexts.map { Self.commonCount($0, said) }.max() ?? 0
        found.repeatedCount += known
        found.new += content.input[(start + known)...]
        contexts.append(said + content.output.map(\.comparable))
        if contexts.count > Self.contextCount { contexts.removeFirst() }
        return found
    }

    private static func commonCount(_ one: [Message], _ other: [Message]) -> Int {
        zip(one, other).prefix { $0 == $1 }.count
    }
}

extension Message {
    /// The message without members that an answer has but that are missing when it is sent again.
    fileprivate var comparable: Message {
        var message = self
        message.finishReason = nil
        message.name = nil
        message.parts = parts.compactMap { part in
            switch part {
            case .toolCall(var call):
                if let arguments = call.arguments, let tree = AttributeValue.tree(arguments) {
                    call.arguments = tree.jsonText
                }
                return .toolCall(call)
            case .reasoning: return nil
            default: return part
            }
        }
        return message
    }
}
