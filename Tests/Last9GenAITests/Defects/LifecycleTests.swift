// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Last9GenAI
import LoopbackServer
import Testing

@testable import GenAIBridge

@Suite("Python's leaks, races and missing parts")
struct LifecycleTests {
    @Test("defect 28: the bridge lets go of a span when it ends, without being told")
    func defect28() {
        let bridge = LogToSpanProcessor()
        var tracing = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        tracing.processors = [bridge]
        var logging = LoggerProvider.Configuration(environment: TelemetryEnvironment([:]))
        logging.processors = [bridge]
        let tracer = TracerProvider(tracing).tracer(named: "t")
        let emitter = LoggerProvider(logging).emitter(named: "t")
        for _ in 0..<1_000 {
            tracer.withSpan("chat", attributes: ["gen_ai.operation.name": "chat"]) { _ in
                emitter.emit(LogRecordData(eventName: "gen_ai.user.message", body: .map(["content": "x"])))
            }
        }
        #expect(bridge.openSpanCount == 0)
    }

    @Test("defect 29: ledger and conversations keep a bounded number of entries and no messages")
    func defect29() {
        let ledger = CostLedger(capacity: 100)
        let harness = Harness(ledger: ledger)
        for index in 0..<1_000 {
            withConversation("defect-29-\(index)") { withWorkflow("w\(index)") { _ = harness.call() } }
        }
        #expect(ledger.entries(.workflow).count <= 100)
        #expect(ledger.conversations.count <= 100)
        #expect(ledger.evictedCount >= 1_800)
        #expect(ledger.total.llmCalls == 1_000)
    }

    @Test("defect 30: many threads lose nothing")
    func defect30() async {
        let harness = Harness()
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { withWorkflow("w") { for _ in 0..<500 { harness.call() } } }
            }
        }
        #expect(harness.ledger.totals(.workflow, "w")?.llmCalls == 4_000)
        // 4,000 times 210,000,000 pico-dollars.
        #expect(harness.ledger.total.cost.picoUSD == 840_000_000_000)
    }

    @Test("defect 31: with content off every message keeps its place")
    func defect31() async throws {
        let installed = try Installed {
            $0.capturesContent = false
            $0.conventions = .v1_36
        }
        _ = try await installed.openai.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.system("a"), .user("b"), .tool("c", callID: "call_1")]))
        await installed.telemetry.flush()
        let span = try #require(installed.spans.spans.last)
        #expect(span.attributes[.genAIPromptRole(at: 0)] == "system")
        #expect(span.attributes[.genAIPromptRole(at: 1)] == "user")
        #expect(span.attributes[.genAIPromptToolCallID(at: 2)] == "call_1")
        #expect(span.attributes[.genAIPromptContent(at: 0)] == nil)
    }

    @Test("defect 32: after a shutdown the next installation sees everything")
    func defect32() async throws {
        for _ in 0..<2 {
            let installed = try Installed()
            let span = try await installed.ask()
            #expect(span.attributes[.genAIPrompt]?.contains("Hello!") == true)
            await installed.telemetry.shutdown()
        }
    }

    @Test("defect 33: cached tokens cost what cached tokens cost")
    func defect33() async throws {
        let installed = try Installed()
        let span = try await installed.ask()
        // 800 tokens at 0.15, 200 cached ones at 0.075 and 100 at 0.60 USD per million.
        #expect(span.attributes[.genAIUsageCostUSD] == 0.000195)
    }

    @Test("defect 34: content is redacted, and calls that the sampler drops are still counted")
    func defect34() async throws {
        let installed = try Installed(environment: ["OTEL_TRACES_SAMPLER": "always_off"]) {
            $0.redactor = Redactor()
        }
        _ = try await installed.openai.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: [.user("I am ada@example.org")]))
        await installed.telemetry.flush()
        #expect(installed.spans.spans.isEmpty)
        #expect(installed.telemetry.ledger.total.llmCalls == 1)
        #expect(installed.telemetry.ledger.total.cost == USD("0.000195"))
        #expect(!installed.records.records.isEmpty)
        for record in installed.records.records { #expect(!"\(record)".contains("ada@")) }
    }
}
