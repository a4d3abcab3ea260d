// SPDX-License-Identifier: MIT
import Last9GenAI
import Synchronization
import Testing

/// Collects finished spans and log records at once, without a task in between.
final class Collector: SpanProcessor, LogRecordProcessor {
    private let state = Mutex<(spans: [SpanData], records: [LogRecordData])>(([], []))

    var spans: [SpanData] { state.withLock { $0.spans } }
    var records: [LogRecordData] { state.withLock { $0.records } }

    func onEnd(_ span: SpanData) { state.withLock { $0.spans.append(span) } }
    func onEmit(_ record: inout LogRecordData, context: GenAIContext) {
        let seen = record
        state.withLock { $0.records.append(seen) }
    }
    func forceFlush(timeout: Duration) async -> Bool { true }
    func shutdown(timeout: Duration) async -> Bool { true }
}

/// A tracer with Last9's processor and a collector behind it.
struct Harness {
    let collector = Collector()
    let ledger: CostLedger
    let provider: TracerProvider
    let logs: LoggerProvider
    var tracer: TracerProvider.Tracer { provider.tracer(named: "test") }
    var spans: [SpanData] { collector.spans }

    init(
        content: ContentCapture = .nowhere, conventions: GenAIConventions = .v1_36,
        pricing: [String: ModelPricing] = [:], ledger: CostLedger = CostLedger(), redactor: Redactor? = nil
    ) {
        let environment = TelemetryEnvironment([:])
        self.ledger = ledger
        var configuration = TracerProvider.Configuration(environment: environment)
        configuration.instrumentation = InstrumentationSettings(
            contentCapture: content, conventions: conventions, environment: environment)
        configuration.redactor = redactor
        let prices = LivePrices(PriceBook(overrides: pricing))
        configuration.processors = [Last9SpanProcessor(prices: prices, ledger: ledger), collector]
        provider = TracerProvider(configuration)
        var logging = LoggerProvider.Configuration(environment: environment)
        logging.redactor = redactor
        logging.processors = [collector]
        logs = LoggerProvider(logging)
    }

    /// The span of that name, when there is exactly one.
    func span(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> SpanData {
        let found = spans.filter { $0.name == name }
        try #require(found.count == 1, "\(found.count) spans named \(name)", sourceLocation: sourceLocation)
        return found[0]
    }

    /// A call to a model as an uninstrumented client would record it by hand.
    @discardableResult
    func call(_ model: String = "gpt-4o-mini", input: Int? = 1_000, output: Int? = 100) -> TraceSpan {
        let span = tracer.startModelCall(model)
        span.setResponse(
            UsageReport(model: model, usage: TokenUsage(inputTokens: input, outputTokens: output)))
        span.end()
        return span
    }
}

extension TracerProvider.Tracer {
    /// The span of a call to a model as somebody else's instrumentation makes it.
    func startModelCall(_ model: String, name: String? = nil) -> TraceSpan {
        let span = startSpan(
            name ?? "chat \(model)", kind: .client,
            attributes: ["gen_ai.operation.name": "chat", "gen_ai.request.model": .string(model)])
        span.setRequest(model: model)
        return span
    }
}

/// An answer of a client of the application's own.
struct Answer: UsageReporting, Encodable {
    var text = "Fine."
    var model = "gpt-4o-mini"
    var input = 1_000
    var output = 100

    var usageReport: UsageReport {
        UsageReport(
            model: model, responseID: "r-1", finishReasons: ["stop"],
            usage: TokenUsage(inputTokens: input, outputTokens: output), text: text)
    }
}

struct Trouble: Error, CustomStringConvertible {
    var description = "trouble"
}
