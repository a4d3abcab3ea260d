// SPDX-License-Identifier: MIT
import GenAICore
import GenAIOpenAI
import GenAITelemetry
import LoopbackServer
import Testing

private let reply = LoopbackServer.Reply.json(
    200,
    """
    {"id":"c","model":"m-1","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",
     "content":"SECRET-OUT","tool_calls":[{"id":"call_1","type":"function",
     "function":{"name":"f","arguments":"{\\"x\\":\\"SECRET-ARGUMENT\\"}"}}]}}],
     "usage":{"prompt_tokens":9,"completion_tokens":4}}
    """)

/// The setting that forbids content.
enum Objector: CaseIterable {
    case provider, client, scope, call
}

@Suite("Content in telemetry")
struct CaptureTelemetryTests {
    private static var request: ChatCompletionRequest {
        var request = ChatCompletionRequest(
            model: "m", messages: [.system("SECRET-SYSTEM"), .user("SECRET-IN"), .tool("SECRET-RESULT", callID: "c0")])
        request.tools = [.function("f")]
        return request
    }

    @Test(
        "is nowhere when anyone objects", arguments: Objector.allCases,
        [GenAIConventions.v1_36, .latest, .development]
    )
    func objections(objector: Objector, conventions: GenAIConventions) async throws {
        let exchange = try Exchange(
            reply, capture: objector == .provider ? .nowhere : .everywhere, conventions: conventions,
            emitsDetails: true
        ) { $0.allowsContentCapture = objector != .client }
        var options = CallOptions()
        options.allowsContentCapture = objector != .call
        try await withContentCapture(objector != .scope) {
            _ = try await exchange.client.chat.completions.create(Self.request, options: options)
        }
        #expect(!exchange.recorded.everything.contains("SECRET"))
        #expect(!exchange.recorded.records.isEmpty)
        let span = try exchange.recorded.span()
        #expect(span.attributes["gen_ai.usage.output_tokens"] == 4)
        #expect(span.attributes["gen_ai.tool.definitions"] == nil)
    }

    @Test("that is off leaves records that say which messages and tool calls there were")
    func reduced() async throws {
        let exchange = try Exchange(reply, capture: .nowhere)
        _ = try await exchange.client.chat.completions.create(Self.request)
        #expect(
            exchange.recorded.records.map(\.body) == [
                nil, nil, ["id": "c0"],
                [
                    "index": 0, "finish_reason": "tool_calls",
                    "message": [
                        "role": "assistant",
                        "tool_calls": [["id": "call_1", "type": "function", "function": ["name": "f"]]],
                    ],
                ],
            ])
    }

    static let modes: [(capture: ContentCapture, onSpan: Bool, inEvent: Bool, hasEvent: Bool)] = [
        (.nowhere, false, false, false), (.spans, true, false, false), (.events, false, true, true),
        (.everywhere, true, true, true),
    ]

    @Test("is where the capture mode says, latest form", arguments: modes)
    func mode(place: (capture: ContentCapture, onSpan: Bool, inEvent: Bool, hasEvent: Bool)) async throws {
        let exchange = try Exchange(reply, capture: place.capture, conventions: .latest)
        _ = try await exchange.client.chat.completions.create(Self.request)
        let record = exchange.recorded.records.first
        #expect((record != nil) == place.hasEvent)
        let names = ["gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions"]
        let span = try exchange.recorded.span()
        for name in names {
            #expect(span.attributes.contains(name: name) == place.onSpan)
            #expect((record?.attributes.contains(name: name) ?? false) == place.inEvent)
        }
    }

    @Test("of the details event is structured, beside everything the span has")
    func details() async throws {
        let exchange = try Exchange(reply, capture: .events, conventions: .latest)
        try await withConversation("talk") {
            _ = try await exchange.client.chat.completions.create(Self.request)
        }
        let record = try #require(exchange.recorded.records.first)
        #expect(record.eventName == "gen_ai.client.inference.operation.details" && record.body == nil)
        #expect(
            record.attributes["gen_ai.output.messages"] == [
                [
                    "role": "assistant",
                    "parts": [
                        ["type": "text", "content": "SECRET-OUT"],
                        ["type": "tool_call", "id": "call_1", "name": "f", "arguments": ["x": "SECRET-ARGUMENT"]],
                    ],
                    "finish_reason": "tool_call",
                ]
            ])
        let span = try exchange.recorded.span()
        #expect(record.spanContext == span.context)
        for name in ["gen_ai.conversation.id", "gen_ai.usage.input_tokens", "gen_ai.provider.name", "server.port"] {
            #expect(record.attributes[name] == span.attributes[name] && record.attributes.contains(name: name))
        }
    }

    @Test("can be told to the details event's switch apart", arguments: [true, false])
    func detailsSwitch(emitsDetails: Bool) async throws {
        let exchange = try Exchange(
            reply, capture: emitsDetails ? .spans : .everywhere, conventions: .latest, emitsDetails: emitsDetails)
        _ = try await exchange.client.chat.completions.create(Self.request)
        #expect(exchange.recorded.records.count == (emitsDetails ? 1 : 0))
        #expect(exchange.recorded.records.first?.attributes["gen_ai.input.messages"] == nil)
    }

    static let environments: [(capture: String?, event: String?, emits: Bool)] = [
        (nil, nil, false), ("SPAN_ONLY", nil, false), ("EVENT_ONLY", nil, true), ("SPAN_AND_EVENT", nil, true),
        ("NO_CONTENT", "true", true), ("SPAN_AND_EVENT", "false", false),
    ]

    @Test("follows OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT", arguments: environments)
    func environment(case: (capture: String?, event: String?, emits: Bool)) {
        var variables: [String: String] = [:]
        variables["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = `case`.capture
        variables["OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT"] = `case`.event
        let settings = InstrumentationSettings(environment: TelemetryEnvironment(variables))
        #expect(settings.emitsOperationDetails == `case`.emits)
    }

    @Test("does not go into spans that are not sampled, while records and metrics go on")
    func unsampled() async throws {
        let exchange = try Exchange(reply) { configuration in
            var tracing = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
            tracing.sampler = AlwaysOffSampler()
            tracing.instrumentation = InstrumentationSettings(
                contentCapture: .everywhere, environment: TelemetryEnvironment([:]))
            configuration.tracerProvider = TracerProvider(tracing)
        }
        _ = try await exchange.client.chat.completions.create(Self.request)
        #expect(exchange.recorded.spans.isEmpty)
        #expect(exchange.recorded.records.count == 4)
        #expect(exchange.recorded.points("gen_ai.client.operation.duration").count == 1)
    }
}
