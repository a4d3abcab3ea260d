// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAIOpenAI
import GenAITelemetry
import LoopbackServer
import Synchronization
import Testing

/// Telemetry of one test: what ended and what was emitted.
final class Recorded: SpanProcessor, LogRecordProcessor {
    private let state = Mutex<(spans: [SpanData], records: [LogRecordData])>(([], []))
    let metrics = ManualMetricReader()
    var spans: [SpanData] { state.withLock { $0.spans } }
    var records: [LogRecordData] { state.withLock { $0.records } }

    func onEnd(_ span: SpanData) { state.withLock { $0.spans.append(span) } }
    func onEmit(_ record: inout LogRecordData, context: GenAIContext) {
        let record = record
        state.withLock { $0.records.append(record) }
    }
    func forceFlush(timeout: Duration) async -> Bool { true }
    func shutdown(timeout: Duration) async -> Bool { true }

    /// The only span.
    func span(sourceLocation: SourceLocation = #_sourceLocation) throws -> SpanData {
        try #require(spans.count == 1, "\(spans.map(\.name))", sourceLocation: sourceLocation)
        return spans[0]
    }

    /// Everything recorded, as text: what must not be there cannot hide.
    var everything: String {
        "\(spans)\(spans.map { "\($0.attributes) \($0.events) \($0.status)" })\(records)\(metrics.collect())"
    }

    /// The histogram points of a metric.
    func points(_ name: String) -> [HistogramPoint] {
        for metric in metrics.collect() where metric.name == name {
            if case .histogram(let histogram) = metric.content { return histogram.points }
        }
        return []
    }
}

/// A client whose telemetry is recorded, and the server it talks to.
struct Exchange {
    let recorded = Recorded()
    let server: LoopbackServer
    let client: OpenAIClient

    init(
        _ replies: LoopbackServer.Reply..., capture: ContentCapture = .everywhere,
        conventions: GenAIConventions = .v1_36, emitsDetails: Bool? = nil,
        change: (inout OpenAIClient.Configuration) -> Void = { _ in }
    ) throws {
        let count = Mutex(0)
        server = try LoopbackServer { _ in
            let position = count.withLock { count in
                count += 1
                return count - 1
            }
            return replies[min(position, replies.count - 1)]
        }
        let environment = TelemetryEnvironment([:])
        var tracing = TracerProvider.Configuration(environment: environment)
        tracing.processors = [recorded]
        tracing.instrumentation = InstrumentationSettings(
            contentCapture: capture, conventions: conventions, emitsOperationDetails: emitsDetails,
            environment: environment)
        var logging = LoggerProvider.Configuration(environment: environment)
        logging.processors = [recorded]
        var measuring = MeterProvider.Configuration(environment: environment)
        measuring.readers = [recorded.metrics]
        var configuration = OpenAIClient.Configuration(baseURL: server.url + "/v1", apiKey: "sk-test-0123456789")
        configuration.tracerProvider = TracerProvider(tracing)
        configuration.loggerProvider = LoggerProvider(logging)
        configuration.meterProvider = MeterProvider(measuring)
        configuration.maxRetries = 0
        change(&configuration)
        client = OpenAIClient(
            configuration: configuration, transport: makeDefaultTransport(), clock: RecordingClock())
    }

    /// The server's address as attributes of spans and points.
    var address: Attributes { ["server.address": "127.0.0.1", "server.port": .int(Int(server.port))] }
}

extension LoopbackServer.Reply {
    /// A stream of these events and the end.
    static func stream(_ events: String...) -> Self {
        .events(events.map { .event($0) } + [.event("[DONE]")])
    }
}

extension AttributeValue {
    /// The member of a map.
    subscript(name: String) -> AttributeValue? {
        guard case .map(let members) = self else { return nil }
        return members[name]
    }

    /// The elements of an array.
    subscript(position: Int) -> AttributeValue? {
        guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
        return elements[position]
    }
}

extension Attributes {
    /// The JSON text of an attribute, read.
    func json(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let text = try #require(self[name].flatMap(String.init(attributeValue:)), sourceLocation: sourceLocation)
        return try JSONValue(parsing: Array(text.utf8))
    }
}
