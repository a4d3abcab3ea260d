// SPDX-License-Identifier: MIT
import GenAITelemetry

/// The messages of one side of a conversation, in order, bounded by leaving out the middle.
struct Transcript: Sendable {
    /// The messages that are kept.
    private(set) var messages: [Message] = []
    /// About how many bytes they take.
    private(set) var size = 0
    /// How many messages were left out.
    private(set) var elidedCount = 0
    /// Where they were: before the kept message with this index.
    private(set) var gap = 0
    /// Whether the messages came together in one event of the newer convention.
    private(set) var isWhole = false

    var isEmpty: Bool { messages.isEmpty && elidedCount == 0 }

    init() {}

    /// Takes messages that came together.
    init(whole messages: [Message]) {
        self.messages = messages
        size = messages.reduce(0) { $0 + $1.size }
        isWhole = true
    }

    /// Adds a message at the end.
    ///
    /// Messages that come one by one are more exact than those that came together and take their place.
    mutating func append(_ message: Message) {
        if isWhole { self = Transcript() }
        if messages.isEmpty { messages.reserveCapacity(4) }
        messages.append(message)
        size += message.size
    }

    /// Leaves out messages from the middle, or further ones where some were left out before, until the rest fits.
    ///
    /// The first quarter stays for its instructions, the end because it is what the model answers to.
    ///
    /// - Returns: How many messages it looked at, in the measure of which it takes time.
    mutating func shrink(to limit: Int) -> Int {
        guard size > limit else { return 0 }
        let work = messages.count
        var head = elidedCount > 0 ? gap : messages.prefix(fitting: limit / 4).count
        var kept = messages[..<head].reduce(0) { $0 + $1.size }
        while head > 0, kept > limit {
            head -= 1
            kept -= messages[head].size
        }
        var tail = messages.count
        while tail > head, kept + messages[tail - 1].size <= limit {
            tail -= 1
            kept += messages[tail].size
        }
        elidedCount += tail - head
        messages.removeSubrange(head..<tail)
        gap = head
        size = kept
        return work
    }
}

extension [Message] {
    /// The first messages that fit into a number of bytes together.
    fileprivate func prefix(fitting limit: Int) -> ArraySlice<Message> {
        var size = 0
        return prefix { message in
            size += message.size
            return size <= limit
        }
    }
}

/// Both sides of the conversation that one span is about.
struct Conversation: Sendable {
    /// What was sent to the model.
    var prompts = Transcript()
    /// What it answered.
    var completions = Transcript()

    /// About how many bytes both take.
    var size: Int { prompts.size + completions.size }
    /// How many messages were left out.
    var elidedCount: Int { prompts.elidedCount + completions.elidedCount }
}
