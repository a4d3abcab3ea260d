// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Last9GenAI
import LoopbackServer
import Testing

@Suite("Statistics", .timeLimit(.minutes(2)))
struct StatisticsTests {
    private func install(
        _ variables: [String: String], _ change: (inout Last9.Configuration) -> Void = { _ in }
    ) throws -> Last9Telemetry {
        var configuration = Last9.Configuration(becomesGlobal: false, environment: TelemetryEnvironment(variables))
        change(&configuration)
        return try Last9.install(configuration)
    }

    @Test("tell what was delivered, what was lost and why, for all three signals")
    func account() async throws {
        let server = try LoopbackServer { request in
            request.path == "/v1/logs" ? .text(400, "no") : .response(200)
        }
        let telemetry = try install(["OTEL_EXPORTER_OTLP_ENDPOINT": server.url, "OTEL_BSP_MAX_QUEUE_SIZE": "10"])
        let tracer = telemetry.tracerProvider.tracer(named: "tests")
        for _ in 0..<3 { tracer.startSpan("s").end() }
        telemetry.loggerProvider.emitter(named: "tests").emit(LogRecordData(body: "x"))
        telemetry.meterProvider.meter(named: "tests").counter(named: "c").add(-1)
        #expect(await telemetry.shutdown(timeout: .seconds(60)) == false)

        let statistics = telemetry.statistics
        #expect(statistics.spans.started == 3 && statistics.spansDropped == 0)
        #expect(statistics.spanPipelines.map { $0.otlp?.delivered } == [3])
        #expect(statistics.spanPipelines.map { $0.otlp?.requests } == [1])
        #expect(statistics.spanPipelines.map(\.queue.queueCapacity) == [10])
        #expect(statistics.logRecordsEmitted == 1 && statistics.logRecordsDropped == 1)
        #expect(statistics.logRecordPipelines.map(\.losses) == [[.rejected: 1]])
        #expect(statistics.dataPointsDropped == 0)
        #expect(statistics.metricPipelines.allSatisfy { $0.reader.exportedPointCount > 0 })
        #expect(statistics.measurementsDiscarded == 1)
    }

    @Test("say that a full queue drops, and that a span came too late")
    func losses() async throws {
        let exporter = HangingExporter()
        let telemetry = try install(["OTEL_BSP_MAX_QUEUE_SIZE": "2", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"]) {
            $0.spanExporters = [exporter]
        }
        let tracer = telemetry.tracerProvider.tracer(named: "tests")
        let late = tracer.startSpan("late")
        tracer.startSpan("in flight").end()
        await exporter.waitForItems(1)
        for _ in 0..<5 { tracer.startSpan("queued or dropped").end() }
        #expect(telemetry.statistics.spanPipelines[0].queue.waiting == 2)
        exporter.release()
        #expect(await telemetry.shutdown(timeout: .seconds(60)))
        late.end()
        let queue = telemetry.statistics.spanPipelines[0].queue
        #expect(queue.received == 7 && queue.exported == 3)
        #expect(queue.dropped.queueFull == 3 && queue.dropped.afterShutdown == 1)
        #expect(telemetry.statistics.spansDropped == 4)
    }

    @Test("count the messages that were too late for their span, and the entries that the ledger forgot")
    func others() async throws {
        let ledger = CostLedger(capacity: 2)
        let telemetry = try install([:]) {
            $0.ledger = ledger
            $0.spanExporters = []
        }
        let tracer = telemetry.tracerProvider.tracer(named: "tests")
        let span = tracer.startSpan("chat")
        span.end()
        telemetry.loggerProvider.emitter(named: "tests")
            .emit(LogRecordData(eventName: "gen_ai.user.message", body: ["content": "x"], spanContext: span.context))
        for number in 0..<10 {
            tracer.startSpan("chat", attributes: ["gen_ai.operation.name": "chat", "user.id": .string("\(number)")])
                .end()
        }
        #expect(telemetry.statistics.bridge.lateRecords == 1)
        #expect(telemetry.statistics.ledgerEntriesEvicted == ledger.evictedCount && ledger.evictedCount > 0)
        await telemetry.shutdown()
    }

    @Test("know one pipeline for an exporter that is named twice, and none for none")
    func exporterLists() async throws {
        let twice = try install([
            "OTEL_TRACES_EXPORTER": "otlp, OTLP,none,zipkin", "OTEL_LOGS_EXPORTER": "none",
            "OTEL_METRICS_EXPORTER": "otlp,console",
        ])
        #expect(twice.statistics.spanPipelines.count == 1)
        #expect(twice.statistics.logRecordPipelines.isEmpty)
        #expect(twice.statistics.metricPipelines.map { $0.otlp != nil } == [true, false])
        await twice.shutdown(timeout: .zero)
    }

    @Test("are all zero when the SDK is disabled, and nothing leaves")
    func disabled() async throws {
        let server = try LoopbackServer(replies: [.response(200)])
        let telemetry = try install(["OTEL_SDK_DISABLED": "True", "OTEL_EXPORTER_OTLP_ENDPOINT": server.url])
        telemetry.tracerProvider.tracer(named: "tests").startSpan("s").end()
        telemetry.loggerProvider.emitter(named: "tests").emit(LogRecordData(body: "x"))
        telemetry.meterProvider.meter(named: "tests").counter(named: "c").add(1)
        #expect(await telemetry.shutdown())
        #expect(telemetry.statistics.spans.started == 0 && telemetry.statistics.logRecordsEmitted == 0)
        #expect(server.requests.isEmpty)
    }
}

@Suite("Statistics that are printed", .timeLimit(.minutes(1)))
struct StatisticsTableTests {
    @Test("are a table with a line for each exporter, and what was lost and why below it")
    func everything() {
        var statistics = Last9Statistics()
        var queue = PipelineStatistics()
        (queue.received, queue.exported, queue.pending) = (123_456, 123_000, 56)
        (queue.dropped.queueFull, queue.dropped.exportFailed, queue.dropped.atShutdown) = (300, 90, 10)
        statistics.spanPipelines = [
            .init(
                queue: queue,
                otlp: OTLPStatistics(delivered: 123_000, rejected: 80, failed: 10, requests: 260, retries: 4),
                losses: [.rejected: 80, .unreachable: 10]),
            .init(queue: queue),
        ]
        statistics.logRecordPipelines = [.init(otlp: OTLPStatistics(failed: 2, waitingOnDisk: 7), losses: [.other: 2])]
        var reader = PeriodicMetricReader.Statistics()
        (reader.exportedPointCount, reader.lostPointCount) = (40, 2)
        statistics.metricPipelines = [.init(reader: reader)]
        statistics.logRecordsEmitted = 7
        (statistics.measurementsDiscarded, statistics.ledgerEntriesEvicted) = (1, 5)
        statistics.bridge.lateRecords = 3
        #expect(
            "\(statistics)" == """
                             received  exported  dropped  pending  delivered  rejected  failed  on disk  requests  retries
                spans          123456    123000      400       56     123000        80      10        .       260        4
                spans          123456    123000      400       56          .         .       .        .         .        .
                log records         .         .        .        .          .         .       2        7         .        .
                data points        42        40        2        .          .         .       .        .         .        .
                spans lost: 300 queue full, 90 export failed, 10 at shutdown; by the exporter 80 rejected, 10 unreachable
                spans lost: 300 queue full, 90 export failed, 10 at shutdown
                log records lost: by the exporter 2 other
                data points lost: 2 export failed
                spans: 0 started, 0 recorded, 0 not ended
                log records: 7 emitted
                measurements: 1 discarded
                messages: 3 too late for their span
                ledger entries: 5 evicted
                """)
    }

    @Test("are short where there is nothing to tell")
    func nothing() {
        #expect(
            "\(Last9Statistics())" == """
                no exporters
                spans: 0 started, 0 recorded, 0 not ended
                log records: 0 emitted
                """)
    }

    @Test("count what a program has done")
    func real() async throws {
        var configuration = Last9.Configuration(
            becomesGlobal: false, environment: TelemetryEnvironment(["OTEL_TRACES_SAMPLER": "always_off"]))
        configuration.spanExporters = [InMemorySpanExporter()]
        configuration.logRecordExporters = []
        configuration.metricExporters = []
        let telemetry = try Last9.install(configuration)
        let tracer = telemetry.tracerProvider.tracer(named: "tests")
        tracer.startSpan("plain").end()
        let call = tracer.startSpan("chat", attributes: ["gen_ai.operation.name": "chat"])
        #expect("\(telemetry.statistics)".contains("\nspans: 2 started, 1 recorded, 1 not ended\n"))
        call.end()
        await telemetry.shutdown()
    }
}

@Suite("The SDK's own metrics", .timeLimit(.minutes(2)))
struct SelfMetricsTests {
    /// The points of a metric in the last collection: values by the attributes that tell them apart.
    private func points(_ name: String, _ exporter: InMemoryMetricExporter) -> [Attributes: MetricNumber] {
        guard case .sum(let sum)? = exporter.batches.last?.first(where: { $0.name == name })?.content else {
            return [:]
        }
        return Dictionary(sum.points.map { ($0.attributes, $0.value) }, uniquingKeysWith: { $1 })
    }

    private func install(
        _ spans: any SpanExporter, _ metrics: InMemoryMetricExporter, enabled: Bool = true
    ) throws -> Last9Telemetry {
        var configuration = Last9.Configuration(
            becomesGlobal: false,
            environment: TelemetryEnvironment(["OTEL_BSP_MAX_QUEUE_SIZE": "2", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"]))
        configuration.spanExporters = [spans]
        configuration.logRecordExporters = [InMemoryLogRecordExporter()]
        configuration.metricExporters = [metrics]
        configuration.exportsSelfMetrics = enabled
        return try Last9.install(configuration)
    }

    @Test("say what started, what waits, what was exported and what was dropped")
    func values() async throws {
        let exporter = HangingExporter()
        let metrics = InMemoryMetricExporter()
        let telemetry = try install(exporter, metrics)
        let tracer = telemetry.tracerProvider.tracer(named: "tests")
        let open = tracer.startSpan("open")
        tracer.startSpan("in flight").end()
        await exporter.waitForItems(1)
        for _ in 0..<5 { tracer.startSpan("queued or dropped").end() }
        telemetry.loggerProvider.emitter(named: "tests").emit(LogRecordData(body: "x"))
        #expect(await telemetry.meterProvider.forceFlush())

        let sampled: Attributes = ["otel.span.sampling_result": "RECORD_AND_SAMPLE"]
        let rootSampled = sampled.merging(["otel.span.parent.origin": "none"])
        let processor: Attributes = [
            "otel.component.type": "batching_span_processor", "otel.component.name": "batching_span_processor/0",
        ]
        let type = "GenAITelemetryTesting.HangingExporter"
        let span: Attributes = ["otel.component.type": .string(type), "otel.component.name": .string("\(type)/0")]
        #expect(points("otel.sdk.span.started", metrics) == [rootSampled: .int(7)])
        #expect(points("otel.sdk.span.live", metrics)[sampled] == .int(1))
        #expect(points("otel.sdk.processor.span.queue.size", metrics) == [processor: .int(2)])
        #expect(points("otel.sdk.processor.span.queue.capacity", metrics) == [processor: .int(2)])
        #expect(
            points("otel.sdk.processor.span.processed", metrics) == [
                processor: .int(1), processor.merging(["error.type": "queue_full"]): .int(3),
            ])
        #expect(points("otel.sdk.exporter.span.inflight", metrics) == [span: .int(1)])
        #expect(points("otel.sdk.exporter.span.exported", metrics) == [span: .int(0)])
        #expect(points("otel.sdk.log.created", metrics) == [[:]: .int(1)])

        open.end()
        exporter.release()
        await telemetry.shutdown(timeout: .seconds(60))
    }

    @Test("name the reason when a server refuses, also of metrics themselves")
    func refusals() async throws {
        let server = try LoopbackServer { request in .text(request.path == "/v1/traces" ? 401 : 200, "") }
        let metrics = InMemoryMetricExporter()
        let environment = TelemetryEnvironment([:])
        let otlp = try OTLPSpanExporter(OTLPConfiguration(endpoint: server.url), environment: environment)
        let telemetry = try install(otlp, metrics)
        telemetry.tracerProvider.tracer(named: "tests").startSpan("s").end()
        #expect(await telemetry.tracerProvider.forceFlush() == false)
        #expect(await telemetry.meterProvider.forceFlush())
        let component: Attributes = [
            "otel.component.type": "otlp_http_span_exporter", "otel.component.name": "otlp_http_span_exporter/0",
        ]
        #expect(
            points("otel.sdk.exporter.span.exported", metrics) == [
                component: .int(0), component.merging(["error.type": "rejected"]): .int(1),
            ])
        #expect(await telemetry.meterProvider.forceFlush())
        let itself = points("otel.sdk.exporter.metric_data_point.exported", metrics)
        #expect(itself.values.contains { $0.doubleValue > 0 })
        await telemetry.shutdown(timeout: .seconds(60))
    }

    @Test("can be switched off")
    func off() async throws {
        let metrics = InMemoryMetricExporter()
        let telemetry = try install(InMemorySpanExporter(), metrics, enabled: false)
        telemetry.tracerProvider.tracer(named: "tests").startSpan("s").end()
        #expect(await telemetry.flush())
        #expect(!metrics.metrics.contains { $0.name.hasPrefix("otel.sdk.") })
        await telemetry.shutdown()
    }
}
