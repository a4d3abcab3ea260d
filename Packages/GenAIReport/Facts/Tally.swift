// SPDX-License-Identifier: MIT
@_spi(GenAI) import GenAICore
import GenAIPricing

/// The totals of calls by every grouping, in limited memory.
struct Tally {
    /// The totals and properties of one group.
    struct Group {
        var totals = ReportTotals()
        var firstNanoseconds: UnixNanoseconds
        var lastNanoseconds: UnixNanoseconds = 0
        var latestTurn = 0
        var user: String?
        /// The models that answered; the first sixteen.
        var models: [String] = []
        /// The workflows; the first sixteen.
        var workflows: [String] = []
        /// The number of times that a span came from another trace than the one before: at least the number of traces.
        var traceCount = 0
        fileprivate var latestTrace: TraceID?

        /// The number of turns as counted by the program, or else that of the traces.
        var turns: Int { max(latestTurn, latestTurn == 0 ? traceCount : 0) }
    }

    /// A reason and a model of calls without a price.
    struct Unpriced: Hashable {
        var reason: String
        var model: String
    }

    /// The maximum number of groups in each grouping.
    static let capacity = 100_000
    private static let unpricedCapacity = 256

    private(set) var total = ReportTotals()
    private(set) var spanCount = 0
    private(set) var groups: [RecentMap<String, Group>]
    private(set) var unpriced: [Unpriced: Int] = [:]
    private let finder: GroupFinder
    private let prices: PriceBook
    /// The spans around calls that have been counted: these repeat the usage of the call inside them.
    private var around = RecentMap<SpanKey, Void>(capacity: 1 << 16)

    private struct SpanKey: Hashable {
        var trace: UInt64
        var span: UInt64
    }

    init(_ finder: GroupFinder, _ prices: PriceBook) {
        self.finder = finder
        self.prices = prices
        groups = finder.groupings.map { _ in RecentMap(capacity: Self.capacity) }
    }

    /// Counts a span.
    ///
    /// - Returns: The cost of the call; `nil` if the span does not count as one.
    @discardableResult
    mutating func add(_ facts: SpanFacts, resource: Attributes) -> CallCost? {
        spanCount += 1
        let cost = isCountedCall(facts) ? CallCost(facts, prices) : nil
        guard let totals = ReportTotals(facts, cost) else { return cost }
        total += totals
        if let reason = cost?.reason { note(reason, facts.model ?? "") }
        for position in groups.indices {
            guard let name = finder.group(position, facts, resource) else { continue }
            groups[position].update(name, default: Group(firstNanoseconds: facts.startNanoseconds)) {
                $0.add(totals, facts)
            }
        }
        return cost
    }

    /// Returns whether a call does not merely repeat one inside it. Inner spans end, and so arrive, first.
    private mutating func isCountedCall(_ facts: SpanFacts) -> Bool {
        let trace = facts.traceID.low ^ facts.traceID.high
        let isAround = around[SpanKey(trace: trace, span: facts.spanID.rawValue)] != nil
        let counts = facts.kind.isCall && !isAround
        if counts || isAround, let parent = facts.parentID {
            around.update(SpanKey(trace: trace, span: parent.rawValue), default: ()) { _ in }
        }
        return counts
    }

    private mutating func note(_ reason: String, _ model: String) {
        let key = Unpriced(reason: reason, model: model)
        guard unpriced[key] != nil || unpriced.count < Self.unpricedCapacity else { return }
        unpriced[key, default: 0] += 1
    }
}

extension Tally.Group {
    fileprivate mutating func add(_ more: ReportTotals, _ facts: SpanFacts) {
        totals += more
        firstNanoseconds = min(firstNanoseconds, facts.startNanoseconds)
        lastNanoseconds = max(lastNanoseconds, facts.endNanoseconds)
        if let turn = facts.turn { latestTurn = max(latestTurn, turn) }
        if user == nil { user = facts.user }
        if latestTrace != facts.traceID {
            latestTrace = facts.traceID
            traceCount += 1
        }
        if let model = facts.model { models.note(model) }
        if let workflow = facts.workflow { workflows.note(workflow) }
    }
}

extension [String] {
    /// Adds a text that is not among the elements yet, up to sixteen.
    mutating func note(_ text: String) {
        if last != text, count < 16, !contains(text) { append(text) }
    }
}

// MARK: - Reading it

extension Tally {
    /// Returns the groups of one grouping, the most expensive first and then by name.
    func sortedGroups(_ grouping: ReportGrouping) -> [(name: String, group: Group)] {
        guard let position = finder.groupings.firstIndex(of: grouping) else { return [] }
        return groups[position].entries.map { ($0.key, $0.value) }.sorted {
            ($1.1.totals.cost, $1.1.totals.modelCalls, $0.0) < ($0.1.totals.cost, $0.1.totals.modelCalls, $1.0)
        }
    }

    /// Returns one group.
    func group(_ grouping: ReportGrouping, _ name: String) -> Group? {
        guard let position = finder.groupings.firstIndex(of: grouping) else { return nil }
        return groups[position][name]
    }

    /// Returns the number of groups that were evicted from a grouping because there were too many.
    func forgottenCount(_ grouping: ReportGrouping) -> Int {
        finder.groupings.firstIndex(of: grouping).map { groups[$0].evictedCount } ?? 0
    }
}
