// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetryTesting
import Synchronization
import Testing

@testable import GenAITelemetry

/// Blocks threads until it is released.
private final class Barrier: Sendable {
    private let gate = ThreadCondition(false)
    private let entered = Recorded<Void>()
    var hasBeenReached: Bool { !entered.all.isEmpty }

    func release() { gate.update { $0 = true } }

    func block() {
        entered.append(())
        gate.wait { $0 ? .done(()) : .sleep(until: nil) }
    }
}

/// Blocks the thread that it is called on.
private struct BlockingExporter: SpanExporter, LogRecordExporter, MetricExporter {
    let barrier: Barrier

    func export(_ batch: [SpanData]) async throws(ExportError) { barrier.block() }
    func export(_ batch: [LogRecordData]) async throws(ExportError) { barrier.block() }
    func export(_ batch: [MetricData]) async throws(ExportError) { barrier.block() }
    func forceFlush() async throws(ExportError) { barrier.block() }
    func shutdown() async { barrier.block() }
}

/// Blocks the thread on which it is flushed or shut down.
private struct BlockingProcessor: SpanProcessor, LogRecordProcessor, MetricReader {
    let barrier: Barrier

    func onEmit(_ record: inout LogRecordData, context: GenAIContext) {}
    func temporality(for kind: InstrumentKind) -> AggregationTemporality { .cumulative }
    func attach(to source: MetricSource) {}

    func forceFlush(timeout: Duration) async -> Bool {
        barrier.block()
        return true
    }

    func shutdown(timeout: Duration) async -> Bool {
        barrier.block()
        return true
    }
}

/// Three providers with eight of everything: more than the pool of any test machine has threads.
private struct Providers {
    let tracer: TracerProvider
    let logger: LoggerProvider
    let meter: MeterProvider

    init(
        spans: @autoclosure () -> any SpanProcessor, logs: @autoclosure () -> any LogRecordProcessor,
        metrics: @autoclosure () -> any MetricReader
    ) {
        var tracing = TracerProvider.Configuration(environment: TelemetryEnvironment([:]))
        tracing.processors = (0..<8).map { _ in spans() }
        var logging = LoggerProvider.Configuration(environment: TelemetryEnvironment([:]))
        logging.processors = (0..<8).map { _ in logs() }
        var metering = MeterProvider.Configuration(environment: TelemetryEnvironment([:]))
        metering.readers = (0..<8).map { _ in metrics() }
        tracer = TracerProvider(tracing)
        logger = LoggerProvider(logging)
        meter = MeterProvider(metering)
    }

    func record() {
        tracer.tracer(named: "t").startSpan("s").end()
        logger.emitter(named: "t").emit(LogRecordData(body: "b"))
        meter.meter(named: "t").counter(named: "c").add(1)
    }

    func flush(timeout: Duration = .milliseconds(50)) async -> [Bool] {
        async let traces = tracer.forceFlush(timeout: timeout)
        async let logs = logger.forceFlush(timeout: timeout)
        async let metrics = meter.forceFlush(timeout: timeout)
        return await [traces, logs, metrics]
    }

    func shutdown(timeout: Duration = .milliseconds(50)) async -> [Bool] {
        async let traces = tracer.shutdown(timeout: timeout)
        async let logs = logger.shutdown(timeout: timeout)
        async let metrics = meter.shutdown(timeout: timeout)
        return await [traces, logs, metrics]
    }
}

@Suite("What blocks its thread", .timeLimit(.minutes(1)))
struct BlockingTests {
    private let barrier = Barrier()

    @Test("holds up neither a flush nor a shutdown when it is an exporter")
    func exporters() async {
        let exporter = BlockingExporter(barrier: barrier)
        let providers = Providers(
            spans: BatchSpanProcessor(exporter: exporter), logs: SimpleLogRecordProcessor(exporter: exporter),
            metrics: PeriodicMetricReader(exporter: exporter))
        providers.record()
        #expect(await providers.flush() == [false, false, false])
        #expect(await providers.shutdown() == [false, false, false])
        #expect(barrier.hasBeenReached)
        barrier.release()
    }

    @Test("holds up neither a flush nor a shutdown when it is a processor or reader of the program")
    func processors() async {
        let processor = BlockingProcessor(barrier: barrier)
        let providers = Providers(spans: processor, logs: processor, metrics: processor)
        let (spans, records) = (InMemorySpanExporter(), InMemoryLogRecordExporter())
        providers.tracer.addProcessor(BatchSpanProcessor(exporter: spans))
        providers.logger.addProcessor(BatchLogRecordProcessor(exporter: records))
        providers.record()
        #expect(await providers.flush() == [false, false, false])
        #expect(await providers.shutdown(timeout: .seconds(3)) == [false, false, false])
        #expect(barrier.hasBeenReached)
        #expect(spans.spans.count == 1 && spans.isShutDown)
        #expect(records.records.count == 1 && records.isShutDown)
        barrier.release()
    }

    @Test("holds up neither a flush nor a shutdown when it is a callback of metrics")
    func callbacks() async {
        let barrier = barrier
        let providers = Providers(
            spans: SimpleSpanProcessor(exporter: InMemorySpanExporter()),
            logs: SimpleLogRecordProcessor(exporter: InMemoryLogRecordExporter()),
            metrics: PeriodicMetricReader(exporter: InMemoryMetricExporter()))
        let gauge = providers.meter.meter(named: "t").observableGauge(named: "g", of: Int.self)
        let registration = gauge.addCallback { _ in barrier.block() }
        #expect(await providers.flush().last == false)
        #expect(await providers.shutdown().last == false)
        #expect(barrier.hasBeenReached)
        barrier.release()
        registration.cancel()
    }

    @Test("is given up at the export timeout")
    func timeout() async {
        let processor = BatchSpanProcessor(
            exporter: BlockingExporter(barrier: barrier), options: batchOptions { $0.exportTimeout = .milliseconds(20) }
        )
        processor.onEnd(makeSpan(1))
        _ = await processor.forceFlush(timeout: .milliseconds(200))
        while processor.statistics.dropped.timedOut == 0 { await Task.yield() }
        barrier.release()
        await processor.shutdown(timeout: patience)
        #expect(processor.statistics.addsUp)
    }
}

/// Counts what it is told; may serve all three signals.
private final class ObservedExporter: SpanExporter, LogRecordExporter, MetricExporter, PipelineExporter {
    struct Counts: Equatable {
        var exports = 0
        var flushes = 0
        var preparations = 0
        var shutdowns = 0
    }

    private let state = Mutex(Counts())
    var counts: Counts { state.withLock { $0 } }

    func export(_ batch: [SpanData]) async throws(ExportError) { state.withLock { $0.exports += 1 } }
    func export(_ batch: [LogRecordData]) async throws(ExportError) { state.withLock { $0.exports += 1 } }
    func export(_ batch: [MetricData]) async throws(ExportError) { state.withLock { $0.exports += 1 } }
    func forceFlush() async throws(ExportError) { state.withLock { $0.flushes += 1 } }
    func shutdown() async { state.withLock { $0.shutdowns += 1 } }
    func prepareForShutdown() { state.withLock { $0.preparations += 1 } }
}

/// A value that stands for an object, as the OTLP exporters do.
private struct CountingCopy: SpanExporter, PipelineExporter {
    let counting: ObservedExporter
    var shared: AnyObject? { counting }

    func export(_ batch: [SpanData]) async throws(ExportError) { try await counting.export(batch) }
    func shutdown() async { await counting.shutdown() }
    func prepareForShutdown() { counting.prepareForShutdown() }
}

@Suite("An exporter that several pipelines share", .timeLimit(.minutes(1)))
struct SharedExporterTests {
    private let exporter = ObservedExporter()

    @Test("is shut down by the last of them, whichever signal that is, and takes everything before")
    func signals() async {
        let spans = BatchSpanProcessor(exporter: exporter, options: batchOptions())
        let records = SimpleLogRecordProcessor(exporter: exporter)
        let reader = PeriodicMetricReader(exporter: exporter)
        let meter = MeterProvider(
            {
                var configuration = MeterProvider.Configuration(environment: TelemetryEnvironment([:]))
                configuration.readers = [reader]
                return configuration
            }())
        meter.meter(named: "t").counter(named: "c").add(1)
        #expect(await meter.shutdown(timeout: patience))
        #expect(exporter.counts.shutdowns == 0 && exporter.counts.preparations == 0)
        spans.onEnd(makeSpan(1))
        #expect(await spans.shutdown(timeout: patience))
        #expect(await spans.shutdown(timeout: patience))
        #expect(exporter.counts.shutdowns == 0 && exporter.counts.preparations == 0)
        var record = LogRecordData(body: "b")
        records.onEmit(&record, context: GenAIContext())
        #expect(await records.shutdown(timeout: patience))
        #expect(exporter.counts.exports == 3)
        #expect(exporter.counts.shutdowns == 1 && exporter.counts.preparations == 1)
    }

    @Test("is shut down once when all of them are at the same time, and warned before")
    func together() async {
        let pipelines = (0..<10).map { _ in BatchSpanProcessor(exporter: exporter, options: batchOptions()) }
        await withTaskGroup(of: Void.self) { group in
            for pipeline in pipelines { group.addTask { await pipeline.shutdown(timeout: patience) } }
        }
        #expect(exporter.counts.shutdowns == 1 && exporter.counts.preparations == 1)
    }

    @Test("is shut down by the last one although others were released without a shutdown")
    func released() async {
        let pipeline = BatchSpanProcessor(exporter: exporter, options: batchOptions())
        do {
            _ = PeriodicMetricReader(exporter: exporter)
            _ = FanOutSpanExporter([exporter])
        }
        #expect(await pipeline.shutdown(timeout: patience))
        #expect(exporter.counts.shutdowns == 1)
    }

    @Test("counts as one where copies of a value stand for the same object")
    func copies() async {
        let (first, second) = (CountingCopy(counting: exporter), CountingCopy(counting: exporter))
        let pipelines = [first, second].map { BatchSpanProcessor(exporter: $0, options: batchOptions()) }
        #expect(await pipelines[0].shutdown(timeout: patience))
        #expect(exporter.counts.shutdowns == 0)
        #expect(await pipelines[1].shutdown(timeout: patience))
        #expect(exporter.counts.shutdowns == 1 && exporter.counts.preparations == 1)
    }

    @Test("counts once for each fan-out, and is warned through it")
    func fanOut() async {
        let first = BatchSpanProcessor(exporter: FanOutSpanExporter([exporter]), options: batchOptions())
        let second = BatchSpanProcessor(exporter: FanOutSpanExporter([exporter]), options: batchOptions())
        #expect(await first.shutdown(timeout: patience))
        #expect(exporter.counts.shutdowns == 0 && exporter.counts.preparations == 0)
        #expect(await second.shutdown(timeout: patience))
        #expect(exporter.counts.shutdowns == 1 && exporter.counts.preparations == 1)
    }
}

@Suite("Timers")
struct TimerQueueTests {
    @Test("come up in order, those of the same time too, and leave nothing behind when they are removed")
    func order() {
        var queue = TimerQueue()
        var generator = SystemRandomNumberGenerator()
        let timers = (0..<1_000).map { _ in PendingTimer(due: .random(in: 0..<200, using: &generator)) {} }
        for timer in timers { queue.add(timer) }
        for timer in timers.prefix(500) { queue.remove(timer) }
        for timer in timers.prefix(500) { queue.remove(timer) }
        #expect(queue.count == 500)
        #expect(queue.nextDue == timers.dropFirst(500).map(\.due).min())
        let early = queue.takeDue(at: 99)
        #expect(early.map(\.due) == timers.dropFirst(500).map(\.due).filter { $0 <= 99 }.sorted())
        #expect(queue.takeDue(at: 200).map(\.due) == timers.dropFirst(500).map(\.due).filter { $0 > 99 }.sorted())
        #expect(queue.count == 0 && queue.nextDue == nil)
    }

    @Test("of sleepers that were cancelled, also before they slept, do not stay until their time has come")
    func cancelled() async {
        for _ in 0..<5_000 {
            let sleeper = Task { try await TimerThreadClock().sleep(for: .seconds(3_600)) }
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
        }
        // Other tests have a few of their own.
        #expect(TimerThreadClock.waitingCount < 1_000)
    }

    @Test("of pipelines go when they are cancelled, also where a program has brought the clock of the system")
    func systemClock() {
        let runtime = ExportRuntime(exporterBlocks: false, clock: ContinuousClock())
        let timers = (0..<1_000).map { _ in runtime.after(.seconds(3_600)) {} }
        #expect(TimerThreadClock.waitingCount >= 1_000)
        for timer in timers { timer.cancel() }
        #expect(TimerThreadClock.waitingCount < 1_000)
    }
}
