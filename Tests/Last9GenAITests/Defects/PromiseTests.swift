// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Last9GenAI
import LoopbackServer
import Testing

@Suite("What Python's documentation promises")
struct PromiseTests {
    @Test("defect 11: installing with prices of one's own sets the cost on spans, under both names")
    func defect11() async throws {
        let installed = try Installed(reply: Installed.reply(model: "mine-1")) {
            $0.customPricing = ["mine-1": ModelPricing(input: 1, output: 1)]
        }
        let span = try await installed.ask(model: "mine-1")
        #expect(span.attributes[.genAIUsageCostUSD] == 0.0011)
        #expect(span.attributes[.genAIUsageCost] == 0.0011)
    }

    @Test(
        "defect 12: well-known models have a price without any configuration",
        arguments: ["gpt-4o", "claude-3-5-sonnet-20241022", "gemini-1.5-pro", "mistral-large-latest", "command-r"])
    func defect12(model: String) {
        let harness = Harness()
        harness.call(model)
        #expect(harness.ledger.total.unpricedCalls == 0)
        #expect(harness.ledger.total.cost > .zero)
    }

    @Test("defect 13: turns count themselves, under both names")
    func defect13() {
        let harness = Harness()
        for _ in 0..<2 { withConversation("defect-13") { _ = harness.call() } }
        withConversation("defect-13") { withWorkflow("w") { for _ in 0..<2 { harness.call() } } }
        #expect(harness.spans.map { $0.attributes[.genAIConversationTurn] } == [1, 2, 3, 3])
        #expect(harness.spans.map { $0.attributes[.genAIConversationTurnNumber] } == [1, 2, 3, 3])
    }

    @Test("defect 14: each span of a workflow has the total so far, the workflow's own span the final one")
    func defect14() throws {
        let harness = Harness()
        invokeWorkflow("w", tracer: harness.tracer) {
            harness.call()
            executeTool("t", tracer: harness.tracer) { _ = harness.call() }
        }
        let calls = harness.spans.filter { $0.name == "chat gpt-4o-mini" }
        #expect(calls.map { $0.attributes[.workflowTotalCostUSD] } == [0.00021, 0.00042])
        let workflow = try harness.span("invoke_workflow w")
        #expect(workflow.attributes[.workflowTotalCostUSD] == 0.00042)
        #expect(workflow.attributes[.workflowLLMCalls] == 2)
        #expect(workflow.attributes[.workflowToolCalls] == 1)
    }

    @Test("defect 15: tools are observed as such, and functions that return text are recorded")
    func defect15() throws {
        let harness = Harness(content: .everywhere)
        let text = observe("find", as: .tool, tracer: harness.tracer) { "found" }
        #expect(text == "found")
        #expect(try harness.span("find").attributes[.genAIToolCallResult] == "found")
    }

    @Test("defect 16: the names, kinds and spellings of the convention")
    func defect16() async throws {
        let installed = try Installed { $0.conventions = .v1_36 }
        let span = try await installed.ask()
        #expect(span.name == "chat gpt-4o-mini")
        #expect(span.kind == .client)
        #expect(span.attributes["gen_ai.operation.name"] == "chat")
        #expect(span.attributes["gen_ai.system"] == "openai")
        #expect(span.attributes["gen_ai.provider.name"] == nil)
        #expect(ProviderName.gcpGemini.rawValue == "gcp.gemini")
    }

    @Test("defect 17: the newer generation is recorded in full, and its capture values are understood")
    func defect17() async throws {
        let installed = try Installed(environment: [
            "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
        ])
        let span = try await installed.ask()
        #expect(span.attributes["gen_ai.provider.name"] == "openai")
        #expect(span.attributes["gen_ai.input.messages"]?.contentContains("Hello!") == true)
        #expect(span.attributes["gen_ai.output.messages"]?.contentContains("Hi!") == true)
    }

    @Test("defect 18: the environment switches content off everywhere, also for observe and its arguments")
    func defect18() async throws {
        let installed = try Installed(environment: [
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "false"
        ])
        let tracer = installed.telemetry.tracerProvider.tracer(named: "app")
        _ = try await observe("f", tracer: tracer, input: "Hello!", arguments: ["secret": "Hello!"]) {
            try await installed.ask()
        }
        await installed.telemetry.flush()
        #expect(installed.spans.spans.count == 2)
        for span in installed.spans.spans {
            #expect(!"\(span.attributes) \(span.events)".contains("Hello!"))
            #expect(!"\(span.attributes) \(span.events)".contains("Hi!"))
        }
        for record in installed.records.records { #expect(!"\(record)".contains("Hello!")) }
    }
}
