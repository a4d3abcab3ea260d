// SPDX-License-Identifier: MIT
import GenAICore

/// Collects spans until a trace can be shown. Pure: no output and no lock.
///
/// Children end before their parents, so when a root arrives, its descendants have usually arrived too. Later ones are
/// shown as soon as their parent has been shown. A span whose parent was named by a remote caller waits for a while,
/// since the caller may be this process, and its own span on the way.
struct TraceBuffer {
    /// Spans of one trace that are shown together.
    struct Group {
        var spans: [SpanData]
        var isComplete: Bool
    }

    private let capacity: Int
    private var waiting: [TraceID: [SpanData]] = [:]
    /// The traces that wait, each with the time of its first span.
    private var order: [(trace: TraceID, since: ContinuousClock.Instant)] = []
    private var count = 0
    // Spans shown recently, so that late children are recognised.
    private var shown: Set<SpanID> = []
    private var shownOrder: [SpanID] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Indicates whether a span waits whose parent was named by a remote caller.
    var hasRemoteParents: Bool {
        waiting.values.contains { spans in spans.contains { $0.parent?.isRemote == true } }
    }

    /// Adds spans and returns the groups that can be shown now.
    mutating func add(_ spans: [SpanData], at now: ContinuousClock.Instant = .now) -> [Group] {
        var groups: [Group] = []
        for span in spans {
            let trace = span.context.traceID
            if waiting[trace] == nil { order.append((trace, now)) }
            waiting[trace, default: []].append(span)
            count += 1
        }
        var seen: Set<TraceID> = []
        for span in spans where isTop(span) && seen.insert(span.context.traceID).inserted {
            groups += takeTops(of: span.context.traceID)
        }
        while count > capacity, let oldest = order.first {
            groups += takeTops(of: oldest.trace, includingRemote: true)
            groups += take(oldest.trace).map { [Group(spans: $0, isComplete: false)] } ?? []
        }
        return groups
    }

    /// Removes and returns the spans with remote parents, each with its descendants, of traces that have waited since
    /// `time` or longer.
    mutating func takeRemote(since time: ContinuousClock.Instant) -> [Group] {
        order.filter { $0.since <= time }.flatMap { takeTops(of: $0.trace, includingRemote: true) }
    }

    /// Removes and returns all spans that still wait for their root.
    mutating func drain() -> [Group] {
        let continued = takeRemote(since: ContinuousClock.now)
        return continued + order.compactMap { take($0.trace) }.map { Group(spans: $0, isComplete: false) }
    }

    private func isTop(_ span: SpanData) -> Bool {
        guard let parent = span.parent else { return true }
        return shown.contains(parent.spanID)
    }

    /// Removes the roots, each with all its descendants, and the late children together.
    ///
    /// - Parameter includingRemote: Whether a span is a root if its parent was named by a remote caller and does not
    ///   wait here.
    private mutating func takeTops(of trace: TraceID, includingRemote: Bool = false) -> [Group] {
        guard let since = order.first(where: { $0.trace == trace })?.since, let spans = take(trace) else { return [] }
        let ids = includingRemote ? Set(spans.map(\.context.spanID)) : []
        func isTop(_ span: SpanData) -> Bool {
            if includingRemote, let parent = span.parent, parent.isRemote, !ids.contains(parent.spanID) { return true }
            return self.isTop(span)
        }
        let tops = spans.filter(isTop)
        let others = spans.filter { !isTop($0) }
        let children = Dictionary(grouping: others) { $0.parent?.spanID }
        var taken: Set<SpanID> = []
        var groups: [Group] = []
        var stragglers: [SpanData] = []
        for top in tops {
            let members = withDescendants(top, children, &taken)
            if top.parent.map(\.isRemote) ?? true {
                groups.append(Group(spans: members, isComplete: true))
            } else {
                stragglers += members
            }
        }
        if !stragglers.isEmpty { groups.append(Group(spans: stragglers, isComplete: false)) }
        for group in groups { remember(group.spans) }
        let rest = others.filter { !taken.contains($0.context.spanID) }
        if !rest.isEmpty {
            order.append((trace, since))
            waiting[trace] = rest
            count += rest.count
        }
        return groups
    }

    private func withDescendants(
        _ top: SpanData, _ children: [SpanID?: [SpanData]], _ taken: inout Set<SpanID>
    ) -> [SpanData] {
        var members = [top]
        var next = 0
        while next < members.count {
            for child in children[members[next].context.spanID] ?? []
            where taken.insert(child.context.spanID).inserted {
                members.append(child)
            }
            next += 1
        }
        return members
    }

    private mutating func take(_ trace: TraceID) -> [SpanData]? {
        guard let spans = waiting.removeValue(forKey: trace) else { return nil }
        order.removeAll { $0.trace == trace }
        count -= spans.count
        return spans
    }

    private mutating func remember(_ spans: [SpanData]) {
        for span in spans where shown.insert(span.context.spanID).inserted { shownOrder.append(span.context.spanID) }
        guard shownOrder.count > 2 * capacity else { return }
        for id in shownOrder.prefix(shownOrder.count - capacity) { shown.remove(id) }
        shownOrder.removeFirst(shownOrder.count - capacity)
    }
}
