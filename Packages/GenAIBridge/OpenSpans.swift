// SPDX-License-Identifier: MIT
import GenAICore

/// The spans that have started and not ended, each with the messages it was named in. Knows no lock and no clock.
struct OpenSpans: Sendable {
    /// What identifies a span.
    struct Key: Hashable {
        let traceID: TraceID
        let spanID: SpanID

        init(_ context: borrowing SpanContext) {
            traceID = context.traceID
            spanID = context.spanID
        }

        // Span ids are random already; the trace id only has to take part in the comparison.
        func hash(into hasher: inout Hasher) { hasher.combine(spanID.rawValue) }
    }

    /// What a record brings.
    enum Update {
        case prompt(Message)
        case completion(Message)
        case whole(prompts: [Message]?, completions: [Message]?)
    }

    /// The most spans, and the most bytes of messages of one span and of all of them.
    struct Limits {
        var spans: Int
        var bytesPerSpan: Int
        var bytes: Int
    }

    private struct Entry {
        let key: Key
        let sequence: UInt64
        var conversation = Conversation()
    }

    private let limits: Limits
    /// The span that started last. Apart from the others, since it mostly ends before the next one starts: finding it
    /// takes no hashing then.
    private var latest: Entry?
    private var earlier: [Key: Entry] = [:]
    private var lastSequence: UInt64 = 0
    /// About how many bytes all messages take.
    private(set) var size = 0
    /// How many spans lost their messages.
    private(set) var evictedCount = 0
    /// How many entries and messages were looked at to make room: the only work that is not constant per call.
    private(set) var evictionWork = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var count: Int { earlier.count + (latest == nil ? 0 : 1) }

    /// A span starts.
    mutating func open(_ key: Key) {
        if count >= limits.spans { evict(toCount: limits.spans - max(1, limits.spans / 8)) }
        lastSequence += 1
        putLatestAside()
        latest = Entry(key: key, sequence: lastSequence)
    }

    private mutating func putLatestAside() {
        guard let latest = latest.take() else { return }
        earlier[latest.key] = latest
    }

    /// A record names a span.
    ///
    /// - Returns: Whether the span is open; if not, the record changes nothing.
    mutating func update(_ key: Key, _ update: Update) -> Bool {
        let change: Conversation.Change
        if latest?.key == key, let latestChange = latest?.conversation.apply(update, limit: limits.bytesPerSpan) {
            change = latestChange
        } else if let index = earlier.index(forKey: key) {
            change = earlier.values[index].conversation.apply(update, limit: limits.bytesPerSpan)
        } else {
            return false
        }
        evictionWork += change.work
        size += change.growth
        if size > limits.bytes { evict(toSize: limits.bytes - limits.bytes / 8) }
        return true
    }

    /// A span ends; its messages are handed over.
    mutating func close(_ key: Key) -> Conversation? {
        let entry = latest?.key == key ? latest.take() : earlier.removeValue(forKey: key)
        size -= entry?.conversation.size ?? 0
        return entry?.conversation
    }

    /// Forgets all spans, but not what was counted.
    mutating func removeAll() {
        latest = nil
        earlier = [:]
        size = 0
    }

    // An eighth goes at once, so that finding the oldest ones costs little per span.
    private mutating func evict(toCount count: Int) {
        putLatestAside()
        evictionWork += earlier.count
        for (key, _) in earlier.sorted(by: { $0.value.sequence < $1.value.sequence }).prefix(earlier.count - count) {
            drop(key)
        }
    }

    private mutating func evict(toSize goal: Int) {
        putLatestAside()
        evictionWork += earlier.count
        let holders = earlier.filter { $0.value.conversation.size > 0 }.sorted { $0.value.sequence < $1.value.sequence }
        for (key, _) in holders where size > goal {
            drop(key)
        }
    }

    private mutating func drop(_ key: Key) {
        if let conversation = close(key), conversation.size > 0 { evictedCount += 1 }
    }
}

extension Conversation {
    /// By how many bytes it grew, and how many messages were looked at to make room.
    fileprivate typealias Change = (growth: Int, work: Int)

    fileprivate mutating func apply(_ update: OpenSpans.Update, limit: Int) -> Change {
        let before = size
        switch update {
        case .prompt(let message): prompts.append(message)
        case .completion(let message): completions.append(message)
        case .whole(let prompts, let completions):
            // The latest such event holds all that the earlier ones did.
            if let prompts, self.prompts.isEmpty || self.prompts.isWhole { self.prompts = Transcript(whole: prompts) }
            if let completions, self.completions.isEmpty || self.completions.isWhole {
                self.completions = Transcript(whole: completions)
            }
        }
        guard size > limit else { return (size - before, 0) }
        // Half of the room is made, so that it does not have to be made again with the next message.
        var work = completions.shrink(to: limit / 4)
        work += prompts.shrink(to: limit / 2 - completions.size)
        return (size - before, work)
    }
}
