// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Last9GenAI
import LoopbackServer
import Testing

/// Telemetry as `Last9.install` wires it, exporting into memory, and a client that uses it.
struct Installed {
    let telemetry: Last9Telemetry
    let spans = InMemorySpanExporter()
    let records = InMemoryLogRecordExporter()
    let openai: OpenAIClient
    let server: LoopbackServer

    init(
        environment: [String: String] = [:], reply: LoopbackServer.Reply = Installed.reply(),
        change: (inout Last9.Configuration) -> Void = { _ in }
    ) throws {
        server = try LoopbackServer { _ in reply }
        var configuration = Last9.Configuration(becomesGlobal: false, environment: TelemetryEnvironment(environment))
        configuration.spanExporters = [spans]
        configuration.logRecordExporters = [records]
        configuration.metricExporters = []
        change(&configuration)
        telemetry = try Last9.install(configuration)
        var client = OpenAIClient.Configuration(baseURL: server.url + "/v1", apiKey: "sk-test-0123456789")
        client.tracerProvider = telemetry.tracerProvider
        client.loggerProvider = telemetry.loggerProvider
        client.maxRetries = 0
        openai = OpenAIClient(configuration: client)
    }

    /// An answer of 1,000 tokens in, of which 200 were cached, and 100 out.
    static func reply(model: String = "gpt-4o-mini-2024-07-18") -> LoopbackServer.Reply {
        .json(
            200,
            """
            {"id": "chatcmpl-1", "model": "\(model)",
             "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi!"}, "finish_reason": "stop"}],
             "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100,
                       "prompt_tokens_details": {"cached_tokens": 200}}}
            """)
    }

    /// Asks once, and returns the span of the call.
    func ask(_ question: String = "Hello!", model: String = "gpt-4o-mini") async throws -> SpanData {
        _ = try await openai.chat.completions.create(.init(model: model, messages: [.user(question)]))
        await telemetry.flush()
        return try #require(spans.spans.last)
    }
}

@Suite("Install")
struct InstallTests {
    @Test("puts everything it promises onto the span of a call")
    func everything() async throws {
        let installed = try Installed()
        let span = try await withConversation("install-1", userID: "user-456") {
            try await withWorkflow("support-flow", type: "chat") { try await installed.ask() }
        }
        #expect(span.name == "chat gpt-4o-mini" && span.kind == .client)
        let expected: Attributes = [
            "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.id": "chatcmpl-1",
            "gen_ai.response.finish_reasons": ["stop"], "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 100, "gen_ai.usage.total_tokens": 1100,
            "server.address": "127.0.0.1", "server.port": .int(Int(installed.server.port)),
            "gen_ai.conversation.id": "install-1", "gen_ai.conversation.turn": 1,
            "gen_ai.conversation.turn_number": 1, "user.id": "user-456", "workflow.id": "support-flow",
            "workflow.type": "chat", "gen_ai.l9.span.kind": "llm",
            // 800 tokens at $0.15, 200 cached ones at $0.075 and 100 at $0.60 a million.
            "gen_ai.usage.cost_usd": 0.000195, "gen_ai.usage.cost": 0.000195,
            "gen_ai.usage.cost_input_usd": 0.000135, "gen_ai.usage.cost_output_usd": 0.00006,
            "workflow.total_cost_usd": 0.000195, "workflow.llm_calls": 1, "workflow.tool_calls": 0,
            "gen_ai.prompt": #"[{"role":"user","content":"Hello!"}]"#,
            "gen_ai.completion": #"[{"role":"assistant","content":"Hi!","finish_reason":"stop","index":0}]"#,
        ]
        for attribute in expected { #expect(span.attributes[attribute.key] == attribute.value, "\(attribute.key)") }
    }

    @Test("exports the messages as log records as well, on the span of the call")
    func records() async throws {
        let installed = try Installed { $0.conventions = .v1_36 }
        let span = try await installed.ask()
        #expect(installed.records.records.map(\.eventName) == ["gen_ai.user.message", "gen_ai.choice"])
        #expect(installed.records.records.allSatisfy { $0.spanContext == span.context })
    }

    @Test(
        "records content by default, and the environment wins over code",
        arguments: [
            (true, nil, true), (false, nil, false), (true, "false", false), (false, "true", true),
            (true, "nonsense", false),
        ]
            as [(code: Bool, environment: String?, expected: Bool)])
    func contentCapture(code: Bool, environment: String?, expected: Bool) async throws {
        let variables = environment.map { ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": $0] } ?? [:]
        let installed = try Installed(environment: variables) { $0.capturesContent = code }
        let span = try await installed.ask("my secret question")
        #expect("\(span) \(installed.records.records)".contains("my secret question") == expected)
        #expect("\(span)".contains("Hi!") == expected)
    }

    @Test("uses the user's prices before the bundled ones")
    func customPricing() async throws {
        let installed = try Installed { $0.customPricing = ["gpt-4o-mini": ModelPricing(input: 1, output: 10)] }
        #expect(try await installed.ask().attributes["gen_ai.usage.cost_usd"] == 0.002)
    }

    @Test("says why a call has no cost, never 0, and counts it")
    func unknownModel() async throws {
        let installed = try Installed(reply: Installed.reply(model: "my-own-model"))
        let span = try await installed.ask(model: "my-own-model")
        #expect(span.attributes["gen_ai.usage.cost_usd"] == nil && span.attributes["gen_ai.usage.cost"] == nil)
        #expect(span.attributes["last9.cost.unpriced_reason"] == "no price for this model")
        #expect(installed.telemetry.ledger.total.unpricedCalls == 1)
    }

    @Test("sets no cost when cost tracking is off, and still counts calls and tokens")
    func costOff() async throws {
        let installed = try Installed { $0.tracksCosts = false }
        let span = try await installed.ask()
        #expect(span.attributes["gen_ai.usage.cost_usd"] == nil)
        #expect(span.attributes["last9.cost.unpriced_reason"] == nil)
        #expect(installed.telemetry.ledger.total.inputTokens == 1000)
    }

    @Test("enriches providers that exist already")
    func existingProviders() async throws {
        let seen = InMemorySpanExporter()
        var tracing = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        tracing.processors = [SimpleSpanProcessor(exporter: seen)]
        let provider = TracerProvider(tracing)
        let installed = try Installed { $0.tracerProvider = provider }
        #expect(installed.telemetry.tracerProvider === provider)
        _ = try await installed.ask()
        #expect(await seen.waitForSpans(1).first?.attributes["gen_ai.usage.cost_usd"] == 0.000195)
    }

    @Test("keeps to the conventions' attributes when asked to")
    func conventionsOnly() async throws {
        let installed = try Installed(environment: ["LAST9_GENAI_CONVENTIONS_ONLY": "true"])
        let span = try await withConversation("install-2") { try await installed.ask() }
        let extra = ["gen_ai.prompt", "gen_ai.completion", "gen_ai.conversation.turn", "gen_ai.usage.cost"]
        for name in extra { #expect(span.attributes[name] == nil, "\(name)") }
        #expect(span.attributes["gen_ai.usage.cost_usd"] == 0.000195)
    }

    @Test(
        "goes on without what the environment asks for and cannot have",
        arguments: [
            ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"], ["OTEL_EXPORTER_OTLP_PROTOCOL": "carrier pigeon"],
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"], ["OTEL_EXPORTER_OTLP_ENDPOINT": "::"],
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "ftp://x"], ["OTEL_EXPORTER_OTLP_CERTIFICATE": "/does/not/exist"],
            ["OTEL_EXPORTER_OTLP_CLIENT_KEY": "/does/not/exist"], ["GENAI_PRICES_FILE": "/does/not/exist.json"],
            ["OTEL_EXPORTER_OTLP_HEADERS": "=,=,%"], ["OTEL_TRACES_EXPORTER": "zipkin,nonsense"],
            ["OTEL_TRACES_SAMPLER": "nonsense", "OTEL_BSP_MAX_QUEUE_SIZE": "-1"], ["OTEL_SDK_DISABLED": "perhaps"],
        ])
    func legalVariables(variables: [String: String]) async throws {
        let base = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"]
        let environment = TelemetryEnvironment(base.merging(variables) { $1 })
        let telemetry = try Last9.install(Last9.Configuration(becomesGlobal: false, environment: environment))
        #expect(telemetry.spanProcessor.ledger.total.llmCalls == 0)
        await telemetry.shutdown(timeout: .zero)
    }

    @Test("refuses a mistake in code, naming the property and the fix")
    func mistakeInCode() {
        var configuration = Last9.Configuration(becomesGlobal: false, environment: TelemetryEnvironment([:]))
        configuration.meterProvider = MeterProvider(MeterProvider.Configuration(environment: TelemetryEnvironment([:])))
        configuration.metricExporters = [InMemoryMetricExporter()]
        let error = #expect(throws: ConfigurationError.self) { try Last9.install(configuration) }
        #expect(error?.option == "metricExporters")
    }

    @Test("is released after the shutdown, with everything it has made")
    func released() async throws {
        weak var tracing: TracerProvider?
        weak var metering: MeterProvider?
        weak var exporter: InMemoryMetricExporter?
        do {
            let metrics = InMemoryMetricExporter()
            let installed = try Installed { $0.metricExporters = [metrics] }
            _ = try await installed.ask()
            await installed.telemetry.shutdown()
            #expect(metrics.metrics.contains { $0.name == "otel.sdk.span.started" })
            (tracing, metering, exporter) = (
                installed.telemetry.tracerProvider, installed.telemetry.meterProvider, metrics
            )
        }
        // Tasks that have done their work may take a moment to let go.
        while tracing != nil || metering != nil || exporter != nil { await Task.yield() }
    }

    @Test(
        "lets no content of other libraries out where content is switched off, unless told so",
        arguments: [false, true])
    func foreignContent(exports: Bool) async throws {
        let installed = try Installed {
            $0.capturesContent = false
            $0.exportsForeignContent = exports
        }
        let tracer = installed.telemetry.tracerProvider.tracer(named: "other")
        tracer.withSpan("chat", attributes: ["gen_ai.operation.name": "chat", "gen_ai.prompt.0.content": "SECRET"]) {
            _ in
            installed.telemetry.loggerProvider.emitter(named: "other").emit(
                LogRecordData(eventName: "gen_ai.user.message", body: ["content": "SECRET"]))
        }
        await installed.telemetry.flush()
        let span = try #require(installed.spans.spans.first)
        let record = try #require(installed.records.records.first)
        let texts = span.attributes.map { $0.value.jsonText } + [record.body?.jsonText ?? ""]
        #expect(texts.contains { $0.contains("SECRET") } == exports, "\(texts)")
        #expect((span.attributes["gen_ai.prompt"] != nil) == exports)
    }

    @Test("records nothing when the SDK is disabled, and calls work")
    func disabled() async throws {
        let installed = try Installed(environment: ["OTEL_SDK_DISABLED": "true"])
        _ = try await installed.openai.chat.completions.create(.init(model: "m", messages: [.user("x")]))
        await installed.telemetry.flush()
        #expect(installed.spans.spans.isEmpty && installed.records.records.isEmpty)
    }
}

@Suite("Global providers", .serialized, UsingGlobalProviders())
struct GlobalProviderTests {
    @Test("are those of the last install, until it is shut down")
    func lifecycle() async throws {
        var configuration = Last9.Configuration(environment: TelemetryEnvironment([:]))
        configuration.spanExporters = []
        let first = try Last9.install(configuration)
        let second = try Last9.install(configuration)
        #expect(TracerProvider.global === second.tracerProvider)
        await first.shutdown()
        #expect(TracerProvider.global === second.tracerProvider)
        await second.shutdown()
        #expect(TracerProvider.global === nil && LoggerProvider.global === nil && MeterProvider.global === nil)
    }
}
