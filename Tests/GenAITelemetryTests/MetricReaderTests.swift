// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import GenAITelemetryTesting
import Synchronization
import Testing

@Suite("Periodic metric reader", .timeLimit(.minutes(1)))
struct MetricReaderTests {
    private let clock = ManualClock()

    private func provider(_ reader: PeriodicMetricReader) -> MeterProvider {
        var configuration = MeterProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.readers = [reader]
        return MeterProvider(configuration)
    }

    private func reader(
        _ exporter: any MetricExporter, _ environment: [String: String] = [:]
    ) -> PeriodicMetricReader {
        PeriodicMetricReader(
            exporter: exporter,
            configuration: PeriodicMetricReader.Configuration(environment: TelemetryEnvironment(environment)),
            clock: clock)
    }

    static let settings: [(variables: [String: String], interval: Duration, timeout: Duration?)] = [
        ([:], .seconds(60), .seconds(30)),
        (
            ["OTEL_METRIC_EXPORT_INTERVAL": "1500", "OTEL_METRIC_EXPORT_TIMEOUT": "250"], .milliseconds(1500),
            .milliseconds(250)
        ),
        (["OTEL_METRIC_EXPORT_INTERVAL": "2147483647"], .milliseconds(2_147_483_647), .seconds(30)),
        (["OTEL_METRIC_EXPORT_INTERVAL": "0", "OTEL_METRIC_EXPORT_TIMEOUT": "0"], .seconds(60), nil),
        (["OTEL_METRIC_EXPORT_INTERVAL": "-1", "OTEL_METRIC_EXPORT_TIMEOUT": "x"], .seconds(60), .seconds(30)),
    ]

    @Test("interval and timeout come from the environment, with sane defaults", arguments: settings)
    func environment(variables: [String: String], interval: Duration, timeout: Duration?) {
        let configuration = PeriodicMetricReader.Configuration(environment: TelemetryEnvironment(variables))
        #expect(configuration.interval == interval)
        #expect(configuration.timeout == timeout)
    }

    @Test("collects and exports once per interval")
    func interval() async {
        let exporter = InMemoryMetricExporter(temporality: .delta)
        let provider = provider(reader(exporter))
        let counter = provider.meter(named: "test").counter(named: "c")
        for round in 1...3 {
            counter.add(round)
            await clock.waitForSleeper(dueIn: .seconds(60))
            clock.advance(by: .seconds(60))
            #expect(await exporter.waitForMetrics(round).last?.pointCount == 1)
        }
        #expect(exporter.batches.map { $0.numbers("c").map(\.value) } == [[.int(1)], [.int(2)], [.int(3)]])
    }

    @Test("a flush exports at once; with nothing recorded nothing is exported")
    func flush() async {
        let exporter = InMemoryMetricExporter()
        let reader = reader(exporter)
        let provider = provider(reader)
        #expect(await provider.forceFlush())
        #expect(exporter.batches.isEmpty)
        provider.meter(named: "test").counter(named: "c").add(1)
        #expect(await provider.forceFlush())
        #expect(exporter.metrics.count == 1)
        #expect(reader.statistics.exportedPointCount == 1)
    }

    @Test("with the longest interval the shutdown still exports everything, and shuts the exporter down")
    func shutdownExports() async {
        let exporter = InMemoryMetricExporter(temporality: .delta)
        let reader = reader(exporter, ["OTEL_METRIC_EXPORT_INTERVAL": "2147483647"])
        let provider = provider(reader)
        provider.meter(named: "test").counter(named: "c").add(3)
        #expect(await provider.shutdown())
        #expect(exporter.batches.map { $0.numbers("c").map(\.value) } == [[.int(3)]])
        #expect(exporter.isShutDown)
        #expect(await reader.shutdown(timeout: .seconds(1)))
        #expect(!(await reader.forceFlush(timeout: .seconds(1))))
        #expect(exporter.batches.count == 1)
    }

    @Test("an export is cancelled at its timeout, its points are counted as lost, and the next one starts")
    func exportTimeout() async {
        let exporter = HangingExporter()
        let reader = reader(exporter)
        let provider = provider(reader)
        provider.meter(named: "test").counter(named: "c").add(1)
        async let isFlushed = reader.forceFlush(timeout: .seconds(100))
        await exporter.waitForItems(1)
        await clock.waitForSleeper(dueIn: .seconds(30))
        clock.advance(by: .seconds(30))
        #expect(!(await isFlushed))
        #expect(reader.statistics.lostPointCount == 1)
        #expect(reader.statistics.failedExportCount == 1)
        exporter.release()
        #expect(await reader.forceFlush(timeout: .seconds(100)))
        #expect(exporter.peakConcurrency == 1)
    }

    @Test("flush and shutdown return at their deadlines while an exporter hangs and ignores its cancellation")
    func deadlines() async {
        let exporter = HangingExporter(ignoresCancellation: true)
        let reader = reader(exporter)
        let provider = provider(reader)
        provider.meter(named: "test").counter(named: "c").add(1)
        async let first = reader.forceFlush(timeout: .seconds(5))
        await exporter.waitForItems(1)
        await clock.waitForSleeper(dueIn: .seconds(5))
        clock.advance(by: .seconds(5))
        #expect(!(await first))
        async let second = provider.shutdown(timeout: .seconds(7))
        await clock.waitForSleeper(dueIn: .seconds(7))
        clock.advance(by: .seconds(7))
        #expect(!(await second))
        #expect(exporter.batchSizes == [1])
        exporter.release()
    }

    @Test("while an export is under way due collections are skipped and nothing is lost")
    func skipping() async {
        let exporter = HangingExporter(ignoresCancellation: true)
        let reader = reader(exporter, ["OTEL_METRIC_EXPORT_TIMEOUT": "0"])
        let provider = provider(reader)
        let counter = provider.meter(named: "test").counter(named: "c")
        counter.add(1)
        for _ in 0..<3 {
            await clock.waitForSleeper(dueIn: .seconds(60))
            clock.advance(by: .seconds(60))
        }
        await exporter.waitForItems(1)
        await clock.waitForSleeper(dueIn: .seconds(60))
        #expect(exporter.batchSizes == [1])
        #expect(reader.statistics.skippedCollectionCount == 2)
        exporter.release()
        #expect(await reader.forceFlush(timeout: .seconds(100)))
        #expect(exporter.peakConcurrency == 1)
        #expect(reader.statistics.exportedPointCount == 2)
    }

    @Test("a flush during an export waits for it and exports what came since")
    func flushDuringExport() async {
        let exporter = HangingExporter()
        let reader = reader(exporter)
        let provider = provider(reader)
        let counter = provider.meter(named: "test").counter(named: "c")
        counter.add(1)
        async let first = reader.forceFlush(timeout: .seconds(100))
        await exporter.waitForItems(1)
        counter.add(1, attributes: ["k": 1])
        async let second = reader.forceFlush(timeout: .seconds(101))
        await clock.waitForSleeper(dueIn: .seconds(101))
        exporter.release()
        #expect(await first)
        #expect(await second)
        #expect(exporter.peakConcurrency == 1)
        #expect(reader.statistics.lostPointCount == 0)
    }

    @Test("failed exports are counted; cumulative points come again")
    func failure() async {
        let exporter = FailingExporter(ExportError(.unreachable, "connection refused"), failures: 1)
        let reader = reader(exporter)
        let provider = provider(reader)
        provider.meter(named: "test").counter(named: "c").add(1)
        #expect(!(await provider.forceFlush()))
        #expect(await provider.forceFlush())
        #expect(reader.statistics.lostPointCount == 1)
        #expect(reader.statistics.exportedPointCount == 1)
    }

    @Test("a flush from inside the exporter does not wait for itself")
    func reentrantFlush() async {
        let exporter = FlushingExporter()
        let reader = reader(exporter)
        exporter.reader.withLock { $0 = reader }
        let provider = provider(reader)
        provider.meter(named: "test").counter(named: "c").add(1)
        #expect(await reader.forceFlush(timeout: .seconds(100)))
        #expect(exporter.outcomes.withLock { $0 }.first == false)
        exporter.reader.withLock { $0 = nil }
    }

    @Test("a reader that nobody holds any more stops to collect")
    func release() async {
        weak var released: PeriodicMetricReader?
        do {
            let reader = reader(InMemoryMetricExporter())
            released = reader
            _ = provider(reader)
            await clock.waitForSleeper(dueIn: .seconds(60))
        }
        #expect(released == nil)
        while clock.sleeperCount > 0 { await Task.yield() }
        #expect(clock.sleeperCount == 0)
    }

    @Test("the exporter's preferences decide temporality and aggregation")
    func preferences() {
        let reader = reader(InMemoryMetricExporter(temporality: .delta))
        #expect(reader.temporality(for: .counter) == .delta)
        #expect(reader.temporality(for: .upDownCounter) == .cumulative)
    }

    @Test("the environment chooses between the histogram aggregations")
    func histogramAggregation() {
        func choice(_ word: String) -> MetricAggregation? {
            .defaultHistogram(
                environment: TelemetryEnvironment(["OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": word]))
        }
        #expect(choice("explicit_bucket_histogram") == .explicitBuckets())
        #expect(choice("BASE2_exponential_bucket_histogram") == .exponentialBuckets())
        #expect(choice("other") == nil)
    }
}

/// Asks its reader for a flush while it exports.
private final class FlushingExporter: MetricExporter {
    let reader = Mutex<PeriodicMetricReader?>(nil)
    let outcomes = Mutex<[Bool]>([])

    func export(_ batch: [MetricData]) async throws(ExportError) {
        // Only once: each asks for a further collection.
        guard outcomes.withLock({ $0.isEmpty }), let reader = reader.withLock({ $0 }) else { return }
        let outcome = await reader.forceFlush(timeout: .seconds(100))
        outcomes.withLock { $0.append(outcome) }
    }
}
