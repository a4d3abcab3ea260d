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
