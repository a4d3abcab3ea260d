// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetryTesting
import Testing

@testable import GenAITelemetry

/// Something whose release can be seen.
private final class Token: Sendable {}

@Suite("Growth")
struct GrowthTests {
    @Test("a redactor that was replaced is released, and so is one that was taken away")
    func replacedRedactors() {
        let tracing = TracerProvider(TracerProvider.Configuration(environment: TelemetryEnvironment([:])))
        let logging = LoggerProvider(LoggerProvider.Configuration(environment: TelemetryEnvironment([:])))
        weak var first: Token?
        do {
            let token = Token()
            first = token
            let redactor = Redactor(custom: { text in withExtendedLifetime(token) { text } })
            tracing.setRedactor(redactor)
            logging.setRedactor(redactor)
        }
        #expect(first != nil)
        tracing.setRedactor(Redactor())
        logging.setRedactor(nil)
        #expect(first == nil)
    }

    @Test("changed settings hold for the next call, however often they change")
    func toggledSettings() {
        let provider = TracerProvider(TracerProvider.Configuration(environment: TelemetryEnvironment([:])))
        let tracer = provider.tracer(named: "t")
        for number in 0..<10_000 {
            var settings = InstrumentationSettings(
                contentCapture: number.isMultiple(of: 2) ? .everywhere : .nowhere, conventions: .development,
                emitsOperationDetails: number.isMultiple(of: 3), environment: TelemetryEnvironment([:]))
            settings.exportsForeignContent = number.isMultiple(of: 5)
            provider.setInstrumentation(settings)
            if tracer.instrumentation != settings { Issue.record("\(tracer.instrumentation)") }
        }
    }

    @Test("a span is seen by the processors that there were when it started, and by all of them")
    func addedProcessors() {
        let provider = TracerProvider(TracerProvider.Configuration(environment: TelemetryEnvironment([:])))
        let tracer = provider.tracer(named: "t")
        let seen = (0..<40).map { _ in SpanNames() }
        var spans: [TraceSpan] = []
        for (number, processor) in seen.enumerated() {
            spans.append(tracer.startSpan("\(number)"))
            provider.addProcessor(processor)
        }
        for span in spans { span.end() }
        for (number, processor) in seen.enumerated() {
            #expect(processor.ended == (number + 1..<40).map(String.init))
        }
    }

    @Test("a long chain of spans that were never ended is released without recursion")
    func unendedChain() {
        let provider = TracerProvider(TracerProvider.Configuration(environment: TelemetryEnvironment([:])))
        let tracer = provider.tracer(named: "t")
        var context = GenAIContext()
        for _ in 0..<100_000 { context = context.settingSpan(tracer.startSpan("s", context: context)) }
        #expect(provider.statistics.live(.recordAndSample) == 100_000)
        context = GenAIContext()
    }

    @Test("waiting items are bounded in bytes, and what finds no room is counted apart", arguments: [1, 40])
    func boundedBytes(kilobytes: Int) async {
        let exporter = HangingExporter()
        let options = batchOptions {
            $0.maxQueueBytes = 100 << 10
            $0.maxExportBatchSize = 1
        }
        let processor = BatchSpanProcessor(exporter: exporter, options: options)
        processor.onEnd(makeSpan(0))
        await exporter.waitForItems(1)
        let text = AttributeValue.string(String(repeating: "x", count: kilobytes << 10))
        for number in 1...200 { processor.onEnd(makeSpan(number, attributes: ["prompt": text])) }
        let statistics = processor.statistics
        #expect(statistics.waiting <= 100 / kilobytes)
        #expect(statistics.dropped.queueBytesFull == 200 - statistics.waiting)
        #expect(statistics.dropped.queueFull == 0)
        #expect(statistics.addsUp)
        exporter.release()
        #expect(await processor.shutdown(timeout: patience))
    }

    @Test("log records are bounded in bytes as well, by the length of their bodies")
    func boundedRecordBytes() async {
        let exporter = HangingExporter()
        var options = BatchOptions.logRecords(environment: TelemetryEnvironment([:]))
        options.maxQueueBytes = 100 << 10
        options.maxExportBatchSize = 1
        let processor = BatchLogRecordProcessor(exporter: exporter, options: options)
        var record = LogRecordData(body: "first")
        processor.onEmit(&record, context: GenAIContext())
        await exporter.waitForItems(1)
        for _ in 1...20 {
            var record = LogRecordData(body: .string(String(repeating: "x", count: 30 << 10)))
            processor.onEmit(&record, context: GenAIContext())
        }
        #expect(processor.statistics.waiting == 3)
        #expect(processor.statistics.dropped.queueBytesFull == 17)
        exporter.release()
        #expect(await processor.shutdown(timeout: patience))
    }

    @Test("attribute sets are bounded in bytes: long ones go into the overflow series")
    func boundedSeries() {
        let reader = ManualMetricReader()
        var configuration = MeterProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.readers = [reader]
        let provider = MeterProvider(configuration)
        let meter = provider.meter(named: "m")
        let counter = meter.counter(named: "c")
        let gauge = meter.observableGauge(named: "g", of: Int.self)
        let long = String(repeating: "x", count: 1 << 20)
        gauge.addCallback { observer in
            for number in 0..<40 { observer.observe(1, attributes: ["user": .string("\(number)\(long)")]) }
        }
        for number in 0..<40 { counter.add(1, attributes: ["user": .string("\(number)\(long)")]) }
        let metrics = reader.collect()
        for metric in metrics {
            #expect(metric.pointCount <= 17, "\(metric.name)")
            #expect(metric.pointCount > 1, "\(metric.name)")
        }
        #expect(metrics.count == 2)
        #expect(provider.overflowedMeasurementCount >= 20)
    }
}

/// Remembers the names of the spans that ended.
private final class SpanNames: SpanProcessor {
    private let names = Recorded<String>()
    var ended: [String] { names.all }

    func onEnd(_ span: SpanData) { names.append(span.name) }
}
