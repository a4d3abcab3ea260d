// SPDX-License-Identifier: MIT
import GenAICore
import GenAIExportOTLP
import GenAITelemetry

/// The SDK's own metrics, `otel.sdk.*`.
///
/// All instruments are observable: their callbacks read counters that exist anyway, so that a span or log record costs
/// nothing more. Without a collection, no counter is read.
///
/// Source: OpenTelemetry semantic conventions 1.43.0, SDK metrics (Development).
struct SelfMetrics: Sendable {
    private let registrations: [CallbackRegistration]

    /// Registers the metrics with the provider they are exported through.
    init(_ providers: (tracer: TracerProvider, logger: LoggerProvider, meter: MeterProvider), _ pipelines: Pipelines) {
        let meter = providers.meter.meter(named: "GenAITelemetry", version: packageVersion)
        var made = SelfInstruments(meter: meter)
        made.addSpans(providers.tracer)
        made.addCreatedLogRecords(providers.logger)
        made.addProcessors("span", "{span}", pipelines.spans.components("span")) { $0.statistics }
        made.addProcessors("log", "{log_record}", pipelines.logRecords.components("log")) { $0.statistics }
        made.addMetricExporters(pipelines.metrics.components("metric"))
        registrations = made.registrations
    }

    /// Stops observing.
    func cancel() {
        for registration in registrations { registration.cancel() }
    }
}

/// A pipeline with the names of its two parts in attributes.
private struct Component<Stage: Sendable>: Sendable {
    let pipeline: Pipelines.Pipeline<Stage>
    let processor: Attributes
    let exporter: Attributes
}

extension Array {
    /// Returns the pipelines with names that are unique within the process.
    fileprivate func components<Stage>(_ signal: String) -> [Component<Stage>]
    where Element == Pipelines.Pipeline<Stage> {
        var counts: [String: Int] = [:]
        func named(_ type: String) -> Attributes {
            defer { counts[type, default: 0] += 1 }
            return [
                "otel.component.type": .string(type),
                "otel.component.name": .string("\(type)/\(counts[type, default: 0])"),
            ]
        }
        return map {
            Component(
                pipeline: $0, processor: named("batching_\(signal)_processor"),
                exporter: named($0.exporterType(signal)))
        }
    }
}

extension Pipelines.Pipeline {
    fileprivate func exporterType(_ signal: String) -> String {
        guard let wireProtocol = otlp?.wireProtocol else { return String(reflecting: type(of: exporter)) }
        switch wireProtocol {
        case .grpc: return "otlp_grpc_\(signal)_exporter"
        case .httpJSON: return "otlp_http_json_\(signal)_exporter"
        default: return "otlp_http_\(signal)_exporter"
        }
    }
}

/// The instruments under construction.
private struct SelfInstruments {
    let meter: MeterProvider.Meter
    var registrations: [CallbackRegistration] = []

    private mutating func addCounter(
        _ name: String, _ unit: String, _ description: String,
        _ callback: @escaping @Sendable (MetricObserver<Int>) -> Void
    ) {
        let counter = meter.observableCounter(named: name, unit: unit, description: description, of: Int.self)
        registrations.append(counter.addCallback(callback))
    }

    private mutating func addGauged(
        _ name: String, _ unit: String, _ description: String,
        _ callback: @escaping @Sendable (MetricObserver<Int>) -> Void
    ) {
        let counter = meter.observableUpDownCounter(named: name, unit: unit, description: description, of: Int.self)
        registrations.append(counter.addCallback(callback))
    }

    mutating func addSpans(_ provider: TracerProvider) {
        // Weak: the provider's processors retain the meter provider, which retains this closure.
        addCounter("otel.sdk.span.started", "{span}", "Spans that were started") { [weak provider] observer in
            guard let statistics = provider?.statistics else { return }
            for decision in SamplingResult.Decision.all {
                for origin in SpanStatistics.ParentOrigin.allCases {
                    let count = statistics.started(decision, parent: origin)
                    // A series exists from its first span on: most programs have two of the nine.
                    guard count > 0 else { continue }
                    observer.observe(
                        count,
                        attributes: [
                            "otel.span.sampling_result": .string(decision.name),
                            "otel.span.parent.origin": .string(origin.name),
                        ])
                }
            }
        }
        addGauged("otel.sdk.span.live", "{span}", "Recorded spans that have not ended") { [weak provider] observer in
            guard let statistics = provider?.statistics else { return }
            for decision in [SamplingResult.Decision.recordOnly, .recordAndSample] {
                observer.observe(
                    statistics.live(decision), attributes: ["otel.span.sampling_result": .string(decision.name)])
            }
        }
    }

    mutating func addCreatedLogRecords(_ provider: LoggerProvider) {
        addCounter("otel.sdk.log.created", "{log_record}", "Log records that were emitted") { observer in
            observer.observe(provider.emittedCount)
        }
    }

    mutating func addProcessors<Stage>(
        _ signal: String, _ unit: String, _ components: [Component<Stage>],
        _ statistics: @escaping @Sendable (Stage) -> PipelineStatistics
    ) {
        guard !components.isEmpty else { return }
        addGauged("otel.sdk.processor.\(signal).queue.size", unit, "Items in the queue") { observer in
            for one in components {
                observer.observe(statistics(one.pipeline.stage).waiting, attributes: one.processor)
            }
        }
        addGauged("otel.sdk.processor.\(signal).queue.capacity", unit, "Capacity of the queue in items") { observer in
            for one in components {
                observer.observe(statistics(one.pipeline.stage).queueCapacity, attributes: one.processor)
            }
        }
        addCounter("otel.sdk.processor.\(signal).processed", unit, "Items passed to the exporter, or lost before") {
            for one in components { $0.observeProcessed(statistics(one.pipeline.stage), one.processor) }
        }
        addGauged("otel.sdk.exporter.\(signal).inflight", unit, "Items whose export has not ended") { observer in
            for one in components {
                let queue = statistics(one.pipeline.stage)
                observer.observe(queue.pending - queue.waiting, attributes: one.exporter)
            }
        }
        addCounter("otel.sdk.exporter.\(signal).exported", unit, "Items whose export has ended, successfully or not") {
            for one in components {
                let queue = statistics(one.pipeline.stage)
                if let otlp = one.pipeline.otlp {
                    $0.observeExported(otlp, one.exporter)
                } else {
                    $0.observe(queue.exported, attributes: one.exporter)
                    $0.observe(queue.dropped.exportFailed, one.exporter, lostBy: ExportError.Code.other.name)
                    $0.observe(queue.dropped.timedOut, one.exporter, lostBy: ExportError.Code.timedOut.name)
                }
            }
        }
    }

    mutating func addMetricExporters(_ components: [Component<PeriodicMetricReader>]) {
        guard !components.isEmpty else { return }
        let name = "otel.sdk.exporter.metric_data_point.exported"
        let exporters = components.map { MetricExporterAccount($0) }
        addCounter(name, "{data_point}", "Data points whose export has ended, successfully or not") {
            for exporter in exporters { exporter.observe($0) }
        }
    }
}

/// The counts of the data points of one reader.
private struct MetricExporterAccount: Sendable {
    let name: Attributes
    let otlp: (any OTLPExporterAccounts)?
    // Weak: the reader retains the instruments it collects, and they retain this object.
    weak let reader: PeriodicMetricReader?

    init(_ component: Component<PeriodicMetricReader>) {
        name = component.exporter
        otlp = component.pipeline.otlp
        reader = component.pipeline.stage
    }

    func observe(_ observer: MetricObserver<Int>) {
        if let otlp { return observer.observeExported(otlp, name) }
        guard let statistics = reader?.statistics else { return }
        observer.observe(statistics.exportedPointCount, attributes: name)
        observer.observe(statistics.lostPointCount, name, lostBy: ExportError.Code.other.name)
    }
}

extension MetricObserver where Value == Int {
    /// Reports a loss, unless it is zero.
    fileprivate func observe(_ count: Int, _ component: Attributes, lostBy reason: String) {
        guard count > 0 else { return }
        observe(count, attributes: component.merging(["error.type": .string(reason)]))
    }

    fileprivate func observeExported(_ otlp: any OTLPExporterAccounts, _ component: Attributes) {
        observe(otlp.statistics.delivered, attributes: component)
        for (code, count) in otlp.losses { observe(count, component, lostBy: code.name) }
    }

    /// An item counts as processed once the exporter has received it, whatever the result.
    fileprivate func observeProcessed(_ queue: PipelineStatistics, _ component: Attributes) {
        let lost = queue.dropped
        let overflow = lost.queueFull + lost.queueBytesFull
        let submitted = queue.received - queue.waiting - overflow - lost.afterShutdown - lost.atShutdown
        observe(submitted, attributes: component)
        observe(overflow, component, lostBy: "queue_full")
        observe(lost.afterShutdown, component, lostBy: "already_shutdown")
        observe(lost.atShutdown, component, lostBy: "shutdown_timeout")
    }
}

extension SamplingResult.Decision {
    fileprivate static var all: [SamplingResult.Decision] { [.drop, .recordOnly, .recordAndSample] }

    fileprivate var name: String {
        switch self {
        case .drop: "DROP"
        case .recordOnly: "RECORD_ONLY"
        case .recordAndSample: "RECORD_AND_SAMPLE"
        }
    }
}

extension SpanStatistics.ParentOrigin {
    fileprivate var name: String {
        switch self {
        case .none: "none"
        case .local: "local"
        case .remote: "remote"
        }
    }
}
