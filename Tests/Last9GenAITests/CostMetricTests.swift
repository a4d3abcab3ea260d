// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry
import Last9GenAI
import Testing

@Suite("The cost counter")
struct CostMetricTests {
    @Test("goes by agent, workflow and the attributes that were chosen")
    func dimensions() async throws {
        let environment = TelemetryEnvironment([:])
        let reader = ManualMetricReader()
        var metrics = MeterProvider.Configuration(environment: environment)
        metrics.readers = [reader]
        metrics.callDimensions += ["custom.tenant", "user.id"]
        let prices = LivePrices(PriceBook(overrides: ["mine": ModelPricing(input: 1, output: 2)]))
        var tracing = TracerProvider.Configuration(environment: environment)
        tracing.processors = [Last9SpanProcessor(prices: prices, meterProvider: MeterProvider(metrics))]
        let tracer = TracerProvider(tracing).tracer(named: "test")
        tracer.startSpan(
            "chat mine",
            attributes: [
                "gen_ai.request.model": "mine", "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 1_000_000,
                "gen_ai.usage.output_tokens": 0, "workflow.name": "support", "gen_ai.agent.name": "Desk",
                "custom.tenant": "acme", "custom.other": "x",
            ]
        ).end()
        guard case .sum(let sum)? = reader.collect().first?.content else {
            Issue.record("not a sum")
            return
        }
        #expect(
            sum.points.first?.attributes == [
                "gen_ai.operation.name": "chat", "gen_ai.request.model": "mine", "gen_ai.agent.name": "Desk",
                "workflow.name": "support", "custom.tenant": "acme",
            ])
    }

    @Test("adds up what priced calls cost, by model, and leaves out those without a price")
    func counts() throws {
        let environment = TelemetryEnvironment([:])
        let reader = ManualMetricReader()
        var metrics = MeterProvider.Configuration(environment: environment)
        metrics.readers = [reader]
        let prices = LivePrices(PriceBook(overrides: ["mine": ModelPricing(input: 1, output: 2)]))
        var tracing = TracerProvider.Configuration(environment: environment)
        tracing.processors = [Last9SpanProcessor(prices: prices, meterProvider: MeterProvider(metrics))]
        let tracer = TracerProvider(tracing).tracer(named: "test")
        for model in ["mine", "mine", "nobody-prices-this"] {
            tracer.startSpan(
                "chat \(model)",
                attributes: [
                    "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": .string(model),
                    "gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 1_000_000,
                ]
            ).end()
        }
        let metric = try #require(reader.collect().first)
        #expect(metric.name == "last9.gen_ai.client.cost" && metric.unit == "USD")
        guard case .sum(let sum) = metric.content else {
            Issue.record("not a sum")
            return
        }
        #expect(sum.isMonotonic && sum.points.map(\.value) == [.double(6)])
        #expect(
            sum.points.first?.attributes
                == ["gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "mine"])
    }
}
