// SPDX-License-Identifier: MIT
@_spi(GenAI) public import GenAICore
import GenAITelemetry
import Synchronization

/// The sums of the costs of LLM and tool calls, by workflow, conversation, user, agent, model and any attribute.
///
/// Sums are exact. Can be read and written from any thread. Memory is limited: each dimension keeps its most recently
/// used entries. Evicted entries are counted in ``evictedCount`` and reported.
public final class CostLedger: Sendable {
    /// An attribute by which calls are grouped.
    public struct Dimension: Sendable, Hashable {
        /// The attribute whose value calls are grouped by.
        public let attribute: String

        /// Creates a dimension from an attribute of the spans, for example `custom.tenant`.
        public init(attribute: String) {
            self.attribute = attribute
        }

        /// The dimension `workflow.id`.
        public static let workflow = Dimension(attribute: AttributeKey<String>.workflowID.name)
        /// The dimension `workflow.name`, which combines all runs of one workflow.
        public static let workflowName = Dimension(attribute: AttributeKey<String>.workflowName.name)
        /// The dimension `workflow.type`.
        public static let workflowType = Dimension(attribute: AttributeKey<String>.workflowType.name)
        /// The dimension `gen_ai.conversation.id`.
        public static let conversation = Dimension(attribute: AttributeKey<String>.genAIConversationID.name)
        /// The dimension `user.id`.
        public static let user = Dimension(attribute: AttributeKey<String>.userID.name)
        /// The dimension `gen_ai.agent.name`.
        public static let agent = Dimension(attribute: AttributeKey<String>.genAIAgentName.name)
        /// The model that answered, or else the requested one.
        public static let model = Dimension(attribute: AttributeKey<String>.genAIResponseModel.name)

        /// The dimensions of every ledger.
        public static let standard: [Dimension] = [
            .workflow, .conversation, .user, .agent, .model, .workflowName, .workflowType,
        ]
    }

    /// The positions of the standard dimensions.
    fileprivate enum Slot: Int, CaseIterable {
        case workflow, conversation, user, agent, model, workflowName, workflowType
    }

    /// The sums of calls.
    public struct Totals: Sendable, Hashable {
        /// The number of calls to models.
        public var llmCalls = 0
        /// The number of calls to tools.
        public var toolCalls = 0
        /// The number of input tokens, cached ones included.
        public var inputTokens = 0
        /// The number of output tokens, reasoning included.
        public var outputTokens = 0
        /// The cost of all calls with a known price.
        public var cost = USD.zero
        /// The number of calls to models without a known price; ``cost`` does not include them.
        public var unpricedCalls = 0
        /// The number of calls to models that used a unit without a price; ``cost`` does not include that part.
        public var incompleteCalls = 0

        /// Creates totals with numbers of calls.
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
            one.incompleteCalls &+= other.incompleteCalls
        }
    }

    /// One entry of a dimension.
    public struct Entry: Sendable, Hashable {
        /// The value that calls were grouped by, for example a workflow's identifier.
        public var id: String
        /// The sums of its calls.
        public var totals: Totals
    }

    /// The sums and properties of one conversation.
    public struct Conversation: Sendable, Hashable {
        /// The identifier of the conversation.
        public var id: String
        /// The user of the conversation, if any span named one.
        public var userID: String?
        /// The number of its latest turn.
        public var turns: Int
        /// The models that answered in it, in the order of their first answers; the first sixteen.
        public var models: [String]
        /// The sums of its calls.
        public var totals: Totals
        /// The start of its first call.
        public var startNanoseconds: UnixNanoseconds
        /// The end of its latest call.
        public var endNanoseconds: UnixNanoseconds
    }

    fileprivate struct Details {
        var userID: String?
        var turns = 0
        var models: [String] = []
        var startNanoseconds: UnixNanoseconds
        var endNanoseconds: UnixNanoseconds = 0
    }

    /// The sums of one value of a dimension. A class, so that adding to it copies nothing and the maps stay small.
    fileprivate final class Account {
        let id: String
        var totals = Totals()
        var details: Details?

        init(_ id: String) { self.id = id }
    }

    fileprivate struct State {
        /// The account that was used last, with the generation of its map at that time. While the generation is
        /// unchanged, the account is still in the map.
        struct Latest {
            var account: Account
            var generation: Int
        }

        var total = Totals()
        var dimensions: [RecentMap<String, Account>]
        /// A cache of one account for each dimension, since successive calls mostly have the same scope.
        var latest: [Latest?]
        /// The number of entries evicted since the last report.
        var unreportedEvictedCount = 0

        init(dimensionCount: Int, capacity: Int) {
            dimensions = (0..<dimensionCount).map { _ in RecentMap(capacity: capacity) }
            latest = Array(repeating: nil, count: dimensionCount)
        }

        /// Returns the account of an identifier, which is created if it does not exist.
        mutating func account(_ id: String, at position: Int) -> Account {
            if let last = latest[position], last.account.id == id,
                last.generation == dimensions[position].generation
            {
                return last.account
            }
            let before = dimensions[position].evictedCount
            let account = dimensions[position].update(id, default: Account(id)) { $0 }
            unreportedEvictedCount &+= dimensions[position].evictedCount &- before
            latest[position] = Latest(account: account, generation: dimensions[position].generation)
            return account
        }
    }

    /// The dimensions of the ledger.
    public let dimensions: [Dimension]
    private let state: Mutex<State>

    /// Creates an empty ledger.
    ///
    /// - Parameters:
    ///   - dimensions: Dimensions in addition to the standard ones.
    ///   - capacity: The maximum number of entries in each dimension.
    public init(dimensions: [Dimension] = [], capacity: Int = 10_000) {
        let all = Dimension.standard + dimensions.filter { !Dimension.standard.contains($0) }
        self.dimensions = all
        state = Mutex(State(dimensionCount: all.count, capacity: capacity))
    }

    /// The sums of all calls ever added, evicted entries included.
    public var total: Totals { state.withLock { $0.total } }

    /// Returns the totals of one entry; `nil` if it does not exist or was evicted.
    public func totals(_ dimension: Dimension, _ id: String) -> Totals? {
        guard let position = dimensions.firstIndex(of: dimension) else { return nil }
        return state.withLock { $0.dimensions[position][id]?.totals }
    }

    /// Returns all entries of a dimension, the most expensive first.
    public func entries(_ dimension: Dimension) -> [Entry] {
        guard let position = dimensions.firstIndex(of: dimension) else { return [] }
        let entries = state.withLock { state in
            state.dimensions[position].entries.map { Entry(id: $0.key, totals: $0.value.totals) }
        }
        return entries.sorted { ($1.totals.cost, $0.id) < ($0.totals.cost, $1.id) }
    }

    /// Returns one conversation; `nil` if it does not exist or was evicted.
    public func conversation(_ id: String) -> Conversation? {
        state.withLock { $0.dimensions[Slot.conversation.rawValue][id].flatMap(Self.conversation) }
    }

    /// All stored conversations, the earliest first.
    public var conversations: [Conversation] {
        let all = state.withLock { state in
            state.dimensions[Slot.conversation.rawValue].entries.compactMap { Self.conversation($0.value) }
        }
        return all.sorted { ($0.startNanoseconds, $0.id) < ($1.startNanoseconds, $1.id) }
    }

    private static func conversation(_ account: Account) -> Conversation? {
        account.details.map { details in
            Conversation(
                id: account.id, userID: details.userID, turns: details.turns, models: details.models,
                totals: account.totals, startNanoseconds: details.startNanoseconds,
                endNanoseconds: details.endNanoseconds)
        }
    }

    /// The number of entries evicted to stay within the capacity.
    public var evictedCount: Int { state.withLock { Self.evictedCount($0) } }

    /// The number of stored entries in all dimensions together.
    public var entryCount: Int { state.withLock { $0.dimensions.reduce(0) { $0 + $1.count } } }

    private static func evictedCount(_ state: borrowing State) -> Int {
        var count = 0
        for position in state.dimensions.indices { count &+= state.dimensions[position].evictedCount }
        return count
    }

    /// Adds a call.
    ///
    /// - Parameters:
    ///   - time: The start and end of the call, in Unix nanoseconds.
    ///   - attributes: The attributes of the call's span, which contain its values for further dimensions.
    func add(
        _ totals: Totals, _ facts: CallFacts, _ time: (start: UnixNanoseconds, end: UnixNanoseconds),
        _ attributes: Attributes
    ) {
        let evicted: Int = state.withLock { state in
            state.add(totals, facts, time)
            for position in Slot.allCases.count..<Swift.max(Slot.allCases.count, dimensions.count) {
                guard let id = attributes[dimensions[position].attribute]?.scalarText else { continue }
                state.account(id, at: position).totals += totals
            }
            defer { state.unreportedEvictedCount = 0 }
            return state.unreportedEvictedCount
        }
        if evicted > 0 {
            Diagnostics.report(
                .warning, "CostLedger", "\(evicted) entries were evicted to stay within the capacity",
                key: "evicted")
        }
    }
}

extension CostLedger.State {
    /// Adds a call to the standard dimensions.
    fileprivate mutating func add(
        _ totals: CostLedger.Totals, _ facts: CallFacts, _ time: (start: UnixNanoseconds, end: UnixNanoseconds)
    ) {
        let model = totals.llmCalls > 0 ? facts.model : nil
        total += totals
        if let id = facts.conversation {
            let account = account(id, at: CostLedger.Slot.conversation.rawValue)
            account.totals += totals
            account.note(model, facts, time)
        }
        add(totals, to: facts.user, .user)
        add(totals, to: facts.agent, .agent)
        add(totals, to: model, .model)
        add(totals, to: facts.workflow, .workflow)
        add(totals, to: facts.workflowName, .workflowName)
        add(totals, to: facts.workflowType, .workflowType)
    }

    private mutating func add(_ totals: CostLedger.Totals, to id: String?, _ slot: CostLedger.Slot) {
        if let id { account(id, at: slot.rawValue).totals += totals }
    }
}

extension CostLedger.Account {
    fileprivate func note(
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
        if userID == nil { userID = facts.user }
        if let turn = facts.turn { turns = max(turns, turn) }
        if let model, models.last != model, models.count < 16, !models.contains(model) { models.append(model) }
    }
}
