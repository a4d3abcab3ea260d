// SPDX-License-Identifier: MIT
import Last9GenAI
import Testing

/// Returns the spans of one call and its workflow with `Last9.install` and variables set.
private func installed(
    _ variables: [String: String], change: (inout Last9.Configuration) -> Void = { _ in }
) async throws -> [SpanData] {
    let collector = Collector()
    var configuration = Last9.Configuration(becomesGlobal: false, environment: TelemetryEnvironment(variables))
    configuration.spanExporters = []
    configuration.logRecordExporters = []
    configuration.metricExporters = []
    configuration.spanProcessors = [collector]
    change(&configuration)
    let telemetry = try Last9.install(configuration)
    let calls = CallTelemetry(
        tracerProvider: telemetry.tracerProvider, loggerProvider: telemetry.loggerProvider,
        meterProvider: telemetry.meterProvider)
    let request = ModelRequest(
        model: "gpt-4o-mini", provider: .azureAIOpenAI, messages: [.system("Be brief."), .user("Why?")])
    try withConversation("c-1", userID: "u-1", turn: 1) {
        try invokeWorkflow("w", tracer: telemetry.tracerProvider.tracer(named: "test")) {
            try withModelCall(request, telemetry: calls) { call in
                call.answer = ModelAnswer(
                    model: "gpt-4o-mini", messages: [.assistant("So.")], finishReasons: ["stop"],
                    usage: TokenUsage(inputTokens: 1_000, outputTokens: 100))
            }
        }
    }
    await telemetry.shutdown()
    return collector.spans
}

@Suite("Generations of the conventions")
struct GenerationTests {
    @Test("installing writes the latest names and those that the dashboards read")
    func usual() async throws {
        let call = try #require(try await installed([:]).first).attributes
        #expect(call["gen_ai.provider.name"] == "azure.ai.openai" && call["gen_ai.system"] == "az.ai.openai")
        #expect(call["gen_ai.input.messages"] != nil)
        #expect(call["gen_ai.prompt"]?.contentContains("Why?") == true)
        #expect(call["gen_ai.completion"]?.contentContains("So.") == true)
        #expect(call["gen_ai.prompt.1.content"] == "Why?")
        #expect(call["gen_ai.usage.cost"] == 0.00021)
    }

    @Test("strict installing writes none of the dashboards' names")
    func strict() async throws {
        let call = try #require(try await installed(["LAST9_GENAI_CONVENTIONS_ONLY": "true"]).first).attributes
        #expect(call["gen_ai.provider.name"] == "azure.ai.openai" && call["gen_ai.input.messages"] != nil)
        for name in [
            "gen_ai.system", "gen_ai.prompt", "gen_ai.completion", "gen_ai.usage.cost", "gen_ai.prompt.0.role",
        ] {
            #expect(call[name] == nil, "\(name)")
        }
    }

    @Test(
        "the variable chooses, code wins over it, and a word that nobody knows stops nothing",
        arguments: [
            ("v1.36.0", nil, true), ("1.36.0", nil, true), ("v1.41.1", nil, false), ("nonsense", nil, false),
            ("v1.41.1", GenAIConventions.v1_36, true), ("v1.36.0", .latest, false),
        ])
    func variable(word: String, code: GenAIConventions?, isLegacy: Bool) async throws {
        let spans = try await installed(["LAST9_GENAI_CONVENTIONS": word]) { $0.conventions = code }
        let call = try #require(spans.first).attributes
        #expect((call["gen_ai.provider.name"] == nil) == isLegacy)
        #expect(call["gen_ai.system"] == "az.ai.openai")
        #expect(call["gen_ai.prompt"]?.contentContains("Why?") == true)
    }

    @Test(
        "every way to name a provider follows the generation",
        arguments: [GenAIConventions.latest, .development, .v1_36])
    func provider(conventions: GenAIConventions) throws {
        let harness = Harness(conventions: conventions)
        observe("observe", model: "m", provider: .xAI, tracer: harness.tracer) { 1 }
        invokeAgent(Agent(name: "a"), provider: .xAI, tracer: harness.tracer) {}
        createAgent(Agent(name: "a"), provider: .xAI, tracer: harness.tracer) {}
        retrieve(from: "d", provider: .xAI, tracer: harness.tracer) {}
        let span = harness.tracer.startSpan("set")
        span.setRequest(model: "m", provider: .xAI)
        span.end()
        #expect(harness.spans.count == 5)
        for span in harness.spans {
            #expect(span.attributes["gen_ai.provider.name"] == (conventions == .v1_36 ? nil : "x_ai"), "\(span.name)")
            #expect(span.attributes["gen_ai.system"] == "xai", "\(span.name)")
        }
    }
}

@Suite("Dialects of other backends")
struct DialectTests {
    private static let names = [
        "openinference.span.kind", "input.value", "output.value", "llm.cost.total", "mlflow.llm.cost",
        "langfuse.session.id", "langfuse.observation.cost_details", "traceloop.association.properties.session_id",
    ]

    @Test("are off by default")
    func off() async throws {
        for span in try await installed([:]) {
            #expect(Self.names.allSatisfy { span.attributes[$0] == nil })
        }
    }

    @Test("tell kind, question, answer, session and our exact cost")
    func all() async throws {
        let spans = try await installed(["LAST9_GENAI_DIALECTS": "openinference,mlflow,langfuse,traceloop,other"])
        let call = spans[0].attributes
        #expect(call["openinference.span.kind"] == "LLM")
        #expect(call["input.value"] == "Why?" && call["output.value"] == "So.")
        #expect(call["session.id"] == "c-1" && call["langfuse.session.id"] == "c-1")
        #expect(call["langfuse.user.id"] == "u-1")
        #expect(call["llm.cost.total"] == 0.00021 && call["llm.cost.prompt"] == 0.00015)
        #expect(call["mlflow.llm.cost"] == #"{"input_cost":0.00015,"output_cost":6e-05,"total_cost":0.00021}"#)
        #expect(
            call["langfuse.observation.cost_details"] == #"{"input":0.00015,"output":6e-05,"total":0.00021}"#)
        #expect(call["traceloop.association.properties.session_id"] == "c-1")
        let root = spans[1].attributes
        #expect(root["openinference.span.kind"] == "CHAIN" && root["traceloop.span.kind"] == "workflow")
        #expect(root["input.value"] == "Why?" && root["output.value"] == "So.")
        #expect(root["llm.cost.total"] == nil)
    }

    @Test("have no content where that is off")
    func withoutContent() async throws {
        let spans = try await installed(["LAST9_GENAI_DIALECTS": "openinference,mlflow"]) { $0.capturesContent = false }
        #expect(!"\(spans.map(\.attributes))".contains("Why?"))
        #expect(spans[0].attributes["openinference.span.kind"] == "LLM")
    }
}

@Suite("Forms of content")
struct ContentFormTests {
    @Test(
        "are those that the variable names",
        arguments: [
            ("messages", ["gen_ai.input.messages"]), ("dashboard", ["gen_ai.prompt"]),
            ("indexed", ["gen_ai.prompt.0.content"]), ("events", ["event"]), ("none", []),
            ("messages,dashboard", ["gen_ai.input.messages", "gen_ai.prompt"]),
        ])
    func chosen(word: String, expected: [String]) async throws {
        let call = try #require(try await installed(["LAST9_GENAI_CONTENT_FORMS": word]).first)
        var found = ["gen_ai.input.messages", "gen_ai.prompt", "gen_ai.prompt.0.content"]
            .filter { call.attributes[$0] != nil }
        if call.events.contains(where: { $0.name == "gen_ai.content.prompt" }) { found.append("event") }
        #expect(found == expected)
        #expect("\(call.attributes)\(call.events)".contains("Why?") == !expected.isEmpty)
    }
}
