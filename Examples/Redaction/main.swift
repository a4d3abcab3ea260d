// SPDX-License-Identifier: MIT
import ExampleSupport
import Last9GenAI

// Personal data in messages is redacted before any exporter receives them; the model still gets the original.

struct PromptPrinter: SpanExporter {
    func export(_ batch: [SpanData]) async throws(ExportError) {
        for span in batch {
            print(span.attributes[.genAIPrompt] ?? "(no prompt)")
            print(span.attributes[.genAICompletion] ?? "(no completion)")
        }
    }
}

var configuration = Last9.Configuration(serviceName: "redaction")
configuration.spanExporters = [PromptPrinter()]
configuration.redactor = Redactor { text in
    text.split(separator: " ", omittingEmptySubsequences: false)
        .map { $0.hasPrefix("CUST-") ? "[customer]" : String($0) }.joined(separator: " ")
}
let telemetry = try Last9.install(configuration)
let model = try ScriptedModel { .text("I heard: \($0)") }

let text = "I am ada@example.org, customer CUST-4711 , card 4111 1111 1111 1111, call +49 171 2345678"
let answer = try await model.client.chat.completions.create(.init(model: "gpt-4o-mini", messages: [.user(text)]))
print(answer.text == "I heard: \(text)" ? "the model saw everything" : "the model saw something else")

// No content of this call is recorded.
try await withContentCapture(false) {
    _ = try await model.client.chat.completions.create(.init(model: "gpt-4o-mini", messages: [.user(text)]))
}
await telemetry.shutdown()
