// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
public import GenAIPricing
public import GenAITelemetry

/// A processor that sets the cost of LLM calls on their spans and adds it to the ledger.
///
/// Works on any span with `gen_ai.*` attributes, whichever library created it, and before the span ends, so that
/// exporters see the result. Costs are set only on calls to models, never on the enclosing spans, so that nothing
/// counts twice.
///
/// | Attribute | On | Meaning |
/// |---|---|---|
/// | `gen_ai.usage.cost_usd`, `gen_ai.usage.cost` | calls to models | the cost in USD |
/// | `gen_ai.usage.cost_input_usd`, `gen_ai.usage.cost_output_usd` | calls to models | its parts |
/// | `last9.cost.source` | calls to models | `provider` if the provider stated the cost, `user` if the price is the program's own |
/// | `last9.cost.stated_usd` | calls to models | the cost in USD that the provider states, even if the cost is computed from prices |
/// | `last9.cost.incomplete_reason` | calls to models | the used units that the cost does not include because they have no price |
/// | `last9.cost.unpriced_reason` | calls to models | the reason why there is no cost |
/// | `gen_ai.system` | GenAI spans | the provider, as named in the dashboards |
/// | `gen_ai.l9.span.kind` | all GenAI spans | `llm`, `tool`, `agent` or `chain` |
/// | `workflow.total_cost_usd`, `workflow.llm_calls`, `workflow.tool_calls` | spans in a workflow | totals of its run so far |
public struct Last9SpanProcessor: SpanProcessor, DeadlineKeeping {
    /// The ledger that costs are added to.
    public let ledger: CostLedger
    /// The prices, which can be replaced while the program runs. `nil` if no costs are set.
    public let prices: LivePrices?
    // The same object without a retain for each access.
    private let unheldPrices: Unmanaged<LivePrices>?
    private let writesAliases: Bool
    private let costCounter: MetricCounter<Double>?
    private let costDimensions: [AttributeName]

    /// Creates a processor.
    ///
    /// - Parameters:
    ///   - prices: The prices; `nil` sets no costs.
    ///   - ledger: The ledger that costs are added to.
    ///   - followsConventionsOnly: Whether to leave out the attributes that only Last9's dashboards read and strict
    ///     checkers reject: `gen_ai.system`, `gen_ai.usage.cost` and `gen_ai.conversation.turn`, which repeat other
    ///     attributes.
    ///   - meterProvider: The meter provider for the metric `last9.gen_ai.client.cost`, in USD, by operation, provider,
    ///     models and its `callDimensions`; `nil` records no metric. Calls without a price are not counted.
    public init(
        prices: LivePrices? = LivePrices(), ledger: CostLedger = CostLedger(), followsConventionsOnly: Bool = false,
        meterProvider: MeterProvider? = nil
    ) {
        self.prices = prices
        unheldPrices = prices.map(Unmanaged.passUnretained)
        self.ledger = ledger
        writesAliases = !followsConventionsOnly
        let further = meterProvider?.callDimensions ?? []
        costDimensions = Self.usualCostDimensions + further.filter { !Self.usualCostDimensions.contains($0) }
        costCounter = meterProvider?.meter(named: "Last9GenAI", version: packageVersion).counter(
            named: "last9.gen_ai.client.cost", unit: "USD", description: "The cost of calls to models.", of: Double.self
        )
    }

    /// Sets the attributes that are known once the span has ended.
    public func onEnding(_ span: inout SpanData) {
        let facts = CallFacts(span)
        let findings = find(facts, in: span)
        write(findings, facts, to: &span)
        if !writesAliases { span.attributes[.genAIConversationTurn] = nil }
    }

    /// The attributes to set on a span that ends.
    private struct Findings {
        var isCountedCall = false
        var totalTokens: Int?
        var cost: Cost?
        var unpricedReason: UnpricedReason?
        var thresholds: [Budget.ThresholdReached] = []
        /// The totals of the span's workflow run so far.
        var run: WorkflowRun.Totals?
    }

    /// A cost in USD.
    private struct Cost {
        var total: Double
        /// The charge for each side; `nil` if only the total is known.
        var sides: (input: Double, output: Double)?
        /// The origin of the cost; `nil` for the bundled prices.
        var source: String?
        /// The parts that the cost lacks; `nil` if it is complete.
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
        var findings = Findings()
        switch facts.kind {
        case .model where !span.containsCountedCall: count(facts, of: span, &findings)
        case .tool: add(CostLedger.Totals(toolCalls: 1), facts, span, &findings)
        default: findings.run = span.identity?.fields.run?.totals
        }
        return findings
    }

    private func count(_ facts: CallFacts, of span: borrowing SpanData, _ findings: inout Findings) {
        let usage = facts.usage
        var totals = CostLedger.Totals(llmCalls: 1)
        totals.inputTokens = usage.inputTokens ?? 0
        totals.outputTokens = usage.outputTokens ?? 0
        if let input = usage.inputTokens, let output = usage.outputTokens { findings.totalTokens = input &+ output }
        if let given = facts.givenCost {
            totals.cost = USD(given) ?? .zero
            count(totals.cost, of: span)
        } else if let answer = charge(for: facts, of: span) {
            switch answer {
            case .success(let charge):
                totals.cost = charge.total
                totals.incompleteCalls = charge.isComplete ? 0 : 1
                findings.cost = Cost(charge)
                count(charge.total, of: span)
            // A call that failed before anything was used costs nothing. This is not an unknown price.
            case .failure where facts.isFailed && usage.isEmpty: break
            case .failure(let reason):
                totals.unpricedCalls = 1
                findings.unpricedReason = reason
            }
        }
        findings.isCountedCall = true
        findings.thresholds = (span.identity?.fields.meter as? BudgetLink)?.charge(totals) ?? []
        add(totals, facts, span, &findings)
    }

    /// Returns the charge by the prices of the enclosing scope, or else by the processor's; `nil` if costs are not set.
    private func charge(for facts: CallFacts, of span: borrowing SpanData) -> Result<Charge, UnpricedReason>? {
        if let prices = span.identity?.fields.prices as? LivePrices {
            return prices.charge(for: facts, at: span.startNanoseconds)
        }
        return unheldPrices?._withUnsafeGuaranteedRef { $0.charge(for: facts, at: span.startNanoseconds) }
    }

    private func add(
        _ totals: CostLedger.Totals, _ facts: CallFacts, _ span: borrowing SpanData, _ findings: inout Findings
    ) {
        ledger.add(totals, facts, (start: span.startNanoseconds, end: span.endNanoseconds), span.attributes)
        findings.run = span.identity?.fields.run?.add(
            WorkflowRun.Totals(llmCalls: totals.llmCalls, toolCalls: totals.toolCalls, cost: totals.cost))
    }

    private static let usualCostDimensions = [
        AttributeName(.genAIOperationName), AttributeName(.genAIProviderName), AttributeName(.genAISystem),
        AttributeName(.genAIRequestModel), AttributeName(.genAIResponseModel),
    ]

    private func count(_ cost: USD, of span: borrowing SpanData) {
        guard let costCounter, costCounter.isEnabled else { return }
        var series = Attributes()
        series.reserveCapacity(costDimensions.count)
        for name in costDimensions {
            if let value = span.attributes[name] { series.insert(name, value, value.plainByteCount) }
        }
        costCounter.add(
            cost.doubleValue, attributes: series, context: GenAIContext.current.settingParent(span.context))
    }

    private func write(_ findings: Findings, _ facts: CallFacts, to span: inout SpanData) {
        if findings.isCountedCall { span.isCountedCall = true }
        for threshold in findings.thresholds { span.events.append(threshold.event(at: span.endNanoseconds)) }
        if !facts.hasSpanKind, let kind = facts.kind.spanKind { span.attributes[.genAIL9SpanKind] = kind }
        if writesAliases, let provider = facts.provider, !facts.hasSystem {
            span.attributes[.genAISystem] = ProviderName(rawValue: provider).legacySpelling
        }
        if let totalTokens = findings.totalTokens { span.attributes[.genAIUsageTotalTokens] = totalTokens }
        if findings.isCountedCall, let stated = facts.usage.statedCost {
            span.attributes[.statedCost] = stated.doubleValue
        }
        if let cost = findings.cost {
            write(cost, to: &span.attributes)
        } else if let reason = findings.unpricedReason {
            span.attributes[.unpricedReason] = reason.description
        }
        if let run = findings.run {
            span.attributes[.workflowTotalCostUSD] = run.cost.doubleValue
            span.attributes[.workflowLLMCalls] = run.llmCalls
            span.attributes[.workflowToolCalls] = run.toolCalls
        }
    }

    private func write(_ cost: Cost, to attributes: inout Attributes) {
        attributes[.genAIUsageCostUSD] = cost.total
        if let sides = cost.sides {
            attributes[.genAIUsageCostInputUSD] = sides.input
            attributes[.genAIUsageCostOutputUSD] = sides.output
        }
        if let source = cost.source { attributes[.costSource] = source }
        if let reason = cost.incompleteReason { attributes[.incompleteReason] = reason }
        if writesAliases { attributes[.genAIUsageCost] = cost.total }
    }
}

extension LivePrices {
    fileprivate func charge(for facts: CallFacts, at nanoseconds: UnixNanoseconds) -> Result<Charge, UnpricedReason> {
        charge(
            for: facts.usage, model: facts.model, requestModel: facts.requestModel, provider: facts.provider,
            context: facts.serviceTier.map { PriceContext(serviceTier: $0) }, at: Int64(nanoseconds / 1_000_000_000))
    }
}

extension AttributeKey where Value == Double {
    /// The cost in USD that the provider itself states, in `usage.cost`, a similar member or a header of the response.
    /// Also set if the cost of the call is computed from prices.
    static var statedCost: AttributeKey { AttributeKey("last9.cost.stated_usd") }
}

extension AttributeKey where Value == String {
    /// The origin of a cost: `provider` for one that the provider stated, `user` for one from prices given in code or a
    /// file. A span without it was priced by the bundled table.
    static var costSource: AttributeKey { AttributeKey("last9.cost.source") }
    /// The used units that the cost does not include because they have no price.
    static var incompleteReason: AttributeKey { AttributeKey("last9.cost.incomplete_reason") }
    /// The reason why a call to a model has no cost.
    static var unpricedReason: AttributeKey { AttributeKey("last9.cost.unpriced_reason") }
}

extension CallFacts.Kind {
    fileprivate var spanKind: Last9SpanKind? {
        switch self {
        case .model: .llm
        case .tool: .tool
        case .agent: .agent
        case .workflow, .retrieval: .chain
        case .other: nil
        }
    }
}

extension Budget.ThresholdReached {
    fileprivate func event(at nanoseconds: UnixNanoseconds) -> TraceSpan.Event {
        var attributes: Attributes = [
            "last9.budget.threshold": .double(threshold), "last9.budget.spent_usd": .double(spent.usd.doubleValue),
            "last9.budget.spent_tokens": .int(spent.tokens),
        ]
        attributes["last9.budget.name"] = budget.map(AttributeValue.string)
        return TraceSpan.Event(name: "last9.budget.threshold", nanoseconds: nanoseconds, attributes: attributes)
    }
}
