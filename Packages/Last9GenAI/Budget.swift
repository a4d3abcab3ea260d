// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry
import Synchronization

/// Runs a closure with a limit on the cost of its calls to models.
///
/// Each call inside asks the budget first and is refused once the limit is reached, which stops an agent that runs
/// away. `withModelCall`, `ModelCall.start` and `observe` throw ``BudgetExceeded``; `OpenAIClient` throws an
/// `OpenAIClientError` with code `budgetExceeded` and that error inside. Other code can call
/// ``Budget/checkCurrent(model:)``. ``Last9SpanProcessor`` charges the budget when the spans of calls end, so
/// concurrent calls may together exceed the limit, but none starts after it is reached. Budgets nest: a call is charged
/// to all of them, and any of them may refuse it.
///
/// ```swift
/// try await withBudget(usd: 0.50) { try await agent.run() }
/// ```
///
/// - Parameters:
///   - usd: The maximum cost of the calls. NaN and negative amounts count as zero.
///   - tokens: The maximum number of input and output tokens of the calls.
///   - mode: Whether to refuse calls beyond the limit or to warn once.
///   - name: The name of the budget in errors and warnings.
public func withBudget<Value, Failure: Error>(
    usd: Double? = nil, tokens: Int? = nil, mode: Budget.Mode = .enforce, name: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await withBudget(Budget(usd: usd, tokens: tokens, mode: mode, name: name), operation)
}

/// Runs a closure whose calls to models are charged to an existing budget, which can be used for several closures.
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

/// A limit on the cost of calls to models; see `withBudget`. Can be used from any thread.
public final class Budget: Sendable {
    /// The action at the limit. New ones may appear in minor releases.
    public struct Mode: Sendable, Hashable {
        private enum Value { case enforce, warn }
        private let value: Value

        /// Calls that would start after the limit is reached are refused.
        public static let enforce = Mode(value: .enforce)
        /// Calls continue. The first one beyond the limit is reported, and marked on the current span.
        public static let warn = Mode(value: .warn)
    }

    /// An amount of the quantities that a budget limits.
    public struct Amount: Sendable, Hashable {
        /// The cost.
        public var usd: USD
        /// The number of input and output tokens.
        public var tokens: Int
    }

    /// The maximum cost of the calls; `nil` for no limit.
    public let usdLimit: USD?
    /// The maximum number of tokens of the calls; `nil` for no limit.
    public let tokenLimit: Int?
    /// The action at the limit.
    public let mode: Mode
    /// The name of the budget in errors and warnings.
    public let name: String?

    /// The fractions of a limit at which `onThreshold` is called, such as 0.8. Each is reported once.
    public let thresholds: [Double]
    private let onThreshold: (@Sendable (ThresholdReached) -> Void)?

    /// A fraction of a limit that has been used up.
    public struct ThresholdReached: Sendable, Hashable {
        /// The name of the budget.
        public var budget: String?
        /// The fraction of the limit, as given to the budget.
        public var threshold: Double
        /// The amount spent so far.
        public var spent: Amount
    }

    private struct State {
        var spent = Amount(usd: .zero, tokens: 0)
        var unpricedCalls = 0
        var hasWarned = false
        /// The number of reached thresholds, which are in ascending order.
        var reachedCount = 0
    }

    private let state = Mutex(State())

    /// Creates a budget. The parameters not listed are those of `withBudget`.
    ///
    /// - Parameters:
    ///   - thresholds: Fractions of the limits, above 0, at which `onThreshold` is called and the span of the call that
    ///     reached them gets an event `last9.budget.threshold`.
    ///   - onThreshold: A closure that is called on the thread on which the call's span ends. It should return soon.
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

    /// The innermost budget of the current task; `nil` if there is none.
    public static var current: Budget? { (GenAIContext.current.meter as? BudgetLink)?.budget }

    /// Throws if any budget of the current task is used up. Does nothing without a budget.
    ///
    /// - Parameter model: The requested model, for the error.
    /// - Throws: ``BudgetExceeded`` of the innermost budget that is used up.
    public static func checkCurrent(model: String? = nil) throws(BudgetExceeded) {
        var next = GenAIContext.current.meter as? BudgetLink
        while let link = next {
            try link.budget.check(model: model)
            next = link.outer as? BudgetLink
        }
    }

    /// The amount spent so far.
    public var spent: Amount { state.withLock { $0.spent } }
    /// The number of calls without a known price. They count towards tokens, but not towards the cost.
    public var unpricedCalls: Int { state.withLock { $0.unpricedCalls } }

    /// Throws if the budget is used up. In mode `warn` it never throws.
    ///
    /// - Parameter model: The requested model, for the error.
    /// - Throws: ``BudgetExceeded`` if the budget is used up.
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
    /// - Returns: The thresholds that the call has reached, for its span.
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

    /// Returns the largest used fraction of a limit.
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

/// The error of a call that was refused because a budget is used up.
public struct BudgetExceeded: ErrorTypeProviding, Hashable, CustomStringConvertible {
    /// The name of the budget.
    public var budget: String?
    /// The limit in USD; `nil` if there is none.
    public var usdLimit: USD?
    /// The limit in tokens; `nil` if there is none.
    public var tokenLimit: Int?
    /// The amount spent when the call was refused.
    public var spent: Budget.Amount
    /// The requested model.
    public var model: String?

    /// The value of `error.type`.
    public var errorType: String { "budget_exceeded" }

    /// The limits, the amount spent and the refused call, in one line.
    public var description: String {
        var limits: [String] = []
        if let usdLimit { limits.append("\(spent.usd) of \(usdLimit) USD") }
        if let tokenLimit { limits.append("\(spent.tokens) of \(tokenLimit) tokens") }
        let call = model.map { "a call to \($0)" } ?? "a call"
        return "the budget\(budget.map { " \($0)" } ?? "") is used up (\(limits.joined(separator: ", "))): \(call) "
            + "was refused"
    }
}

/// A budget in the chain of enclosing budgets.
final class BudgetLink: CallMeter {
    let budget: Budget
    /// The enclosing budget.
    ///
    /// `nonisolated(unsafe)`: written by `deinit` alone, when nobody else refers to the link.
    nonisolated(unsafe) private(set) var outer: (any CallMeter)?

    init(_ budget: Budget, _ outer: (any CallMeter)?) {
        self.budget = budget
        self.outer = outer
    }

    // Without this loop, releasing a long chain would recurse once for each budget.
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

    /// Charges a call to this budget and to the enclosing ones, once to each.
    ///
    /// - Returns: The reached thresholds.
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
