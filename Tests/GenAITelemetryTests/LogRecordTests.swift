// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization
import Testing

/// Keeps records as they pass, and may change them.
private final class RecordKeeper: LogRecordProcessor {
    private let seen = Mutex<[LogRecordData]>([])
    private let change: @Sendable (inout LogRecordData) -> Void
    var records: [LogRecordData] { seen.withLock { $0 } }

    init(_ change: @escaping @Sendable (inout LogRecordData) -> Void = { _ in }) {
        self.change = change
    }

    func onEmit(_ record: inout LogRecordData, context: GenAIContext) {
        let copy = record
        seen.withLock { $0.append(copy) }
        change(&record)
    }
}

/// An error whose description quotes content.
private struct Quoting: ErrorTypeProviding, CustomStringConvertible {
    let errorType = "quoting"
    let description = "the prompt was: secret"
    let contentFreeDescription = "refused"
}

@Suite("Log records")
struct LogRecordTests {
    private func provider(
        _ processors: [any LogRecordProcessor], _ variables: [String: String] = [:]
    ) -> LoggerProvider {
        var configuration = LoggerProvider.Configuration(
            environment: TelemetryEnvironment(variables), resource: Resource(["service.name": "tests"]))
        configuration.processors = processors
        return LoggerProvider(configuration)
    }

    @Test("get the time, the scope, the resource and the current span")
    func filledIn() throws {
        let keeper = RecordKeeper()
        let emitter = provider([keeper]).emitter(named: "library", version: "1")
        let tracer = makeProvider([]).tracer(named: "tests")
        let identity = tracer.withSpan("s") { span in
            emitter.emit(LogRecordData(eventName: "e", body: "text", severity: .warn))
            return span.context
        }
        let record = try #require(keeper.records.first)
        #expect(record.observedNanoseconds != nil && record.nanoseconds == nil)
        #expect(record.spanContext == identity)
        #expect(record.scope.name == "library" && record.scope.version == "1")
        #expect(record.resource.attributes == ["service.name": "tests"])
        #expect(record.severity?.rawValue == 13)
    }

    @Test("keep the span, the times and the context they are given")
    func explicit() {
        let keeper = RecordKeeper()
        let emitter = provider([keeper]).emitter(named: "library")
        let given = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(rawValue: 3))
        var record = LogRecordData(nanoseconds: 5, spanContext: given)
        record.observedNanoseconds = 6
        makeProvider([]).tracer(named: "tests").withSpan("s") { span in
            emitter.emit(record)
            emitter.emit(LogRecordData(), context: GenAIContext.current)
            emitter.emit(LogRecordData(), context: GenAIContext())
            #expect(keeper.records.map(\.spanContext) == [given, span.context, nil])
        }
        #expect(keeper.records.first?.nanoseconds == 5 && keeper.records.first?.observedNanoseconds == 6)
    }

    @Test("have limits on attributes, but none on the body")
    func limits() throws {
        let keeper = RecordKeeper()
        let variables = [
            "OTEL_ATTRIBUTE_COUNT_LIMIT": "9", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT": "1",
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3",
        ]
        let emitter = provider([keeper], variables).emitter(named: "library")
        emitter.emit(LogRecordData(body: ["long": "abcdef"], attributes: ["a": "abcdef", "b": 2]))
        let record = try #require(keeper.records.first)
        #expect(record.attributes == ["a": "abc"] && record.droppedAttributesCount == 1)
        #expect(record.body == ["long": "abcdef"])
    }

    @Test("pass the processors in order, and what one changes the next one sees")
    func order() {
        let first = RecordKeeper { $0.attributes["first"] = true }
        let second = RecordKeeper()
        provider([first, second]).emitter(named: "library").emit(LogRecordData())
        #expect(first.records.map(\.attributes) == [[:]])
        #expect(second.records.map(\.attributes) == [["first": true]])
    }

    @Test("describe an error, but not over what the user has set")
    func exception() {
        let keeper = RecordKeeper()
        let emitter = provider([keeper]).emitter(named: "library")
        emitter.emit(LogRecordData(), error: Failed())
        emitter.emit(LogRecordData(attributes: ["exception.message": "mine"]), error: Failed())
        let type = AttributeValue.string(String(reflecting: Failed.self))
        #expect(
            keeper.records.map(\.attributes) == [
                ["exception.type": type, "exception.message": "the shelf is empty"],
                ["exception.type": type, "exception.message": "mine"],
            ])
    }

    @Test("describe an error without content where the span around may have none", arguments: [true, false])
    func exceptionContent(isAllowed: Bool) {
        let keeper = RecordKeeper()
        let emitter = provider([keeper]).emitter(named: "library")
        let tracer = makeProvider([]) { $0.instrumentation.contentCapture = isAllowed ? .everywhere : .nowhere }
            .tracer(named: "tests")
        tracer.withSpan("s") { _ in emitter.emit(LogRecordData(), error: Quoting()) }
        let message = AttributeValue.string(isAllowed ? "the prompt was: secret" : "refused")
        #expect(keeper.records.first?.attributes == ["exception.type": "quoting", "exception.message": message])
    }

    @Test("need not be built when nobody listens")
    func isEnabled() async {
        #expect(!provider([]).emitter(named: "library").isEnabled)
        #expect(!provider([RecordKeeper()], ["OTEL_SDK_DISABLED": "true"]).emitter(named: "library").isEnabled)
        let provider = provider([RecordKeeper()])
        let emitter = provider.emitter(named: "library")
        #expect(emitter.isEnabled)
        #expect(await provider.shutdown())
        #expect(!emitter.isEnabled)
    }

    @Test("are counted, and ignored after the shutdown")
    func shutdown() async {
        let keeper = RecordKeeper()
        let provider = provider([keeper])
        let emitter = provider.emitter(named: "")
        emitter.emit(LogRecordData())
        #expect(await provider.shutdown())
        #expect(await provider.shutdown())
        emitter.emit(LogRecordData())
        #expect(keeper.records.count == 1 && provider.emittedCount == 1)
    }
}
