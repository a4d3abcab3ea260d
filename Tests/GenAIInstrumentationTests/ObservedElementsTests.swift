// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import GenAITelemetryTesting
import Testing

@Suite("A stream of elements that report nothing of themselves")
struct ObservedElementsTests {
    /// As a model in the process itself yields them: pieces of text, then what they took.
    private enum Generation: Sendable {
        case chunk(String)
        case info(prompt: Int, generated: Int)

        var chunk: String? { if case .chunk(let text) = self { text } else { nil } }
    }

    private let exporter = InMemorySpanExporter()
    private let provider: TracerProvider

    init() {
        var configuration = TracerProvider.Configuration()
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        configuration.instrumentation = InstrumentationSettings(contentCapture: .spans, conventions: .latest)
        provider = TracerProvider(configuration)
    }

    private func generate(_ elements: [Generation]) -> AsyncStream<Generation> {
        AsyncStream { continuation in
            for element in elements { continuation.yield(element) }
            continuation.finish()
        }
    }

    private func observed(
        _ elements: [Generation], as kind: Last9SpanKind = .llm
    ) async -> ObservedSequence<AsyncStream<Generation>> {
        await observe(
            "answer", as: kind, model: "llama-3.2-3b", provider: "mlx", tracer: provider.tracer(named: "t"),
            text: \.chunk,
            usage: { element in
                guard case .info(let prompt, let generated) = element else { return nil }
                return TokenUsage(inputTokens: prompt, outputTokens: generated)
            }
        ) { generate(elements) }
    }

    @Test("has its text and the usage of its last element on the span", arguments: [Last9SpanKind.llm, .chain])
    func usage(kind: Last9SpanKind) async throws {
        let elements = [Generation.chunk("Hel"), .chunk("lo"), .info(prompt: 7, generated: 2)]
        var count = 0
        for await _ in await observed(elements, as: kind) { count += 1 }
        #expect(count == 3)
        await provider.forceFlush()
        let span = try #require(exporter.spans.first)
        #expect(span.attributes[.genAIUsageInputTokens] == 7 && span.attributes[.genAIUsageOutputTokens] == 2)
        #expect(span.attributes[.genAIRequestModel] == "llama-3.2-3b")
        #expect(String(describing: span.attributes["gen_ai.output.messages"] as Any).contains("Hello"))
    }

    @Test("that is left early has the text so far and no usage")
    func leftEarly() async throws {
        for await _ in await observed([.chunk("Hel"), .chunk("lo"), .info(prompt: 7, generated: 2)]) { break }
        await provider.forceFlush()
        let span = try #require(exporter.spans.first)
        #expect(span.attributes[.genAIUsageInputTokens] == nil && span.attributes[.errorType] == nil)
    }
}
