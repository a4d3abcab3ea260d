// SPDX-License-Identifier: MIT
import Last9GenAI
import Testing

@Suite("Ledger")
struct LedgerTests {
    @Test("adds up by any attribute, whatever its type")
    func dimensions() {
        let ledger = CostLedger(dimensions: [.init(attribute: "custom.tenant"), .init(attribute: "custom.shard")])
        let harness = Harness(ledger: ledger)
        for tenant in ["a", "b", "a"] {
            withAttributes(["tenant": .string(tenant), "shard": 7]) { _ = harness.call() }
        }
        harness.call()
        let tenants = ledger.entries(.init(attribute: "custom.tenant"))
        #expect(tenants.map(\.id) == ["a", "b"])
        #expect(tenants[0].totals.cost == USD("0.00042"))
        #expect(ledger.totals(.init(attribute: "custom.shard"), "7")?.llmCalls == 3)
        #expect(ledger.total.llmCalls == 4)
    }

    @Test("knows an id by its text, wherever that text lies")
    func equalTexts() {
        let harness = Harness()
        func id(_ number: Int) -> String { ["a conversation with a long id", String(number)].joined(separator: "-") }
        for number in [1, 1, 2, 1, 2, 2, 1] { withConversation(id(number)) { _ = harness.call() } }
        withConversation(id(1)) { for _ in 0..<3 { harness.call() } }
        #expect(harness.ledger.totals(.conversation, id(1))?.llmCalls == 7)
        #expect(harness.ledger.totals(.conversation, id(2))?.llmCalls == 3)
        #expect(harness.ledger.entries(.conversation).count == 2)
    }

    @Test("every standard dimension adds up to the total")
    func standard() {
        let harness = Harness()
        for index in 0..<6 {
            withConversation("ledger-\(index % 3)", userID: "u\(index % 2)") {
                withWorkflow("w\(index)", type: "test", name: "w") {
                    withAgent(name: "a") {
                        harness.call(index < 3 ? "gpt-4o" : "gpt-4o-mini")
                        _ = executeTool("t", tracer: harness.tracer) { 1 }
                    }
                }
            }
        }
        for dimension in CostLedger.Dimension.standard {
            let entries = harness.ledger.entries(dimension)
            let sum = entries.reduce(into: CostLedger.Totals()) { $0 += $1.totals }
            #expect(sum.cost == harness.ledger.total.cost, "\(dimension.attribute)")
            #expect(sum.llmCalls == 6, "\(dimension.attribute)")
            #expect(sum.toolCalls == (dimension == .model ? 0 : 6), "\(dimension.attribute)")
        }
    }

    @Test("remembers conversations: turns, models, user, start and totals")
    func conversations() throws {
        let harness = Harness()
        withConversation("tracker-1", userID: "u") {
            harness.call("gpt-4o")
            harness.call("gpt-4o-mini")
            harness.call("gpt-4o")
        }
        withConversation("tracker-2") { _ = harness.call() }
        let conversation = try #require(harness.ledger.conversation("tracker-1"))
        #expect(conversation.turns == 3)
        #expect(conversation.models == ["gpt-4o", "gpt-4o-mini"])
        #expect(conversation.userID == "u")
        #expect(conversation.totals.llmCalls == 3)
        #expect(conversation.startNanoseconds == harness.spans[0].startNanoseconds)
        #expect(conversation.endNanoseconds == harness.spans[2].endNanoseconds)
        #expect(harness.ledger.conversations.map(\.id) == ["tracker-1", "tracker-2"])
        #expect(harness.ledger.conversation("tracker-3") == nil)
    }

    @Test("a call without a price is counted as such and says why, and is not free")
    func unpriced() throws {
        let harness = Harness()
        withWorkflow("w") { _ = harness.call("nobody-knows-this-model") }
        let span = harness.spans[0]
        #expect(span.attributes[.genAIUsageCostUSD] == nil)
        #expect(span.attributes["last9.cost.unpriced_reason"] != nil)
        #expect(harness.ledger.totals(.workflow, "w")?.unpricedCalls == 1)
    }

    @Test("keeps what is in use, within its capacity")
    func eviction() {
        let ledger = CostLedger(capacity: 10)
        let harness = Harness(ledger: ledger)
        for index in 0..<200 {
            withWorkflow("kept") { _ = harness.call() }
            withWorkflow("w\(index)") { _ = harness.call() }
        }
        #expect(ledger.totals(.workflow, "kept")?.llmCalls == 200)
        #expect(ledger.entryCount <= 10 + 1)
        #expect(ledger.evictedCount > 180)
        #expect(ledger.total.llmCalls == 400)
    }

    @Test("keeps ids of a bounded number of bytes, however few they are")
    func evictionByBytes() {
        let ledger = CostLedger()
        let harness = Harness(ledger: ledger)
        let large = String(repeating: "x", count: 1 << 20)
        for index in 0..<40 { withConversation(large + "\(index)") { _ = harness.call() } }
        let byteCount = ledger.entries(.conversation).reduce(0) { $0 + $1.id.utf8.count }
        #expect(byteCount > 0 && byteCount <= 16 << 20)
        #expect(ledger.evictedCount > 0 && ledger.total.llmCalls == 40)
    }
}

/// Identity and sums under load.
@Suite("Under load")
struct LoadTests {
    @Test("10,000 tasks: every span has its own identity, turns have no gaps, sums are exact")
    func tenThousandTasks() async throws {
        let harness = Harness(ledger: CostLedger(capacity: 40_000))
        await withDiscardingTaskGroup { group in
            for index in 0..<10_000 {
                group.addTask {
                    await withConversation("load-\(index)", userID: "u\(index)") {
                        for turn in 1...2 {
                            await invokeWorkflow("flow", id: "load-\(index)-\(turn)", tracer: harness.tracer) {
                                () async in
                                await Task.yield()
                                harness.call(input: index + 1, output: turn)
                            }
                        }
                    }
                }
            }
        }
        let spans = harness.spans
        #expect(spans.count == 40_000)
        let byTrace = Dictionary(grouping: spans, by: \.context.traceID)
        #expect(byTrace.count == 20_000)
        var sum = USD.zero
        var turns: [String: [Int]] = [:]
        for (_, trace) in byTrace {
            let call = try #require(trace.first { $0.name == "chat gpt-4o-mini" })
            let index = try #require(call.attributes[.genAIUsageInputTokens]) - 1
            let turn = try #require(call.attributes[.genAIUsageOutputTokens])
            #expect(trace.count == 2)
            for span in trace {
                #expect(span.attributes[.genAIConversationID] == "load-\(index)")
                #expect(span.attributes[.userID] == "u\(index)")
                #expect(span.attributes[.workflowID] == "load-\(index)-\(turn)")
                #expect(span.attributes[.genAIConversationTurn] == turn)
            }
            turns["load-\(index)", default: []].append(turn)
            sum += USD(picoUSD: Int128(index + 1) * 150_000 + Int128(turn) * 600_000)
            let cost = try #require(call.attributes[.genAIUsageCostUSD].flatMap { USD($0) })
            #expect(harness.ledger.totals(.workflow, "load-\(index)-\(turn)")?.cost == cost)
        }
        #expect(turns.values.allSatisfy { $0.sorted() == [1, 2] })
        #expect(harness.ledger.total.cost == sum)
        let entries = harness.ledger.entries(.conversation)
        #expect(entries.reduce(USD.zero) { $0 + $1.totals.cost } == sum)
    }

    @Test("30,000 ids leave no more entries than the capacity allows")
    func manyIdentities() {
        let ledger = CostLedger(capacity: 1_000)
        let harness = Harness(ledger: ledger)
        for index in 0..<10_000 {
            withConversation("many-\(index)", userID: "u\(index)") {
                withWorkflow("w\(index)") { _ = harness.call() }
            }
        }
        #expect(ledger.entryCount <= 3 * 1_000 + 1)
        #expect(ledger.conversations.count <= 1_000)
    }
}
