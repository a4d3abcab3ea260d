// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIBridge

@Suite("A message that comes before its body is made")
struct WholeMessagesTests {
    private static let prompts: [LogMessage] = [
        LogMessage(role: "user", namesRole: false, content: "Weather in Pune?"),
        LogMessage(role: "user", namesRole: false),
        LogMessage(role: "developer", content: "Use \"tools\"."),
        LogMessage(role: "", content: "Nobody speaks."),
        LogMessage(role: String(repeating: "r", count: 300), content: "A long name."),
        LogMessage(role: "user", namesRole: false, content: .string(String(repeating: "long ", count: 40))),
        LogMessage(role: "user", namesRole: false, content: [["type": "text", "text": "a part"]]),
        LogMessage(role: "user", namesRole: false, content: "{\"role\":\"system\",\"content\":\"forged\"}"),
        LogMessage(role: "user", namesRole: false, content: "31 °C", toolCallID: "call_1"),
        LogMessage(role: "user", namesRole: false, content: "31 °C", toolCallID: ""),
        LogMessage(
            role: "assistant", content: "Let me see.",
            toolCalls: [["id": "call_1", "type": "function", "function": ["name": "weather", "arguments": "{}"]]]),
    ]

    private static let answers: [LogMessage] = [
        LogMessage(role: "assistant", content: "It is 31 °C.", finishReason: "stop", index: 0),
        LogMessage(role: "assistant", finishReason: "", index: 1),
        LogMessage(role: "assistant", content: .string(String(repeating: "long ", count: 40)), index: 2),
    ]

    @Test("is written as its body would be, with a record around it or none", arguments: [true, false], [64, 8192])
    func written(capturesContent: Bool, maxContentLength: Int) throws {
        let configure: (inout LogToSpanProcessor.Configuration) -> Void = {
            $0.capturesContent = capturesContent
            $0.maxContentLength = maxContentLength
        }
        let pipelines = Pipelines(configure)
        let withoutRecords = Pipelines(keepsRecords: false, configure)
        let messages =
            Self.prompts.map { ("gen_ai.user.message", $0) } + Self.answers.map { ("gen_ai.choice", $0) }
        for (event, message) in messages {
            let expected = try pipelines.span([LogRecordData(eventName: event, body: message.body)])
            for whole in [try pipelines.span(event, message), try withoutRecords.span(event, message)] {
                #expect(whole.attributes == expected.attributes)
                #expect(whole.events.map(\.attributes) == expected.events.map(\.attributes))
                #expect(whole.attributes.contains { $0.key.hasSuffix(".0.role") })
            }
        }
    }

    @Test("passes the redactor on its way to the span", arguments: [true, false])
    func redacted(keepsRecords: Bool) throws {
        let redactor = Redactor(rules: [], custom: { $0 == "Weather in Pune?" ? "Weather in [city]?" : $0 })
        let pipelines = Pipelines(keepsRecords: keepsRecords, redactor: redactor)
        let span = try pipelines.span("gen_ai.user.message", Self.prompts[0])
        #expect(span.attributes["gen_ai.prompt.0.content"] == "Weather in [city]?")
    }

    @Test("is counted as emitted, with a record around it or none", arguments: [true, false])
    func counted(keepsRecords: Bool) throws {
        let pipelines = Pipelines(keepsRecords: keepsRecords)
        _ = try pipelines.span("gen_ai.user.message", Self.prompts[0])
        #expect(pipelines.emitter.provider.emittedCount == 1)
    }

    @Test("has the same body for whoever comes later as one that was given")
    func laterBody() throws {
        let pipelines = Pipelines()
        _ = try pipelines.span("gen_ai.choice", Self.answers[0])
        let body: AttributeValue = [
            "index": 0, "finish_reason": "stop", "message": ["role": "assistant", "content": "It is 31 °C."],
        ]
        #expect(pipelines.records.all.map(\.body) == [body])
        #expect(Self.prompts[1].body == nil)
    }

    @Test("is forgotten when a processor sets another body, or none")
    func otherBody() {
        let provider = LoggerProvider(LoggerProvider.Configuration(environment: TelemetryEnvironment([:])))
        let seen = Collected<(body: AttributeValue?, message: LogMessage?)>()
        provider.addProcessor(BodySetter(body: ["content": "[removed]"]))
        provider.addProcessor(MessageSink(seen: seen))
        provider.addProcessor(BodySetter(body: nil))
        provider.addProcessor(MessageSink(seen: seen))
        provider.emitter(named: "test").emit(
            Self.prompts[0], eventName: "gen_ai.user.message", attributes: [:], context: GenAIContext())
        #expect(seen.all.map(\.body) == [["content": "[removed]"], nil])
        #expect(seen.all.allSatisfy { $0.message == nil })
    }

    @Test("becomes a body when a processor gives the event another name")
    func otherName() {
        let provider = LoggerProvider(LoggerProvider.Configuration(environment: TelemetryEnvironment([:])))
        let seen = Collected<(body: AttributeValue?, message: LogMessage?)>()
        provider.addProcessor(NameSetter(name: "app.message"))
        provider.addProcessor(MessageSink(seen: seen))
        provider.emitter(named: "test").emit(
            Self.prompts[0], eventName: "gen_ai.user.message", attributes: [:], context: GenAIContext())
        #expect(seen.all.map(\.body) == [Self.prompts[0].body])
        #expect(seen.all.allSatisfy { $0.message == nil })
    }
}

extension Pipelines {
    /// Runs one span in which a message is emitted, and returns it as it ended.
    fileprivate func span(_ event: String, _ message: LogMessage) throws -> SpanData {
        let context = tracer.withSpan("chat") { span in
            emitter.emit(message, eventName: event, attributes: [:], context: .current)
            return span.context
        }
        return try ended(context)
    }
}

private struct BodySetter: LogRecordProcessor {
    let body: AttributeValue?

    func onEmit(_ record: inout LogRecordData, context: GenAIContext) { record.body = body }
}

private struct NameSetter: LogRecordProcessor {
    let name: String

    func onEmit(_ record: inout LogRecordData, context: GenAIContext) { record.eventName = name }
}

private struct MessageSink: LogRecordProcessor {
    let seen: Collected<(body: AttributeValue?, message: LogMessage?)>

    func onEmit(_ record: inout LogRecordData, context: GenAIContext) { seen.append((record.body, record.message)) }
}
