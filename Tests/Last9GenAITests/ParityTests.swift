// SPDX-License-Identifier: MIT
import Last9GenAI
import LoopbackServer
import Synchronization
import Testing

/// Everything that one call leaves behind, times left out.
private struct Trail: Equatable {
    struct Span: Equatable {
        var name: String
        var kind: TraceSpan.Kind
        var status: TraceSpan.Status
        var attributes: [String: AttributeValue]
        var events: [String]
    }

    struct Record: Equatable {
        var name: String?
        var severity: LogSeverity?
        var body: AttributeValue?
        var attributes: [String: AttributeValue]
    }

    struct Point: Hashable {
        var name: String
        var attributes: Attributes
        var count: UInt64
        /// Of tokens; durations differ.
        var sum: Double?
    }

    var spans: [Span]
    var records: [Record]
    var points: Set<Point>
    var ledger: [[CostLedger.Entry]]
}

/// A pipeline of all three signals, as `Last9.install` wires it.
private final class Stage: Sendable {
    let collector = Collector()
    let ledger = CostLedger()
    let metrics = ManualMetricReader()
    let telemetry: CallTelemetry
    let tracing: TracerProvider
    let logging: LoggerProvider
    let measuring: MeterProvider

    init(_ conventions: GenAIConventions, _ content: ContentCapture) {
        let environment = TelemetryEnvironment([:])
        let bridge = LogToSpanProcessor()
        var traces = TracerProvider.Configuration(environment: environment)
        traces.instrumentation = InstrumentationSettings(
            contentCapture: content, conventions: conventions, environment: environment)
        traces.processors = [Last9SpanProcessor(ledger: ledger), bridge, collector]
        var logs = LoggerProvider.Configuration(environment: environment)
        logs.processors = [bridge, collector]
        var meters = MeterProvider.Configuration(environment: environment)
        meters.readers = [metrics]
        tracing = TracerProvider(traces)
        logging = LoggerProvider(logs)
        measuring = MeterProvider(meters)
        telemetry = CallTelemetry(tracerProvider: tracing, loggerProvider: logging, meterProvider: measuring)
    }

    var trail: Trail {
        func dictionary(_ attributes: Attributes) -> [String: AttributeValue] {
            var members = Dictionary(attributes.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            if members["gen_ai.response.time_to_first_chunk"] != nil {
                members["gen_ai.response.time_to_first_chunk"] = 0
            }
            return members
        }
        return Trail(
            spans: collector.spans.map {
                .init(
                    name: $0.name, kind: $0.kind, status: $0.status, attributes: dictionary($0.attributes),
                    events: $0.events.map { "\($0.name) \($0.attributes)" })
            },
            records: collector.records.map {
                .init(
                    name: $0.eventName, severity: $0.severity, body: $0.body, attributes: dictionary($0.attributes))
            },
            points: points, ledger: ledger.dimensions.map(ledger.entries))
    }

    private var points: Set<Trail.Point> {
        var points: Set<Trail.Point> = []
        for metric in metrics.collect() {
            guard case .histogram(let histogram) = metric.content else { continue }
            for point in histogram.points {
                points.insert(
                    .init(
                        name: metric.name, attributes: point.attributes, count: point.count,
                        sum: metric.unit == "{token}" ? point.sum : nil))
            }
        }
        return points
    }
}

@Suite("One model call, whoever makes it")
struct ParityTests {
    private static let question = ModelRequest(
        model: "gpt-4o-mini", provider: .openAI, messages: [.system("Be brief."), .user("Hello!")], temperature: 0.5,
        maxTokens: 100)
    private static let answer = ModelAnswer(
        id: "c-1", model: "gpt-4o-mini-2024-07-18", messages: [.assistant("Hi there")], finishReasons: ["stop"],
        usage: TokenUsage(inputTokens: 12, outputTokens: 3, cacheReadTokens: 4))

    private static let plain = LoopbackServer.Reply.json(
        200,
        """
        {"id":"c-1","model":"gpt-4o-mini-2024-07-18",
         "choices":[{"index":0,"message":{"role":"assistant","content":"Hi there"},"finish_reason":"stop"}],
         "usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}}
        """)
    private static let streamed = LoopbackServer.Reply.events(
        [
            #"{"id":"c-1","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi "}}]}"#,
            #"{"id":"c-1","choices":[{"index":0,"delta":{"content":"there"},"finish_reason":"stop"}]}"#,
            #"{"id":"c-1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}}"#,
            "[DONE]",
        ].map { .event($0) })

    /// The pieces of a streamed answer, as a client of one's own has them.
    private enum Piece: CaseIterable {
        case beginning, end, usage
    }

    private static func add(_ piece: Piece, to answer: inout ModelAnswer) {
        switch piece {
        case .beginning:
            answer.id = "c-1"
            answer.model = "gpt-4o-mini-2024-07-18"
            answer.appendText("Hi ")
        case .end:
            answer.appendText("there")
            answer.finish("stop")
        case .usage: answer.updateUsage(withCumulative: Self.answer.usage ?? TokenUsage())
        }
    }

    private static func byClient(
        _ stage: Stage, _ reply: LoopbackServer.Reply, _ use: (OpenAIClient, ChatCompletionRequest) async throws -> Void
    ) async throws -> UInt16 {
        let server = try LoopbackServer { _ in reply }
        var configuration = OpenAIClient.Configuration(baseURL: server.url + "/v1")
        configuration.tracerProvider = stage.tracing
        configuration.loggerProvider = stage.logging
        configuration.meterProvider = stage.measuring
        var request = ChatCompletionRequest(model: "gpt-4o-mini", messages: [.system("Be brief."), .user("Hello!")])
        request.temperature = 0.5
        request.maxCompletionTokens = 100
        try await inScopes { try await use(OpenAIClient(configuration: configuration), request) }
        return UInt16(server.port)
    }

    private static func inScopes(_ body: () async throws -> Void) async throws {
        try await withConversation("parity", userID: "u", turn: 1) {
            try await withWorkflow("w", type: "T", name: "W") { try await withAgent(name: "A", body) }
        }
    }

    private static func request(_ port: UInt16) -> ModelRequest {
        var request = question
        request.serverAddress = "127.0.0.1"
        request.serverPort = Int(port)
        request.apiType = .chatCompletions
        return request
    }

    static let cases: [(GenAIConventions, ContentCapture)] = [GenAIConventions.v1_36, .latest, .development]
        .flatMap { generation in [ContentCapture.everywhere, .nowhere].map { (generation, $0) } }

    @Test("leaves the same by OpenAIClient, withModelCall and by hand", arguments: cases)
    func plainCalls(conventions: GenAIConventions, content: ContentCapture) async throws {
        let client = Stage(conventions, content)
        let port = try await Self.byClient(client, Self.plain) { _ = try await $0.chat.completions.create($1) }
        let asynchronous = Stage(conventions, content)
        try await Self.inScopes {
            try await withModelCall(Self.request(port), telemetry: asynchronous.telemetry) { call async in
                call.answer = Self.answer
            }
        }
        let synchronous = Stage(conventions, content)
        try await Self.inScopes {
            try {
                try withModelCall(Self.request(port), telemetry: synchronous.telemetry) { $0.answer = Self.answer }
            }()
        }
        let byHand = Stage(conventions, content)
        try await Self.inScopes {
            let call = try ModelCall.start(Self.request(port), telemetry: byHand.telemetry)
            call.finish(Self.answer)
            call.fail(Trouble())
        }
        let expected = client.trail
        #expect(expected.spans.count == 1 && expected.points.count >= 3 && !expected.ledger.contains([]))
        #expect(expected.spans.first?.attributes["gen_ai.usage.cost_usd"] != nil)
        #expect("\(expected)".contains("Hello!") == (content == .everywhere))
        #expect(asynchronous.trail == expected)
        #expect(synchronous.trail == expected)
        #expect(byHand.trail == expected)
    }

    @Test("leaves the same streamed by OpenAIClient, by withModelCall and by hand", arguments: cases)
    func streams(conventions: GenAIConventions, content: ContentCapture) async throws {
        let client = Stage(conventions, content)
        let port = try await Self.byClient(client, Self.streamed) { client, request in
            for try await _ in try await client.chat.completions.stream(request) {}
        }
        let stream = Stage(conventions, content)
        try await Self.inScopes {
            let pieces = try await withModelCall(
                Self.request(port), telemetry: stream.telemetry,
                stream: { _ in
                    AsyncStream { pieces in
                        Piece.allCases.forEach { pieces.yield($0) }; pieces.finish()
                    }
                },
                adding: { Self.add($0, to: &$1) })
            for try await _ in pieces {}
        }
        let byHand = Stage(conventions, content)
        try await Self.inScopes {
            var request = Self.request(port)
            request.isStream = true
            let call = try ModelCall.start(request, telemetry: byHand.telemetry)
            for piece in Piece.allCases { call.add { Self.add(piece, to: &$0) } }
            call.finish()
        }
        let expected = client.trail
        #expect(expected.spans.count == 1)
        #expect("\(expected)".contains("Hi there") == (content == .everywhere))
        #expect(stream.trail == expected)
        #expect(byHand.trail == expected)
    }

    @Test("leaves the same when it fails", arguments: cases)
    func failures(conventions: GenAIConventions, content: ContentCapture) async throws {
        let client = Stage(conventions, content)
        let failure = Mutex<OpenAIClientError?>(nil)
        let port = try await Self.byClient(client, .json(400, #"{"error":{"message":"no"}}"#)) { client, request in
            do { _ = try await client.chat.completions.create(request) } catch let error as OpenAIClientError {
                failure.withLock { $0 = error }
            }
        }
        let error = try #require(failure.withLock { $0 })
        let other = Stage(conventions, content)
        try await Self.inScopes {
            await #expect(throws: OpenAIClientError.self) {
                try await withModelCall(Self.request(port), telemetry: other.telemetry) { _ async throws in throw error
                }
            }
        }
        let expected = client.trail
        #expect(expected.spans.first?.attributes["error.type"] == "bad_request")
        #expect(other.trail == expected)
    }

    @Test("a call that is dropped ends, and only once, as one that nobody waited for")
    func dropped() throws {
        let stage = Stage(.latest, .everywhere)
        do { _ = try ModelCall.start(Self.question, telemetry: stage.telemetry) }
        do {
            let call = try ModelCall.start(Self.question, telemetry: stage.telemetry)
            call.add { $0.appendText("Hel") }
            call.cancel()
            call.finish(Self.answer)
        }
        #expect(stage.collector.spans.map(\.status) == [.unset, .unset])
        #expect(stage.collector.spans.last?.attributes[.genAIResponseFinishReasons] == ["error"])
    }
}
