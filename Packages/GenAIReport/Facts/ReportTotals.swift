// SPDX-License-Identifier: MIT
public import GenAICore

/// What calls to models and tools add up to. Sums are exact.
public struct ReportTotals: Sendable, Hashable {
    /// Calls to models.
    public var modelCalls = 0
    /// Calls to tools.
    public var toolCalls = 0
    /// Tokens sent, cached ones included.
    public var inputTokens = 0
    /// Tokens sent that the provider had cached. Part of ``inputTokens``.
    public var cachedTokens = 0
    /// Tokens received, reasoning included.
    public var outputTokens = 0
    /// The cost of all calls whose price is known.
    public var cost = USD.zero
    /// Calls to models whose price is not known; ``cost`` lacks them.
    public var unpricedCalls = 0
    /// Calls to models and tools that failed.
    public var failedCalls = 0

    /// Creates totals of nothing.
    public init() {}

    /// Adds other totals.
    public static func += (one: inout ReportTotals, other: ReportTotals) {
        one.modelCalls &+= other.modelCalls
        one.toolCalls &+= other.toolCalls
        one.inputTokens &+= other.inputTokens
        one.cachedTokens &+= other.cachedTokens
        one.outputTokens &+= other.outputTokens
        one.cost += other.cost
        one.unpricedCalls &+= other.unpricedCalls
        one.failedCalls &+= other.failedCalls
    }
}

extension ReportTotals {
    /// What one span adds; `nil` where it is a call neither to a model nor to a tool.
    init?(_ facts: SpanFacts, _ cost: CallCost?) {
        self.init()
        if let cost {
            modelCalls = 1
            inputTokens = facts.usage.inputTokens ?? 0
            cachedTokens = facts.usage.cacheReadTokens ?? 0
            outputTokens = facts.usage.outputTokens ?? 0
            if let amount = cost.amount { self.cost = amount } else { unpricedCalls = 1 }
        } else if facts.kind == .tool {
            toolCalls = 1
        } else {
            return nil
        }
        if facts.error != nil { failedCalls = 1 }
    }
}
