// SPDX-License-Identifier: MIT
@_spi(GenAI) public import GenAICore
import GenAITelemetry
import Synchronization

/// Adds up what LLM and tool calls cost, by workflow, conversation, user, agent, model and any attribute.
///
/// Sums are exact. Safe to read and write from any thread. Bounded: of each dimension the entries in use most
/// recently are kept, and what is forgotten is counted in ``evictedCount`` and reported.
public final class CostLedger: Sendable {
    /// What calls are added up by.
    public struct Dimension: Sendable, Hashable {
        /// The attribute whose value calls are grouped by.
        public let attribute: String

        /// Adds up by an attribute of the spans, for example `custom.tenant`.
        public init(attribute: String) {
            self.attribute = attribute
        }

        /// By `workflow.id`.
        public static let workflow = Dimension(attribute: AttributeKey<String>.workflowID.name)
        /// By `gen_ai.conversation.id`.
        public static let conversation = Dimension(attribute: AttributeKey<String>.genAIConversationID.name)
        /// By `user.id`.
        public static let user = Dimension(attribute: AttributeKey<String>.userID.name)
        /// By `gen_ai.agent.name`.
        public static let agent = Dimension(attribute: AttributeKey<String>.genAIAgentName.name)
        /// By the model that answered, or else the one that was asked for.
        public static let model = Dimension(attribute: AttributeKey<String>.genAIResponseModel.name)

        /// The dimensions of every ledger.
        public static let standard: [Dimension] = [.workflow, .conversation, .user, .agent, .model]
    }

    /// What was added up.
    public struct Totals: Sendable, Hashable {
        /// Calls to models.
        public var llmCalls = 0
        /// Calls to tools.
        public var toolCalls = 0
        /// Tokens sent, cached ones included.
        public var inputTokens = 0
        /// Tokens received, reasoning included.
        public var outputTokens = 0
        /// The cost of all calls whose price is known.
        public var cost = USD.zero
        /// Calls to models whose price is not known; ``cost`` lacks them.
        public var unpricedCalls = 0

        /// Creates totals of a number of calls.
        public init(llmCalls: Int = 0, toolCalls: Int = 0) {
            self.llmCalls = llmCalls
            self.toolCalls = toolCalls
        }

        /// Adds other totals.
        public static func += (one: inout Totals, other: Totals) {
            one.llmCalls &+= other.llmCalls
            one.toolCalls &+= other.toolCalls
            one.inputTokens &+= other.inputTokens
            one.outputTokens &+= other.outputTokens
            one.cost += other.cost
            one.unpricedCalls &+= other.unpricedCalls
        }
    }

    /// One entry of a dimension.
    public struct Entry: Sendable, Hashable {
        /// The value that calls were grouped by, for example a workflow's id.
        public var id: String
        /// What was added up.
        public var totals: Totals
    }

    /// What is known about one conversation.
    public struct Conversation: Sendable, Hashable {
        /// Its id.
        public var id: String
        /// The user it is held with, as far as any span said.
        public var userID: String?
        /// The number of its latest turn.
        public var turns: Int
        /// The models that answered in it, in the order they first did; the first sixteen.
        public var models: [String]
        /// What was added up.
        public var totals: Totals
        /// When its first call began.
        public var startNanoseconds: UnixNanoseconds
        /// When its latest call ended.
        public var endNanoseconds: UnixNanoseconds
    }

    fileprivate struct Details {
        var userID: String?
        var turns = 0
        var models: [String] = []
        var startNanoseconds: UnixNanoseconds
        var endNanoseconds: UnixNanoseconds = 0
    }

    /// What one id has come to.
    fileprivate struct Account {
        let id: String
        /// The attribute that named the account last.
        var name: AttributeValue
        var totals = Totals()
        var details: Details?
    }

    /// Owns an account, in memory of its own: adding to it copies nothing, and the maps stay small.
    ///
    /// Not simply the account's properties: each access to those of a class is checked for exclusivity while the
    /// program runs, and counts references. Whoever holds the ledger's lock may use the memory while the map or
    /// somebody else holds the owner.
    fileprivate final class AccountOwner {
        let account = UnsafeMutablePointer<Account>.allocate(capacity: 1)

        init(_ id: String, _ name: AttributeValue) {
            account.initialize(to: Account(id: id, name: name))
        }

        deinit {
            account.deinitialize(count: 1)
            account.deallocate()
        }
    }

    fileprivate struct State {
        /// An account that was used lately.
        struct Recent {
            var position: Int
            /// The generation of its dimension when it was used. While that lasts, its owner is in the map.
            var generation: Int
            var account: UnsafeMutablePointer<Account>
        }

        var total = Totals()
        var dimensions: [RecentMap<String, AccountOwner>]
        /// Accounts in use, by a short hash of their id: finding one here takes a tenth of the time of a dictionary.
        var recent = [Recent?](repeating: nil, count: State.recentCount)
        /// The account of each dimension that was used last: calls of one scope mostly follow each other.
        var latest: [Recent?]

        /// How many entries were forgotten since this was last asked.
        var unreportedEvictedCount = 0

        static let recentCount = 256

        init(dimensionCount: Int, capacity: Int) {
            dimensions = (0..<dimensionCount).map { _ in RecentMap(capacity: capacity) }
            latest = Array(repeating: nil, count: dimensionCount)
        }

        /// The account that an attribute's value names, to be used before the next one is asked for.
        @inline(__always)
        mutating func account(
            _ name: UnsafePointer<AttributeValue>, at position: Int
        ) -> UnsafeMutablePointer<Account>? {
            // Spans of one scope all have the scope's own text, which need not be held to be compared.
            if let known = latest[position], isValid(known), let last = known.account.pointer(to: \.name),
                name.hasSameBits(as: last)
            {
                return known.account
            }
            return account(name.pointee, at: position)
        }

        @inline(never)
        private mutating func account(_ name: AttributeValue, at position: Int) -> UnsafeMutablePointer<Account>? {
            guard let id = name.accountID else { return nil }
            if let known = latest[position], isValid(known), known.account.pointee.id == id {
                known.account.pointee.name = name
                return known.account
            }
            let found = find(id, name, at: position)
            latest[position] = found
            return found.account
        }

        @inline(__always)
        private func isValid(_ known: Recent) -> Bool {
            known.generation == dimensions[known.position].generation
        }

        @inline(never)
        private mutating func find(_ id: String, _ name: AttributeValue, at position: Int) -> Recent {
            let slot = (shortHash(id) &+ position &* 31) & (Self.recentCount &- 1)
            if let known = recent[slot], known.position == position, isValid(known), known.account.pointee.id == id {
                return known
            }
            let before = dimensions[position].evictedCount
            let account = dimensions[position].update(id, default: AccountOwner(id, name)) { $0.account }
            unreportedEvictedCount += dimensions[position].evictedCount - before
            let found = Recent(position: position, generation: dimensions[position].generation, account: account)
            recent[slot] = found
            return found
        }
    }

    /// What this ledger adds up by.
    public let dimensions: [Dimension]
    private let state: Mutex<State>

    /// Creates an empty ledger.
    ///
    /// - Parameters:
    ///   - dimensions: Dimensions beyond the standard ones.
    ///   - capacity: The most entries that each dimension keeps.
    public init(dimensions: [Dimension] = [], capacity: Int = 10_000) {
        let all = Dimension.standard + dimensions.filter { !Dimension.standard.contains($0) }
        self.dimensions = all
        state = Mutex(State(dimensionCount: all.count, capacity: capacity))
    }

    /// Everything that was ever added, whatever was forgotten since.
    public var total: Totals { state.withLock { $0.total } }

    /// The totals of one entry, or `nil` when there is none or it was forgotten.
    public func totals(_ dimension: Dimension, _ id: String) -> Totals? {
        guard let position = dimensions.firstIndex(of: dimension) else { return nil }
        return state.withLock { $0.dimensions[position][id]?.account.pointee.totals }
    }

    /// All entries of a dimension, the most expensive first.
    public func entries(_ dimension: Dimension) -> [Entry] {
        guard let position = dimensions.firstIndex(of: dimension) else { return [] }
        let entries = state.withLock { state in
            state.dimensions[position].entries.map { Entry(id: $0.key, totals: $0.value.account.pointee.totals) }
        }
        return entries.sorted { ($1.totals.cost, $0.id) < ($0.totals.cost, $1.id) }
    }

    /// One conversation, or `nil` when there is none or it was forgotten.
    public func conversation(_ id: String) -> Conversation? {
        state.withLock { $0.dimensions[Self.conversationPosition][id].flatMap(Self.conversation) }
    }

    /// All conversations that are remembered, the earliest first.
    public var conversations: [Conversation] {
        let all = state.withLock { state in
            state.dimensions[Self.conversationPosition].entries.compactMap { Self.conversation($0.value) }
        }
        return all.sorted { ($0.startNanoseconds, $0.id) < ($1.startNanoseconds, $1.id) }
    }

    private static func conversation(_ owner: AccountOwner) -> Conversation? {
        let account = owner.account.pointee
        return account.details.map { details in
            Conversation(
                id: account.id, userID: details.userID, turns: details.turns, models: details.models,
                totals: account.totals, startNanoseconds: details.startNanoseconds,
                endNanoseconds: details.endNanoseconds)
        }
    }

    /// How many entries were forgotten to stay within the capacity.
    public var evictedCount: Int { state.withLock { Self.evictedCount($0) } }

    /// How many entries are kept, of all dimensions together.
    public var entryCount: Int { state.withLock { $0.dimensions.reduce(0) { $0 + $1.count } } }

    private static func evictedCount(_ state: borrowing State) -> Int {
        var count = 0
        for position in state.dimensions.indices { count &+= state.dimensions[position].evictedCount }
        return count
    }

    private static var conversationPosition: Int { 1 }
    private static var standardCount: Int { 5 }

    /// Adds a call.
    ///
    /// - Parameters:
    ///   - time: When the call began and ended, in Unix nanoseconds.
    ///   - attributes: Those of the call's span, where its value for further dimensions is found.
    /// - Returns: The totals of the call's workflow with the call in them, if it has one.
    @discardableResult
    func add(
        _ totals: Totals, _ facts: CallFacts, _ time: (start: UnixNanoseconds, end: UnixNanoseconds),
        _ attributes: Attributes
    ) -> Totals? {
        let (workflow, evicted): (Totals?, Int) = state.withLock { state in
            let workflow = state.add(totals, facts, time)
            for position in Self.standardCount..<Swift.max(Self.standardCount, dimensions.count) {
                guard let name = attributes[dimensions[position].attribute] else { continue }
                _ = withUnsafePointer(to: name) { state.add(totals, to: $0, at: position) }
            }
            defer { state.unreportedEvictedCount = 0 }
            return (workflow, state.unreportedEvictedCount)
        }
        if evicted > 0 {
            Diagnostics.report(
                .warning, "CostLedger", "\(evicted) entries were forgotten to stay within the capacity",
                key: "evicted")
        }
        return workflow
    }
}

extension CostLedger.State {
    /// Adds a call to the standard dimensions.
    ///
    /// - Returns: The totals of its workflow, if it has one.
    fileprivate mutating func add(
        _ totals: CostLedger.Totals, _ facts: CallFacts, _ time: (start: UnixNanoseconds, end: UnixNanoseconds)
    ) -> CostLedger.Totals? {
        let model = totals.llmCalls > 0 ? facts.model : nil
        total += totals
        if let conversation = add(totals, to: facts.conversation, at: 1) {
            conversation.pointee.note(model, facts, time)
        }
        _ = add(totals, to: facts.user, at: 2)
        _ = add(totals, to: facts.agent, at: 3)
        if model != nil { _ = add(totals, to: facts.modelName, at: 4) }
        return add(totals, to: facts.workflow, at: 0)?.pointee.totals
    }

    // Not inlined: five copies of it push other code of the span's end out of the processor's cache.
    /// Adds to the account that an attribute's value names, if there is one.
    @inline(never)
    fileprivate mutating func add(
        _ totals: borrowing CostLedger.Totals, to name: UnsafePointer<AttributeValue>?, at position: Int
    ) -> UnsafeMutablePointer<CostLedger.Account>? {
        guard let name, let account = account(name, at: position) else { return nil }
        account.pointee.totals += totals
        return account
    }
}

extension CostLedger.Account {
    fileprivate mutating func note(
        _ model: String?, _ facts: CallFacts, _ time: (start: UnixNanoseconds, end: UnixNanoseconds)
    ) {
        if details == nil {
            details = CostLedger.Details(startNanoseconds: time.start, endNanoseconds: time.end)
        }
        details?.note(model, facts, time)
    }
}

extension CostLedger.Details {
    fileprivate mutating func note(
        _ model: String?, _ facts: CallFacts, _ time: (start: UnixNanoseconds, end: UnixNanoseconds)
    ) {
        startNanoseconds = min(startNanoseconds, time.start)
        endNanoseconds = max(endNanoseconds, time.end)
        if userID == nil { userID = facts.user?.pointee.accountID }
        if let turn = facts.turn { turns = max(turns, turn) }
        if let model, models.last != model, models.count < 16, !models.contains(model) { models.append(model) }
    }
}
