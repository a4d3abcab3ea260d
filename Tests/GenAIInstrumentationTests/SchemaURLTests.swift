// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import GenAITelemetryTesting
import Testing

@Suite("Schema URLs")
struct SchemaURLTests {
    private let exporter = InMemorySpanExporter()

    private func provider(_ conventions: GenAIConventions) -> TracerProvider {
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        configuration.instrumentation.conventions = conventions
        return TracerProvider(configuration)
    }

    private func schema(of provider: TracerProvider, _ telemetry: CallTelemetry) async throws -> String? {
        try withModelCall(ModelRequest(model: "m", provider: .openAI), telemetry: telemetry) { _ in }
        await provider.forceFlush()
        return exporter.spans.last?.scope.schemaURL
    }

    static let generations: [(GenAIConventions, String)] = [
        (.v1_36, "1.36.0"), (.latest, "1.41.1"), (.development, "1.41.1"),
    ]

    @Test("are those of the generation that is written", arguments: generations)
    func generation(conventions: GenAIConventions, version: String) async throws {
        let provider = provider(conventions)
        let url = try await schema(of: provider, CallTelemetry(tracerProvider: provider))
        #expect(url == "https://opentelemetry.io/schemas/\(version)")
    }

    @Test("follow a change of the generation")
    func change() async throws {
        let provider = provider(.latest)
        let telemetry = CallTelemetry(tracerProvider: provider)
        #expect(try await schema(of: provider, telemetry) == "https://opentelemetry.io/schemas/1.41.1")
        var settings = InstrumentationSettings(environment: TelemetryEnvironment([:]))
        settings.conventions = .v1_36
        provider.setInstrumentation(settings)
        #expect(try await schema(of: provider, telemetry) == "https://opentelemetry.io/schemas/1.36.0")
    }

    @Test("that a program gives stay")
    func own() async throws {
        let provider = provider(.v1_36)
        let scope = InstrumentationScope(name: "mine", schemaURL: "https://example.org/1")
        let telemetry = CallTelemetry(scope: scope, tracerProvider: provider)
        #expect(try await schema(of: provider, telemetry) == "https://example.org/1")
    }
}
