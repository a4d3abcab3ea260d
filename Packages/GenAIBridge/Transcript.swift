// SPDX-License-Identifier: MIT
import GenAITelemetry

/// The messages of one side of a conversation, in order. Its size is limited by leaving out messages from the middle.
struct Transcript: Sendable {
    /// The stored messages.
    private(set) var messages: [Message] = []
    /// Their approximate size in bytes.
    private(set) var size = 0
    /// The number of messages left out.
    private(set) var elidedCount = 0
    /// The place of the messages left out: before the stored message with this index.
    private(set) var gap = 0
    /// Indicates whether the messages came together in one event of the newer convention.
    private(set) var isWhole = false

    var isEmpty: Bool { messages.isEmpty && elidedCount == 0 }

    init() {}

    /// Creates a transcript from messages that came together.
    init(whole messages: [Message]) {
        self.messages = messages
        size = messages.reduce(0) { $0 + $1.size }
        isWhole = true
    }

    /// Appends a message.
    ///
    /// Messages that come one by one are more exact and replace those that came together.
    mutating func append(_ message: Message) {
        if isWhole { self = Transcript() }
        if messages.isEmpty { messages.reserveCapacity(4) }
        messages.append(message)
        size += message.size
    }

    /// Leaves out messages from the middle until the rest fits, next to those that were left out before.
    ///
    /// The first quarter stays for its instructions, the end because the model answers to it.
    ///
    /// - Returns: The number of messages examined, which determines the time it took.
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
    /// Returns the first messages that fit into a number of bytes together.
    fileprivate func prefix(fitting limit: Int) -> ArraySlice<Message> {
        var size = 0
        return prefix { message in
            size += message.size
            return size <= limit
        }
    }
}

/// Both sides of the conversation of one span.
struct Conversation: Sendable {
    /// The messages sent to the model.
    var prompts = Transcript()
    /// The model's answers.
    var completions = Transcript()

    /// The approximate size of both sides in bytes.
    var size: Int { prompts.size + completions.size }
    /// The number of messages left out.
    var elidedCount: Int { prompts.elidedCount + completions.elidedCount }
}
