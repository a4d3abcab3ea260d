// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing
import GenAITelemetry
import Last9GenAI
import Testing

@Suite("The dimensions of a call's metrics")
struct CallDimensionTests {
    private let reader = ManualMetricReader()
    private let meterProvider: MeterProvider
    private let environment = TelemetryEnvironment([:])

    init() {
        var metrics = MeterProvider.Configuration(environment: TelemetryEnvironment([:]))
        metrics.readers = [reader]
        metrics.callDimensions += ["custom.tenant", "app.plan"]
        meterProvider = MeterProvider(metrics)
    }

    private func provider(sampler: any Sampler) -> TracerProvider {
        var tracing = TracerProvider.Configuration(environment: environment)
        tracing.sampler = sampler
        tracing.instrumentation = InstrumentationSettings(
            contentCapture: .nowhere, conventions: .latest, environment: environment)
        let prices = LivePrices(PriceBook(overrides: ["mine": ModelPricing(input: 1, output: 2)]))
        tracing.processors = [Last9SpanProcessor(prices: prices, meterProvider: meterProvider)]
        return TracerProvider(tracing)
    }

    private func ask(_ telemetry: CallTelemetry, failing: Bool = false) throws {
        try withModelCall(ModelRequest(model: "mine", provider: .openAI), telemetry: telemetry) { call in
            call.span?.setAttribute("app.plan", "pro")
            if failing { throw TokenMistake() }
            call.answer.usage = TokenUsage(inputTokens: 5, outputTokens: 1)
        }
    }

    /// The dimensions of all points by the metric's name, without those of the conventions.
    private func dimensions() -> [String: Set<[String: String]>] {
        var found: [String: Set<[String: String]>] = [:]
        for metric in reader.collect() {
            for attributes in metric.content.attributeSets {
                var chosen: [String: String] = [:]
                for name in ["workflow.name", "gen_ai.agent.name", "custom.tenant", "app.plan"] {
                    chosen[name] = attributes[name].map(\.description)
                }
                found[metric.name, default: []].insert(chosen)
            }
        }
        return found
    }

    @Test("tokens, durations and costs go by workflow, agent and the chosen attributes of scopes and spans")
    func scopes() throws {
        let telemetry = CallTelemetry(
            tracerProvider: provider(sampler: AlwaysOnSampler()), meterProvider: meterProvider)
        try withWorkflow("run-1", name: "support") {
            try withAgent(name: "Desk") {
                try withAttributes(["tenant": "acme", "other": "x"]) { try ask(telemetry) }
            }
        }
        let all: Set = [
            ["workflow.name": "support", "gen_ai.agent.name": "Desk", "custom.tenant": "acme", "app.plan": "pro"]
        ]
        let found = dimensions()
        #expect(found["gen_ai.client.token.usage"] == all)
        #expect(found["gen_ai.client.operation.duration"] == all)
        #expect(found["last9.gen_ai.client.cost"] == all)
    }

    @Test("the scopes' attributes are dimensions where no span is recorded too, and of failed calls")
    func unsampled() throws {
        let telemetry = CallTelemetry(
            tracerProvider: provider(sampler: AlwaysOffSampler()), meterProvider: meterProvider)
        try withAttributes(["tenant": "acme"]) {
            try ask(telemetry)
            #expect(throws: TokenMistake.self) { try ask(telemetry, failing: true) }
        }
        #expect(dimensions()["gen_ai.client.operation.duration"] == [["custom.tenant": "acme"]])
    }

    @Test("a call outside of all scopes has none")
    func none() throws {
        let telemetry = CallTelemetry(
            tracerProvider: provider(sampler: AlwaysOffSampler()), meterProvider: meterProvider)
        try ask(telemetry)
        #expect(dimensions()["gen_ai.client.token.usage"] == [[:]])
    }

    @Test("values beyond the limit of series are added up in one")
    func bounded() throws {
        var metrics = MeterProvider.Configuration(environment: environment)
        let reader = ManualMetricReader()
        metrics.readers = [reader]
        metrics.callDimensions = ["custom.tenant"]
        metrics.cardinalityLimit = 10
        let telemetry = CallTelemetry(
            tracerProvider: provider(sampler: AlwaysOffSampler()), meterProvider: MeterProvider(metrics))
        for number in 0..<100 { try withAttributes(["tenant": "\(number)"]) { try ask(telemetry) } }
        let durations = try #require(reader.collect().first { $0.name == "gen_ai.client.operation.duration" })
        let sets = durations.content.attributeSets
        #expect(sets.count <= 11)
        #expect(sets.contains { $0["otel.metric.overflow"] == true })
    }

    @Test("cannot be set beside a meter provider of the program's own")
    func twice() {
        var configuration = Last9.Configuration(environment: environment)
        configuration.meterProvider = meterProvider
        configuration.metricDimensions = ["custom.tenant"]
        #expect(throws: ConfigurationError.self) { try Last9.install(configuration) }
    }
}

private struct TokenMistake: Error {}

extension MetricData.Content {
    fileprivate var attributeSets: [Attributes] {
        switch self {
        case .sum(let sum): sum.points.map(\.attributes)
        case .histogram(let histogram): histogram.points.map(\.attributes)
        default: []
        }
    }
}
