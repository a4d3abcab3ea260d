// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Last9GenAI
import Testing

@testable import quickstart

extension GlobalProviderTests {
    @Suite("Quickstart")
    struct QuickstartTests {
        let exporter = InMemorySpanExporter()

        /// Runs both conversations, and returns the spans.
        func run() async throws -> (spans: [SpanData], ledger: CostLedger) {
            var configuration = Last9.Configuration(environment: TelemetryEnvironment([:]))
            configuration.spanExporters = [exporter]
            let telemetry = try Last9.install(configuration)
            let model = try ScriptedModel.unlessConfigured(TelemetryEnvironment([:]))
            let desk = SupportDesk(openai: OpenAIClient(configuration: model.configuration))
            async let ada: Void = desk.helpAda()
            async let bob: Void = desk.helpBob()
            _ = try await (ada, bob)
            await telemetry.shutdown()
            return (exporter.spans, telemetry.ledger)
        }

        @Test("costs what the scripted token counts cost by hand, on the spans and in the table")
        func cost() async throws {
            // USD per million tokens: gpt-4o-mini 0.15/0.60, gpt-4o 2.50/10, gpt-4.1-mini 0.40/1.60 (cached 0.10),
            // gpt-4.1-nano 0.10/0.40, text-embedding-3-small 0.02.
            let micro: [Double] = [
                14 * 0.15, 11 * 0.60, 58 * 0.15, 24 * 0.60, 71 * 2.50, 16 * 10, 112 * 2.50, 13 * 10, 1216 * 0.40,
                12 * 1.60,
                219 * 0.40, 1024 * 0.10, 8 * 1.60, 73 * 0.10, 26 * 0.40, 92 * 0.02,
            ]
            let (spans, ledger) = try await run()
            let onSpans = spans.compactMap { $0.attributes[.genAIUsageCostUSD] }
            #expect(onSpans.count == 8)
            let difference: Double = onSpans.reduce(0, +) - micro.reduce(0, +) / 1e6
            #expect(abs(difference) < 1e-12)
            #expect(ledger.total.cost == USD("0.00150724"))
            let table = Report(ledger).text
            #expect(table.contains("Total                             8      1       2879         110    0.00150724"))
        }

        @Test("never mixes the two conversations, and gives every span its parent")
        func conversations() async throws {
            let (spans, _) = try await run()
            #expect(spans.count == 17)
            for span in spans {
                let conversation = span.attributes[.genAIConversationID]
                let user = span.attributes[.userID]
                #expect(user == (conversation == "thread-123" ? "user-456" : "user-321"))
                let parent = spans.first { $0.context == span.parent }
                #expect(
                    (parent == nil) == (span.parent == nil)
                        && (parent == nil) == (span.name.hasPrefix("invoke_workflow")))
                #expect(parent == nil || parent?.attributes[.genAIConversationID] == conversation)
            }
            let turns = Set(
                spans.map { span -> String in
                    let turn: Int = span.attributes[.genAIConversationTurn] ?? 0
                    return "\(span.attributes[.genAIConversationID] ?? "") \(turn)"
                })
            #expect(turns.count == 5)
            // One trace a question, a hand-over between agents included.
            #expect(Set(spans.map(\.context.traceID)).count == 5)
        }

        @Test("gives each run its own total, and the workflow the sum of its runs")
        func runs() async throws {
            let (spans, ledger) = try await run()
            let runs = spans.filter { $0.name == "invoke_workflow billing-flow" }
            let totals = runs.compactMap { $0.attributes[.workflowTotalCostUSD] }.sorted()
            #expect(totals.count == 2)
            #expect(abs(totals[0] - (219 * 0.40 + 1024 * 0.10 + 8 * 1.60) / 1e6) < 1e-12)
            #expect(abs(totals[1] - (1216 * 0.40 + 12 * 1.60) / 1e6) < 1e-12)
            #expect(ledger.totals(.workflowName, "billing-flow")?.llmCalls == 2)
            #expect(Set(runs.map { $0.attributes[.workflowID] }).count == 2)
        }
    }
}
