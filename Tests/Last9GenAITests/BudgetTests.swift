// SPDX-License-Identifier: MIT
import LoopbackServer
import Synchronization
import Testing

@testable import Last9GenAI

@Suite("Budgets")
struct BudgetTests {
    // One call of the harness costs 0.00021 USD and 1,100 tokens.

    @Test("many nested ones are asked, charged and released without recursion")
    func deep() throws {
        var link = BudgetLink(Budget(usd: 1), nil)
        for _ in 0..<100_000 { link = BudgetLink(Budget(usd: 1), link) }
        try link.check(model: nil)
        _ = link.charge(CostLedger.Totals(llmCalls: 1, toolCalls: 0))
        link = BudgetLink(Budget(usd: 1), nil)
    }

    @Test("stops a runaway agent loop before the call that would start past the limit")
    func runaway() async throws {
        let harness = Harness()
        let error = try await #require(throws: BudgetExceeded.self) {
            try await withBudget(usd: 0.001, name: "agent") {
                while true {
                    try Budget.checkCurrent(model: "gpt-4o-mini")
                    harness.call()
                }
            }
        }
        // Five calls cost 0.00105: the fifth starts below the limit, the sixth would not.
        #expect(harness.ledger.total.llmCalls == 5)
        #expect(error.spent.usd == USD("0.00105"))
        #expect(error.usdLimit == USD("0.001"))
        #expect(error.model == "gpt-4o-mini")
        #expect(error.description.contains("agent"))
    }

    @Test("limits tokens, and a limit of nothing refuses the first call", arguments: [(2_000, 2), (0, 0)])
    func tokens(limit: Int, calls: Int) {
        let harness = Harness()
        #expect(throws: BudgetExceeded.self) {
            try withBudget(Budget(tokens: limit)) {
                for _ in 0..<10 {
                    try Budget.checkCurrent()
                    harness.call()
                }
            }
        }
        #expect(harness.ledger.total.llmCalls == calls)
    }

    @Test("charges every budget around a call, and the tightest stops it")
    func nested() throws {
        let harness = Harness()
        let outer = Budget(usd: 0.0003, name: "outer")
        let inner = Budget(usd: 10, name: "inner")
        let error = try #require(throws: BudgetExceeded.self) {
            try withBudget(outer) {
                harness.call()
                try withBudget(inner) {
                    try Budget.checkCurrent()
                    harness.call()
                    try Budget.checkCurrent()
                }
            }
        }
        #expect(error.budget == "outer")
        #expect(outer.spent.usd == USD("0.00042"))
        #expect(inner.spent.usd == USD("0.00021"))
    }

    @Test("entering one budget twice charges a call once")
    func twice() {
        let harness = Harness()
        let budget = Budget(usd: 1)
        withBudget(budget) { withBudget(budget) { _ = harness.call() } }
        #expect(budget.spent.usd == USD("0.00021"))
    }

    @Test("warns once, on the current span, and lets calls go on")
    func warning() throws {
        let harness = Harness()
        try harness.tracer.withSpan("loop") { _ in
            try withBudget(Budget(usd: 0.0001, mode: .warn, name: "soft")) {
                for _ in 0..<4 {
                    try Budget.checkCurrent()
                    harness.call()
                }
            }
        }
        #expect(harness.ledger.total.llmCalls == 4)
        #expect(try harness.span("loop").events.map(\.name) == ["last9.budget.exceeded"])
    }

    @Test("a call without a price counts as such, not as free")
    func unpriced() {
        let harness = Harness()
        let budget = Budget(usd: 1, tokens: 5_000)
        withBudget(budget) { _ = harness.call("nobody-knows-this-model") }
        #expect(budget.unpricedCalls == 1)
        #expect(budget.spent.tokens == 1_100)
    }

    @Test("spans that end outside the scope are charged all the same, others are not")
    func scope() {
        let harness = Harness()
        let budget = Budget(usd: 1)
        let late = withBudget(budget) { harness.tracer.startModelCall("gpt-4o-mini") }
        harness.call()
        late.setResponse(Answer().usageReport)
        late.end()
        #expect(budget.spent.usd == USD("0.00021"))
    }

    @Test("the client refuses the call, sends nothing, and says why")
    func client() async throws {
        let requests = Mutex(0)
        let server = try LoopbackServer { _ in
            requests.withLock { $0 += 1 }
            return .json(
                200,
                #"{"id":"c","model":"gpt-4o-mini","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"#
                    + #""usage":{"prompt_tokens":1000,"completion_tokens":100}}"#)
        }
        let harness = Harness()
        var configuration = OpenAIClient.Configuration(baseURL: server.url + "/v1")
        configuration.tracerProvider = harness.provider
        let client = OpenAIClient(configuration: configuration)
        let error = await #expect(throws: OpenAIClientError.self) {
            try await withBudget(usd: 0.0003) {
                while true {
                    _ = try await client.chat.completions.create(.init(model: "gpt-4o-mini", messages: [.user("x")]))
                }
            }
        }
        #expect(error?.code == .budgetExceeded)
        #expect((error?.underlying as? BudgetExceeded)?.spent.usd == USD("0.00042"))
        #expect(requests.withLock { $0 } == 2)
        #expect(Budget.current == nil)
    }
}
