// SPDX-License-Identifier: MIT
import GenAICore
public import GenAIPricing
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

        /// The dimensions of every ledger, in this order.
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

    private struct State {
        var total = Totals()
        var dimensions: [RecentMap<String, Totals>]
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
        state = Mutex(State(dimensions: all.map { _ in RecentMap(capacity: capacity) }))
    }

    /// Everything that was ever added, whatever was forgotten since.
    public var total: Totals { state.withLock { $0.total } }

    /// The totals of one entry, or `nil` when there is none or it was forgotten.
    public func totals(_ dimension: Dimension, _ id: String) -> Totals? {
        guard let position = dimensions.firstIndex(of: dimension) else { return nil }
        return state.withLock { $0.dimensions[position][id] }
    }

    /// All entries of a dimension, the most expensive first.
    public func entries(_ dimension: Dimension) -> [Entry] {
        guard let position = dimensions.firstIndex(of: dimension) else { return [] }
        let entries = state.withLock { $0.dimensions[position].entries }
        return entries.map { Entry(id: $0.key, totals: $0.value) }
            .sorted { ($1.totals.cost, $0.id) < ($0.totals.cost, $1.id) }
    }

    /// How many entries were forgotten to stay within the capacity.
    public var evictedCount: Int { state.withLock { $0.dimensions.reduce(0) { $0 + $1.evictedCount } } }

    /// Adds a call.
    ///
    /// - Parameters:
    ///   - model: What the call is added to in the dimension ``Dimension/model``.
    ///   - attributes: The call's attributes, which tell the entry in all other dimensions.
    /// - Returns: The totals of the call's workflow with the call in them, if it has one.
    @discardableResult
    func add(_ call: Totals, model: String?, attributes: Attributes) -> Totals? {
        let (workflow, evicted): (Totals?, Int) = state.withLock { state in
            state.total += call
            var workflow: Totals?
            var evicted = 0
            for position in dimensions.indices {
                let isModel = position == Self.modelPosition
                guard let id = isModel ? model : attributes.text(dimensions[position].attribute) else { continue }
                let before = state.dimensions[position].evictedCount
                let totals = state.dimensions[position].update(id, default: Totals()) { totals in
                    totals += call
                    return totals
                }
                evicted += state.dimensions[position].evictedCount - before
                if position == Self.workflowPosition { workflow = totals }
            }
            return (workflow, evicted)
        }
        if evicted > 0 {
            Diagnostics.report(
                .warning, "CostLedger", "\(evicted) entries were forgotten to stay within the capacity",
                key: "evicted")
        }
        return workflow
    }

    private static var workflowPosition: Int { 0 }
    private static var modelPosition: Int { 4 }
}

extension Attributes {
    /// The text of an attribute, also of a number or truth value.
    fileprivate func text(_ name: String) -> String? {
        switch self[name] {
        case .string(let text): text
        case .int(let number): String(number)
        case .bool(let flag): String(flag)
        default: nil
        }
    }
}
