// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

@testable import GenAIBridge

/// Both pipelines with one bridge between them; keeps every ended span and every record that passed.
final class Pipelines: Sendable {
    let bridge: LogToSpanProcessor
    let reports = Collected<String>()
    let spans = Collected<SpanData>()
    let records = Collected<LogRecordData>()
    let tracer: TracerProvider.Tracer
    let emitter: LogEmitter

    init(
        shardCount: Int = 8, sampler: any Sampler = AlwaysOnSampler(), keepsRecords: Bool = true,
        redactor: Redactor? = nil,
        _ configure: (inout LogToSpanProcessor.Configuration) -> Void = { _ in }
    ) {
        var configuration = LogToSpanProcessor.Configuration()
        configure(&configuration)
        let reports = reports
        bridge = LogToSpanProcessor(configuration, shardCount: shardCount) { reports.append($0) }
        var traces = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        traces.sampler = sampler
        traces.processors = [bridge, SpanSink(spans: spans)]
        tracer = TracerProvider(traces).tracer(named: "test")
        var logs = LoggerProvider.Configuration(environment: TelemetryEnvironment([:]))
        logs.processors = keepsRecords ? [bridge, RecordSink(records: records)] : [bridge]
        logs.redactor = redactor
        emitter = LoggerProvider(logs).emitter(named: "test")
    }

    /// Runs one span in which the given records are emitted, and returns it as it ended.
    func span(
        attributes: Attributes = [:], _ records: [LogRecordData], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> SpanData {
        let context = tracer.withSpan("chat", attributes: attributes) { span in
            for record in records { emitter.emit(record) }
            return span.context
        }
        return try ended(context, sourceLocation: sourceLocation)
    }

    func ended(_ context: SpanContext, sourceLocation: SourceLocation = #_sourceLocation) throws -> SpanData {
        try #require(spans.all.last { $0.context.spanID == context.spanID }, sourceLocation: sourceLocation)
    }
}

/// Values that several threads hand in.
final class Collected<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    func append(_ value: Value) { values.withLock { $0.append(value) } }
}

private struct SpanSink: SpanProcessor {
    let spans: Collected<SpanData>

    func onEnd(_ span: SpanData) { spans.append(span) }
}

private struct RecordSink: LogRecordProcessor {
    let records: Collected<LogRecordData>

    func onEmit(_ record: inout LogRecordData, context: GenAIContext) { records.append(record) }
}

extension LogRecordData {
    static func user(_ content: AttributeValue, to span: SpanContext? = nil) -> LogRecordData {
        LogRecordData(eventName: "gen_ai.user.message", body: ["content": content], spanContext: span)
    }

    static func choice(
        _ content: String, index: Int = 0, finishReason: String = "stop", to span: SpanContext? = nil
    ) -> LogRecordData {
        LogRecordData(
            eventName: "gen_ai.choice",
            body: [
                "index": .int(index), "finish_reason": .string(finishReason),
                "message": ["role": "assistant", "content": .string(content)],
            ], spanContext: span)
    }
}

extension SpanData {
    func text(_ name: String) -> String? {
        guard case .string(let text)? = attributes[name] else { return nil }
        return text
    }

    /// The entries of a JSON attribute, read by a parser that is not ours.
    func entries(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [NSDictionary] {
        let written = try #require(text(name), "no \(name)", sourceLocation: sourceLocation)
        let json = try JSONSerialization.jsonObject(with: Data(written.utf8))
        return try #require(json as? [NSDictionary], sourceLocation: sourceLocation)
    }
}

/// Entries as a JSON literal, to compare with.
func json(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [NSDictionary] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [NSDictionary], sourceLocation: sourceLocation)
}
