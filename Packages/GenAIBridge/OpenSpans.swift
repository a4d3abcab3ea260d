// SPDX-License-Identifier: MIT
import GenAICore

/// The spans that have started and not ended, each with its messages. Pure: no lock and no clock.
struct OpenSpans: Sendable {
    /// The identifiers of a span.
    struct Key: Hashable {
        let traceID: TraceID
        let spanID: SpanID

        init(_ context: borrowing SpanContext) {
            traceID = context.traceID
            spanID = context.spanID
        }

        // Span identifiers are random already; the trace identifier only has to take part in the comparison.
        func hash(into hasher: inout Hasher) { hasher.combine(spanID.rawValue) }
    }

    /// The content of a record.
    enum Update {
        case prompt(Message)
        case completion(Message)
        case whole(prompts: [Message]?, completions: [Message]?)
    }

    /// The maximum number of spans, and of bytes of messages for one span and for all of them.
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
    /// The span that started last. Stored separately, since it mostly ends before the next one starts: finding it then
    /// takes no hashing.
    private var latest: Entry?
    private var earlier: [Key: Entry] = [:]
    private var lastSequence: UInt64 = 0
    /// The approximate number of bytes of all messages.
    private(set) var size = 0
    /// The number of spans whose messages were dropped.
    private(set) var evictedCount = 0
    /// The number of entries and messages examined to free space: the only work that is not constant per call.
    private(set) var evictionWork = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var count: Int { earlier.count + (latest == nil ? 0 : 1) }

    /// Adds a span that has started.
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

    /// Adds the content of a record to its span.
    ///
    /// - Returns: Whether the span is open. If it is not, the record is ignored.
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

    /// Removes a span that has ended and returns its messages.
    mutating func close(_ key: Key) -> Conversation? {
        let entry = latest?.key == key ? latest.take() : earlier.removeValue(forKey: key)
        size -= entry?.conversation.size ?? 0
        return entry?.conversation
    }

    /// Removes all spans and keeps the counters.
    mutating func removeAll() {
        latest = nil
        earlier = [:]
        size = 0
    }

    // Evicts an eighth at once, so that finding the oldest ones costs little per span.
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
    /// The number of bytes added, and the number of messages examined to free space.
    fileprivate typealias Change = (growth: Int, work: Int)

    fileprivate mutating func apply(_ update: OpenSpans.Update, limit: Int) -> Change {
        let before = size
        switch update {
        case .prompt(let message): prompts.append(message)
        case .completion(let message): completions.append(message)
        case .whole(let prompts, let completions):
            // The latest such event contains the messages of the earlier ones.
            if let prompts, self.prompts.isEmpty || self.prompts.isWhole { self.prompts = Transcript(whole: prompts) }
            if let completions, self.completions.isEmpty || self.completions.isWhole {
                self.completions = Transcript(whole: completions)
            }
        }
        guard size > limit else { return (size - before, 0) }
        // Frees half of the space, so that the next message need not free some again.
        var work = completions.shrink(to: limit / 4)
        work += prompts.shrink(to: limit / 2 - completions.size)
        return (size - before, work)
    }
}
