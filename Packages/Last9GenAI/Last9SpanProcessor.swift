// SPDX-License-Identifier: MIT
import GenAICore
public import GenAIPricing
public import GenAITelemetry

/// Sets the cost of LLM calls on their spans and adds it up by workflow, conversation, user, agent and model.
///
/// Works on any span, whoever made it, by its `gen_ai.*` attributes, and before the span ends: exporters see the
/// result. Costs are set on calls to models only, never on the spans around them, so that nothing counts twice.
///
/// | Attribute | On | Meaning |
/// |---|---|---|
/// | `gen_ai.usage.cost_usd`, `gen_ai.usage.cost` | calls to models | the cost in USD |
/// | `gen_ai.usage.cost_input_usd`, `gen_ai.usage.cost_output_usd` | calls to models | its parts |
/// | `last9.cost.unpriced_reason` | calls to models | why there is no cost |
/// | `gen_ai.l9.span.kind` | all GenAI spans | `llm`, `tool`, `agent` or `chain` |
/// | `workflow.total_cost_usd`, `workflow.llm_calls`, `workflow.tool_calls` | spans in a workflow | totals so far |
public struct Last9SpanProcessor: SpanProcessor {
    /// What the costs are added up in.
    public let ledger: CostLedger
    /// Where prices come from; they may be replaced while the program runs. `nil` when no costs are set.
    public let prices: LivePrices?
    private let writesAliases: Bool
    private let costCounter: MetricCounter<Double>?

    /// Creates a processor.
    ///
    /// - Parameters:
    ///   - prices: Where prices come from; `nil` sets no costs.
    ///   - ledger: What the costs are added up in.
    ///   - followsConventionsOnly: Leaves out what only Last9's dashboards know and strict checkers refuse:
    ///     `gen_ai.usage.cost` and `gen_ai.conversation.turn`, which repeat other attributes.
    ///   - meterProvider: Counts costs in `last9.gen_ai.client.cost`, in USD, by operation, provider and models; `nil`
    ///     counts nothing. Calls without a price are not counted.
    public init(
        prices: LivePrices? = LivePrices(), ledger: CostLedger = CostLedger(), followsConventionsOnly: Bool = false,
        meterProvider: MeterProvider? = nil
    ) {
        self.prices = prices
        self.ledger = ledger
        writesAliases = !followsConventionsOnly
        costCounter = meterProvider?.meter(named: "Last9GenAI").counter(
            named: "last9.gen_ai.client.cost", unit: "USD", description: "What calls to models cost.", of: Double.self)
    }

    /// Sets what is known once the span has ended.
    public func onEnding(_ span: inout SpanData) {
        let facts = CallFacts(span)
        if !facts.hasSpanKind, let spanKind = facts.kind.spanKind {
            span.attributes[.genAIL9SpanKind] = spanKind
        }
        switch facts.kind {
        case .model where !span.containsCountedCall: record(facts, on: &span)
        case .tool: add(CostLedger.Totals(toolCalls: 1), facts, to: &span)
        default: addRunningTotals(facts, to: &span)
        }
        if !writesAliases { span.attributes[.genAIConversationTurn] = nil }
    }

    private func record(_ facts: CallFacts, on span: inout SpanData) {
        var totals = CostLedger.Totals(llmCalls: 1)
        let usage = facts.usage
        totals.inputTokens = usage.inputTokens ?? 0
        totals.outputTokens = usage.outputTokens ?? 0
        if let input = usage.inputTokens, let output = usage.outputTokens {
            span.attributes[.genAIUsageTotalTokens] = input &+ output
        }
        if let given = facts.givenCost {
            totals.cost = USD(given) ?? .zero
            count(totals.cost, of: span)
        } else if let prices {
            let nanoseconds = span.startNanoseconds
            switch prices.withBook({ $0.answer(for: facts, usage: usage, at: nanoseconds) }) {
            case .priced(let call):
                totals.cost = call.total
                set(call, on: &span)
                count(call.total, of: span)
            case .unpriced(let reason):
                totals.unpricedCalls = 1
                span.attributes[.unpricedReason] = reason.description
            }
        }
        span.isCountedCall = true
        (span.meter as? BudgetLink)?.charge(totals)
        add(totals, facts, to: &span)
    }

    private static let costDimensions = [
        "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.request.model",
        "gen_ai.response.model",
    ]

    private func count(_ cost: USD, of span: SpanData) {
        guard let costCounter, costCounter.isEnabled else { return }
        var series = Attributes()
        series.reserveCapacity(Self.costDimensions.count)
        for name in Self.costDimensions { series[name] = span.attributes[name] }
        costCounter.add(
            cost.doubleValue, attributes: series, context: GenAIContext.current.settingParent(span.context))
    }

    private func set(_ call: PricedCall, on span: inout SpanData) {
        let total = call.total.doubleValue
        span.attributes[.genAIUsageCostUSD] = total
        span.attributes[.genAIUsageCostInputUSD] = call.input.doubleValue
        span.attributes[.genAIUsageCostOutputUSD] = call.output.doubleValue
        if writesAliases { span.attributes[.genAIUsageCost] = total }
    }

    private func add(_ totals: CostLedger.Totals, _ facts: CallFacts, to span: inout SpanData) {
        let time = (start: span.startNanoseconds, end: span.endNanoseconds)
        if let workflow = ledger.add(totals, facts, time, span.attributes) { set(workflow, on: &span) }
    }

    private func addRunningTotals(_ facts: CallFacts, to span: inout SpanData) {
        guard let id = facts.workflow, let workflow = ledger.totals(.workflow, id) else { return }
        set(workflow, on: &span)
    }

    private func set(_ workflow: CostLedger.Totals, on span: inout SpanData) {
        span.attributes[.workflowTotalCostUSD] = workflow.cost.doubleValue
        span.attributes[.workflowLLMCalls] = workflow.llmCalls
        span.attributes[.workflowToolCalls] = workflow.toolCalls
    }
}

extension PriceBook {
    fileprivate func answer(for facts: CallFacts, usage: TokenUsage, at nanoseconds: UnixNanoseconds) -> PriceAnswer {
        cost(
            of: usage, model: facts.model ?? "", requestModel: facts.requestModel, provider: facts.provider,
            context: facts.serviceTier.map { PriceContext(serviceTier: $0) }, at: Int64(nanoseconds / 1_000_000_000))
    }
}

extension AttributeKey where Value == String {
    /// Why a call to a model has no cost.
    static var unpricedReason: AttributeKey { AttributeKey("last9.cost.unpriced_reason") }
}

extension CallFacts.Kind {
    fileprivate var spanKind: Last9SpanKind? {
        switch self {
        case .model: .llm
        case .tool: .tool
        case .agent: .agent
        case .workflow: .chain
        case .other: nil
        }
    }
}
