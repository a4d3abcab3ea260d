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
/// | `last9.cost.source` | calls to models | `provider` or `user` where the cost, or its price, is theirs |
/// | `last9.cost.incomplete_reason` | calls to models | what the call used that the cost lacks a price for |
/// | `last9.cost.unpriced_reason` | calls to models | why there is no cost |
/// | `gen_ai.l9.span.kind` | all GenAI spans | `llm`, `tool`, `agent` or `chain` |
/// | `workflow.total_cost_usd`, `workflow.llm_calls`, `workflow.tool_calls` | spans in a workflow | totals so far |
public struct Last9SpanProcessor: SpanProcessor {
    /// What the costs are added up in.
    public let ledger: CostLedger
    /// Where prices come from; they may be replaced while the program runs. `nil` when no costs are set.
    public let prices: LivePrices?
    // The same, not held while it is asked.
    private let unheldPrices: Unmanaged<LivePrices>?
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
        unheldPrices = prices.map(Unmanaged.passUnretained)
        self.ledger = ledger
        writesAliases = !followsConventionsOnly
        costCounter = meterProvider?.meter(named: "Last9GenAI").counter(
            named: "last9.gen_ai.client.cost", unit: "USD", description: "What calls to models cost.", of: Double.self)
    }

    /// Sets what is known once the span has ended.
    public func onEnding(_ span: inout SpanData) {
        // First everything is read, then everything is written: what changes cannot be read where it lies.
        let findings = CallFacts.with(span) { find($0, in: $1) }
        write(findings, to: &span)
        if !writesAliases { span.attributes[.genAIConversationTurn] = nil }
    }

    /// What a span is told when it ends.
    private struct Findings {
        /// What kind of span it is, where its attributes do not say.
        var kind = CallFacts.Kind.other
        var isCountedCall = false
        var totalTokens: Int?
        var cost: Cost?
        var unpricedReason: UnpricedReason?
        /// The totals of the span's workflow so far.
        var workflow: CostLedger.Totals?
    }

    /// A cost in USD.
    private struct Cost {
        var total: Double
        /// What was charged for each side; `nil` where only the whole is known.
        var sides: (input: Double, output: Double)?
        /// Whose figure it is, where it is not a bundled price.
        var source: String?
        /// What the cost lacks, if anything.
        var incompleteReason: String?

        init(_ charge: Charge) {
            total = charge.total.doubleValue
            incompleteReason = charge.incompleteReason
            if charge.source != .provider { sides = (charge.input.doubleValue, charge.output.doubleValue) }
            switch charge.source {
            case .provider: source = "provider"
            case .code, .file: source = "user"
            default: break
            }
        }
    }

    private func find(_ facts: CallFacts, in span: borrowing SpanData) -> Findings {
        var findings = Findings(kind: facts.hasSpanKind ? .other : facts.kind)
        switch facts.kind {
        case .model where !span.containsCountedCall:
            // Not `??`, which moves the 192 bytes of a usage twice more.
            if let known = span.boxedUsage {
                count(facts, known.value, of: span, &findings)
            } else {
                count(facts, facts.usage, of: span, &findings)
            }
        case .tool: findings.workflow = add(CostLedger.Totals(toolCalls: 1), facts, span)
        default: findings.workflow = facts.workflow?.pointee.accountID.flatMap { ledger.totals(.workflow, $0) }
        }
        return findings
    }

    private func count(
        _ facts: CallFacts, _ usage: TokenUsage, of span: borrowing SpanData, _ findings: inout Findings
    ) {
        var totals = CostLedger.Totals(llmCalls: 1)
        totals.inputTokens = usage.inputTokens ?? 0
        totals.outputTokens = usage.outputTokens ?? 0
        if let input = usage.inputTokens, let output = usage.outputTokens { findings.totalTokens = input &+ output }
        if let given = facts.givenCost {
            totals.cost = USD(given) ?? .zero
            count(totals.cost, of: span)
        } else if let unheldPrices {
            switch unheldPrices._withUnsafeGuaranteedRef({ $0.charge(for: usage, facts, at: span.startNanoseconds) }) {
            case .success(let charge):
                totals.cost = charge.total
                findings.cost = Cost(charge)
                count(charge.total, of: span)
            case .failure(let reason):
                totals.unpricedCalls = 1
                findings.unpricedReason = reason
            }
        }
        findings.isCountedCall = true
        (span.meter as? BudgetLink)?.charge(totals)
        findings.workflow = add(totals, facts, span)
    }

    private func add(
        _ totals: CostLedger.Totals, _ facts: CallFacts, _ span: borrowing SpanData
    ) -> CostLedger.Totals? {
        ledger.add(totals, facts, (start: span.startNanoseconds, end: span.endNanoseconds), span.attributes)
    }

    private static let costDimensions = [
        "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.request.model",
        "gen_ai.response.model",
    ]

    private func count(_ cost: USD, of span: borrowing SpanData) {
        guard let costCounter, costCounter.isEnabled else { return }
        var series = Attributes()
        series.reserveCapacity(Self.costDimensions.count)
        for name in Self.costDimensions { series[name] = span.attributes[name] }
        costCounter.add(
            cost.doubleValue, attributes: series, context: GenAIContext.current.settingParent(span.context))
    }

    private func write(_ findings: Findings, to span: inout SpanData) {
        if findings.isCountedCall { span.isCountedCall = true }
        let spanKind = findings.kind.spanKind
        guard spanKind != nil || findings.isCountedCall || findings.workflow != nil else { return }
        if let spanKind { span.attributes[.genAIL9SpanKind] = spanKind }
        if let totalTokens = findings.totalTokens { span.attributes[.genAIUsageTotalTokens] = totalTokens }
        if let cost = findings.cost {
            span.attributes[.genAIUsageCostUSD] = cost.total
            if let sides = cost.sides {
                span.attributes[.genAIUsageCostInputUSD] = sides.input
                span.attributes[.genAIUsageCostOutputUSD] = sides.output
            }
            if let source = cost.source { span.attributes[.costSource] = source }
            if let reason = cost.incompleteReason { span.attributes[.incompleteReason] = reason }
            if writesAliases { span.attributes[.genAIUsageCost] = cost.total }
        } else if let reason = findings.unpricedReason {
            span.attributes[.unpricedReason] = reason.description
        }
        if let workflow = findings.workflow {
            span.attributes[.workflowTotalCostUSD] = workflow.cost.doubleValue
            span.attributes[.workflowLLMCalls] = workflow.llmCalls
            span.attributes[.workflowToolCalls] = workflow.toolCalls
        }
    }
}

extension LivePrices {
    @inline(__always)
    fileprivate func charge(
        for usage: TokenUsage, _ facts: CallFacts, at nanoseconds: UnixNanoseconds
    ) -> Result<Charge, UnpricedReason> {
        charge(
            for: usage, model: facts.model, requestModel: facts.requestModel, provider: facts.provider,
            context: facts.serviceTier.map { PriceContext(serviceTier: $0) }, at: Int64(nanoseconds / 1_000_000_000))
    }
}

extension AttributeKey where Value == String {
    /// Whose figure a cost is: `provider` for one that the provider stated, `user` for one from prices given in code or
    /// a file. A span without it was priced by the bundled table.
    static var costSource: AttributeKey { AttributeKey("last9.cost.source") }
    /// What a call used that its cost lacks a price for.
    static var incompleteReason: AttributeKey { AttributeKey("last9.cost.incomplete_reason") }
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
