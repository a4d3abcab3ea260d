// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// An exporter is one function: it receives finished spans in batches, is never called concurrently, and throws if it
// cannot deliver them.

struct LineExporter: SpanExporter {
    func export(_ batch: [SpanData]) async throws(ExportError) {
        for span in batch {
            let tokens = (span.attributes[.genAIUsageInputTokens] ?? 0, span.attributes[.genAIUsageOutputTokens] ?? 0)
            let cost = span.attributes[.genAIUsageCostUSD].flatMap { USD($0) } ?? .zero
            print("\(span.name): \(tokens.0) + \(tokens.1) tokens, \(cost) USD")
        }
    }
}

/// A custom processor receives spans before the exporters do, and can still change them.
struct RegionProcessor: SpanProcessor {
    func onEnding(_ span: inout SpanData) {
        span.attributes["cloud.region"] = "eu-central-1"
    }
}

var configuration = Last9.Configuration(serviceName: "custom-exporter")
configuration.spanExporters = [LineExporter()]
configuration.spanProcessors = [RegionProcessor()]
let telemetry = try Last9.install(configuration)
let model = try ScriptedModel()

for question in ["Why is the sky blue?", "And at night?"] {
    _ = try await model.client.chat.completions.create(.init(model: "gpt-4o-mini", messages: [.user(question)]))
}
let isDelivered = await telemetry.shutdown()
print(isDelivered ? "all spans were delivered" : "spans were lost")
