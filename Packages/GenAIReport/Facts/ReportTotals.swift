// SPDX-License-Identifier: MIT
public import GenAICore

/// The totals of calls to models and tools. Sums are exact.
public struct ReportTotals: Sendable, Hashable {
    /// The number of calls to models.
    public var modelCalls = 0
    /// The number of calls to tools.
    public var toolCalls = 0
    /// The number of input tokens, cached ones included.
    public var inputTokens = 0
    /// The number of input tokens read from the provider's cache. Part of ``inputTokens``.
    public var cachedTokens = 0
    /// The number of output tokens, reasoning included.
    public var outputTokens = 0
    /// The cost of all calls with a known price.
    public var cost = USD.zero
    /// The number of calls to models without a known price; ``cost`` does not include them.
    public var unpricedCalls = 0
    /// The number of failed calls to models and tools.
    public var failedCalls = 0

    /// Creates totals of zero.
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
    /// Creates the totals of one span; `nil` if it is neither a call to a model nor to a tool.
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
