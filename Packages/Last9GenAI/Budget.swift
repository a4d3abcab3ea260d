// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry
import Synchronization

/// Runs a closure whose calls to models may cost only so much.
///
/// Before each call inside, the budget is asked, and stops it where the limit is reached: an agent that runs away stops.
/// `withModelCall`, `ModelCall.start` and `observe` throw ``BudgetExceeded``, `OpenAIClient` an `OpenAIError` of code
/// `budgetExceeded` with that in it. Anyone else asks ``Budget/checkCurrent(model:)``. ``Last9SpanProcessor`` charges the budget as spans of calls end, so
/// calls that run side by side may together go past the limit; none starts past it. Budgets nest: a call is charged
/// to all of them, and any may refuse it.
///
/// ```swift
/// try await withBudget(usd: 0.50) { try await agent.run() }
/// ```
///
/// - Parameters:
///   - usd: The most the calls may cost. Not-a-number and negative amounts count as nothing.
///   - tokens: The most tokens, sent and received, the calls may use.
///   - mode: Whether to refuse calls past the limit or to warn once.
///   - name: Names the budget in errors and warnings.
public func withBudget<Value, Failure: Error>(
    usd: Double? = nil, tokens: Int? = nil, mode: Budget.Mode = .enforce, name: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await withBudget(Budget(usd: usd, tokens: tokens, mode: mode, name: name), operation)
}

/// Runs a closure whose calls to models are charged to a budget of the caller's own, which may be entered many times.
public func withBudget<Value, Failure: Error>(
    _ budget: Budget, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let outer = GenAIContext.current.meter
    return try await GenAIContext.current.updating { $0.meter = BudgetLink(budget, outer) }.run(operation)
}

/// Runs a synchronous closure whose calls to models are charged to a budget.
public func withBudget<Value, Failure: Error>(
    _ budget: Budget, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let outer = GenAIContext.current.meter
    return try GenAIContext.current.updating { $0.meter = BudgetLink(budget, outer) }.run(operation)
}

/// A limit on what calls to models may cost; see `withBudget`. Safe to use from any thread.
public final class Budget: Sendable {
    /// What happens at the limit.
    public enum Mode: Sendable, Hashable {
        /// Calls that would start past the limit are refused.
        case enforce
        /// Calls go on; the first one past the limit is reported, and marked on the span that is current then.
        case warn
    }

    /// An amount of what a budget limits.
    public struct Amount: Sendable, Hashable {
        /// Money.
        public var usd: USD
        /// Tokens, sent and received.
        public var tokens: Int
    }

    /// The most the calls may cost; `nil` for any amount.
    public let usdLimit: USD?
    /// The most tokens the calls may use; `nil` for any number.
    public let tokenLimit: Int?
    /// What happens at the limit.
    public let mode: Mode
    /// Names the budget in errors and warnings.
    public let name: String?

    /// The shares of a limit at which `onThreshold` is called, such as 0.8; each once.
    public let thresholds: [Double]
    private let onThreshold: (@Sendable (ThresholdReached) -> Void)?

    /// A share of a limit that has been used up.
    public struct ThresholdReached: Sendable, Hashable {
        /// The budget's name.
        public var budget: String?
        /// The share of the limit, as it was given to the budget.
        public var threshold: Double
        /// The amount spent so far.
        public var spent: Amount
    }

    private struct State {
        var spent = Amount(usd: .zero, tokens: 0)
        var unpricedCalls = 0
        var hasWarned = false
        /// How many of the thresholds, which ascend, have been reached.
        var reachedCount = 0
    }

    private let state = Mutex(State())

    /// Creates a budget; the other parameters are those of `withBudget`.
    ///
    /// - Parameters:
    ///   - thresholds: Shares of the limits, above 0, at which `onThreshold` is called and the span of the call that
    ///     reached them gets an event `last9.budget.threshold`.
    ///   - onThreshold: Called on the thread on which the call's span ends; should return soon.
    public init(
        usd: Double? = nil, tokens: Int? = nil, mode: Mode = .enforce, name: String? = nil,
        thresholds: [Double] = [], onThreshold: (@Sendable (ThresholdReached) -> Void)? = nil
    ) {
        self.thresholds = thresholds.filter { $0 > 0 }.sorted()
        self.onThreshold = onThreshold
        usdLimit = usd.map { max(USD($0) ?? ($0 > 0 ? .max : .zero), .zero) }
        tokenLimit = tokens.map { max($0, 0) }
        self.mode = mode
        self.name = name
    }

    /// The innermost budget of the running task, or `nil`.
    public static var current: Budget? { (GenAIContext.current.meter as? BudgetLink)?.budget }

    /// Asks all budgets of the running task whether a call may start; does nothing where there is none.
    ///
    /// - Parameter model: The model to be asked, for the error.
    /// - Throws: ``BudgetExceeded`` of the innermost budget with nothing left.
    public static func checkCurrent(model: String? = nil) throws(BudgetExceeded) {
        var next = GenAIContext.current.meter as? BudgetLink
        while let link = next {
            try link.budget.check(model: model)
            next = link.outer as? BudgetLink
        }
    }

    /// What was spent so far.
    public var spent: Amount { state.withLock { $0.spent } }
    /// Calls whose price is not known; they count for tokens, but not for money.
    public var unpricedCalls: Int { state.withLock { $0.unpricedCalls } }

    /// Whether a call may start; in mode `warn` it always may.
    ///
    /// - Parameter model: The model to be asked, for the error.
    /// - Throws: ``BudgetExceeded`` when nothing is left.
    public func check(model: String? = nil) throws(BudgetExceeded) {
        let (spent, isFirst): (Amount, Bool) = state.withLock { state in
            guard isUsedUp(state.spent) else { return (state.spent, false) }
            defer { state.hasWarned = true }
            return (state.spent, !state.hasWarned)
        }
        guard isUsedUp(spent) else { return }
        let failure = BudgetExceeded(
            budget: name, usdLimit: usdLimit, tokenLimit: tokenLimit, spent: spent, model: model)
        guard mode == .warn else { throw failure }
        if isFirst { warn(failure) }
    }

    /// Adds the cost of a call.
    ///
    /// - Returns: The thresholds that it has reached, for the call's span.
    func charge(_ cost: USD, tokens: Int, isUnpriced: Bool) -> [ThresholdReached] {
        let (reached, spent): (ArraySlice<Double>, Amount) = state.withLock { state in
            state.spent.usd += cost
            let (sum, overflow) = state.spent.tokens.addingReportingOverflow(tokens)
            state.spent.tokens = overflow ? .max : sum
            if isUnpriced { state.unpricedCalls += 1 }
            let rest = thresholds[state.reachedCount...]
            let reached = rest.prefix { $0 <= share(of: state.spent) }
            state.reachedCount += reached.count
            return (reached, state.spent)
        }
        return reached.map { threshold in
            let event = ThresholdReached(budget: name, threshold: threshold, spent: spent)
            onThreshold?(event)
            return event
        }
    }

    /// The largest share of a limit that is used up.
    private func share(of spent: Amount) -> Double {
        func share(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : .infinity }
        let money = usdLimit.map { share(spent.usd.doubleValue, $0.doubleValue) } ?? 0
        let tokens = tokenLimit.map { share(Double(spent.tokens), Double($0)) } ?? 0
        return max(money, tokens)
    }

    private func isUsedUp(_ spent: Amount) -> Bool {
        if let usdLimit, spent.usd >= usdLimit { return true }
        if let tokenLimit, spent.tokens >= tokenLimit { return true }
        return false
    }

    private func warn(_ failure: BudgetExceeded) {
        Diagnostics.report(.warning, "Budget", failure.description, key: name ?? "budget")
        TraceSpan.current?.addEvent(
            "last9.budget.exceeded",
            attributes: [
                "last9.budget.name": name.map(AttributeValue.string) ?? .null,
                "last9.budget.spent_usd": .double(failure.spent.usd.doubleValue),
                "last9.budget.spent_tokens": .int(failure.spent.tokens),
            ])
    }
}

/// A call was refused because a budget is used up.
public struct BudgetExceeded: ErrorTypeProviding, Hashable, CustomStringConvertible {
    /// The budget's name.
    public var budget: String?
    /// The limit in USD, where there is one.
    public var usdLimit: USD?
    /// The limit in tokens, where there is one.
    public var tokenLimit: Int?
    /// What was spent when the call was refused.
    public var spent: Budget.Amount
    /// The model that was to be called.
    public var model: String?

    /// The value of `error.type`.
    public var errorType: String { "budget_exceeded" }

    /// The limits, what was spent, and the call that would have started past them, in one line.
    public var description: String {
        var limits: [String] = []
        if let usdLimit { limits.append("\(spent.usd) of \(usdLimit) USD") }
        if let tokenLimit { limits.append("\(spent.tokens) of \(tokenLimit) tokens") }
        let call = model.map { "a call to \($0)" } ?? "a call"
        return "the budget\(budget.map { " \($0)" } ?? "") is used up (\(limits.joined(separator: ", "))): \(call) "
            + "would start past it"
    }
}

/// A budget within those around it.
final class BudgetLink: CallMeter {
    let budget: Budget
    /// The next one outside.
    ///
    /// `nonisolated(unsafe)`: written by `deinit` alone, when nobody else refers to the link.
    nonisolated(unsafe) private(set) var outer: (any CallMeter)?

    init(_ budget: Budget, _ outer: (any CallMeter)?) {
        self.budget = budget
        self.outer = outer
    }

    // A long chain would be released by as many nested calls as it is long.
    deinit {
        var next = detachOuter()
        while var link = next {
            next = nil
            guard isKnownUniquelyReferenced(&link) else { return }
            next = link.detachOuter()
        }
    }

    private func detachOuter() -> BudgetLink? {
        guard let link = outer as? BudgetLink else { return nil }
        outer = nil
        return link
    }

    func check(model: String?) throws {
        var next: (any CallMeter)? = self
        while let link = next as? BudgetLink {
            try link.budget.check(model: model)
            next = link.outer
        }
        try next?.check(model: model)
    }

    /// Charges a call to this budget and to those around it, to each once.
    ///
    /// - Returns: The thresholds that it has reached.
    func charge(_ totals: CostLedger.Totals) -> [Budget.ThresholdReached] {
        var reached: [Budget.ThresholdReached] = []
        let tokens = totals.inputTokens.addingReportingOverflow(totals.outputTokens)
        var charged: Set<ObjectIdentifier> = []
        var next: BudgetLink? = self
        while let link = next {
            if charged.insert(ObjectIdentifier(link.budget)).inserted {
                reached += link.budget.charge(
                    totals.cost, tokens: tokens.overflow ? .max : tokens.partialValue,
                    isUnpriced: totals.unpricedCalls > 0)
            }
            next = link.outer as? BudgetLink
        }
        return reached
    }
}
