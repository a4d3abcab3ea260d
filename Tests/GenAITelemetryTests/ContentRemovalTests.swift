// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import GenAITelemetryTesting
import Testing

@Suite("Content that is switched off")
struct ContentRemovalTests {
    /// Providers with the same settings, and what they export.
    private struct Exported {
        let spans = InMemorySpanExporter()
        let records = InMemoryLogRecordExporter()
        let tracing: TracerProvider
        let logging: LoggerProvider

        init(_ settings: InstrumentationSettings) {
            let environment = TelemetryEnvironment([:])
            var tracing = TracerProvider.Configuration(environment: environment)
            tracing.processors = [SimpleSpanProcessor(exporter: spans)]
            tracing.instrumentation = settings
            var logging = LoggerProvider.Configuration(environment: environment)
            logging.processors = [SimpleLogRecordProcessor(exporter: records)]
            logging.instrumentation = settings
            self.tracing = TracerProvider(tracing)
            self.logging = LoggerProvider(logging)
        }

        /// Records one call as other libraries do, under all names that are in use.
        func recordForeignCall() {
            tracing.tracer(named: "other").withSpan("chat", attributes: foreignAttributes) { span in
                span.addEvent("gen_ai.content.prompt", attributes: ["gen_ai.prompt": "SECRET"])
                span.addEvent("gen_ai.user.message", attributes: ["content": "SECRET", "role": "user"])
                let emitter = logging.emitter(named: "other")
                emitter.emit(
                    LogRecordData(eventName: "gen_ai.user.message", body: ["content": "SECRET", "role": "user"]))
                emitter.emit(LogRecordData(eventName: "gen_ai.system.message", body: "SECRET"))
                emitter.emit(LogRecordData(eventName: "gen_ai.choice", body: choice))
                emitter.emit(
                    LogRecordData(
                        eventName: "gen_ai.client.inference.operation.details",
                        attributes: ["gen_ai.input.messages": "SECRET", "gen_ai.request.model": "m"]))
                emitter.emit(
                    LogRecordData(body: ["content": "SECRET"], attributes: ["event.name": "gen_ai.assistant.message"]))
                emitter.emit(LogRecordData(body: "nothing about models"))
            }
        }

        /// All that was exported, as text.
        func everything() async -> String {
            await tracing.forceFlush()
            await logging.forceFlush()
            let spans = spans.spans.map { span in
                "\(AttributeValue.map(span.attributes).jsonText)"
                    + span.events.map { $0.name + AttributeValue.map($0.attributes).jsonText }.joined()
            }
            let records = records.records.map { record in
                "\(record.eventName ?? "")\(record.body?.jsonText ?? "")\(AttributeValue.map(record.attributes).jsonText)"
            }
            return (spans + records).joined(separator: "\n")
        }
    }

    private static let foreignAttributes: Attributes = [
        "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7, "gen_ai.prompt.hash": "h",
        "gen_ai.prompt.0.content": "SECRET", "gen_ai.prompt.0.role": "user", "gen_ai.completion.0.content": "SECRET",
        "gen_ai.prompt": "SECRET", "gen_ai.completion": "SECRET", "gen_ai.input.messages": .array(["SECRET"]),
        "gen_ai.output.messages": "SECRET", "gen_ai.system_instructions": "SECRET",
        "gen_ai.tool.call.arguments": "SECRET", "gen_ai.tool.call.result": "SECRET",
        "gen_ai.retrieval.documents": "SECRET", "gen_ai.retrieval.query.text": "SECRET", "input.value": "SECRET",
        "output.value": "SECRET", "llm.input_messages.0.message.content": "SECRET",
        "traceloop.entity.input": "SECRET",
    ]
    private static let choice: AttributeValue = [
        "index": 0, "finish_reason": "tool_calls",
        "message": [
            "role": "assistant", "content": "SECRET",
            "tool_calls": .array([["id": "1", "type": "function", "function": ["name": "f", "arguments": "SECRET"]]]),
        ],
    ]

    private static let off: [InstrumentationSettings] = [
        InstrumentationSettings(contentCapture: .nowhere, environment: TelemetryEnvironment([:])),
        InstrumentationSettings(
            contentCapture: .everywhere,
            environment: TelemetryEnvironment(["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "false"])),
    ]

    @Test("leaves with nobody's spans and log records, and everything else does", arguments: off)
    func removed(settings: InstrumentationSettings) async {
        let exported = Exported(settings)
        exported.recordForeignCall()
        let everything = await exported.everything()
        #expect(!everything.contains("SECRET"), "\(everything)")
        #expect(exported.spans.spans.first?.attributes["gen_ai.usage.input_tokens"] == 7)
        #expect(exported.spans.spans.first?.attributes["gen_ai.prompt.hash"] == "h")
        #expect(exported.records.records.map(\.body).last == "nothing about models")
        #expect(exported.records.records.first?.body == ["role": "user"])
        #expect(
            exported.records.records[2].body == [
                "index": 0, "finish_reason": "tool_calls",
                "message": [
                    "role": "assistant",
                    "tool_calls": .array([["id": "1", "type": "function", "function": ["name": "f"]]]),
                ],
            ])
    }

    @Test("by a scope around goes the same way")
    func removedInScope() async {
        let exported = Exported(
            InstrumentationSettings(contentCapture: .everywhere, environment: TelemetryEnvironment([:])))
        withContentCapture(false) { exported.recordForeignCall() }
        #expect(!(await exported.everything()).contains("SECRET"))
        exported.recordForeignCall()
        #expect((await exported.everything()).contains("SECRET"))
    }

    @Test("leaves where the user says so, and where nothing was said")
    func kept() async {
        var settings = InstrumentationSettings(contentCapture: .nowhere, environment: TelemetryEnvironment([:]))
        settings.exportsForeignContent = true
        for settings in [settings, InstrumentationSettings(environment: TelemetryEnvironment([:]))] {
            let exported = Exported(settings)
            withContentCapture(!settings.exportsForeignContent) { exported.recordForeignCall() }
            let everything = await exported.everything()
            #expect(everything.components(of: "SECRET") == 23, "\(everything)")
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
