// SPDX-License-Identifier: MIT
import GenAIExportOTLP
import GenAITelemetry

/// Where the three signals go: as code says, or else as `OTEL_{TRACES,LOGS,METRICS}_EXPORTER` say.
///
/// `otlp`, `console`, `none` or a list of them. Unset means `otlp`, but only when the environment has an endpoint:
/// a program on a machine without a collector is not to spend its life on connections that are refused.
struct Exporters: Sendable {
    private enum Kind: Sendable { case otlp, console, none }

    private var spans: [any SpanExporter] = []
    private var logRecords: [any LogRecordExporter] = []
    private var metrics: [any MetricExporter] = []

    init(_ configuration: Last9.Configuration) throws(ConfigurationError) {
        let environment = configuration.environment
        guard environment.bool("OTEL_SDK_DISABLED") != true else { return }
        if let given = configuration.spanExporters {
            spans = given
        } else {
            spans = try Self.spanExporters(environment)
        }
        if let given = configuration.logRecordExporters {
            logRecords = given
        } else {
            logRecords = try Self.logRecordExporters(environment)
        }
        if let given = configuration.metricExporters {
            metrics = given
        } else {
            metrics = try Self.metricExporters(environment)
        }
        if spans.isEmpty, configuration.spanExporters == nil, environment.string("OTEL_TRACES_EXPORTER") == nil,
            configuration.tracerProvider == nil
        {
            Diagnostics.report(
                .warning, "Last9",
                "no OTLP endpoint is configured, so nothing is exported: set OTEL_EXPORTER_OTLP_ENDPOINT, for example "
                    + "http://localhost:4318, or OTEL_TRACES_EXPORTER=console to see spans here")
        }
    }

    /// The processors that feed the span exporters.
    func spanProcessors(_ environment: TelemetryEnvironment) -> [any SpanProcessor] {
        spans.map { BatchSpanProcessor(exporter: $0, options: .spans(environment: environment)) }
    }

    /// The processors that feed the log record exporters.
    func logRecordProcessors(_ environment: TelemetryEnvironment) -> [any LogRecordProcessor] {
        logRecords.map { BatchLogRecordProcessor(exporter: $0, options: .logRecords(environment: environment)) }
    }

    /// The readers that feed the metric exporters.
    func metricReaders(_ environment: TelemetryEnvironment) -> [any MetricReader] {
        metrics.map {
            PeriodicMetricReader(
                exporter: $0, configuration: PeriodicMetricReader.Configuration(environment: environment))
        }
    }

    private static func spanExporters(_ environment: TelemetryEnvironment) throws(ConfigurationError)
        -> [any SpanExporter]
    {
        var exporters: [any SpanExporter] = []
        for kind in kinds("TRACES", environment) {
            switch kind {
            case .otlp: exporters.append(try OTLPSpanExporter(environment: environment))
            case .console: exporters.append(ConsoleSpanExporter())
            case .none: break
            }
        }
        return exporters
    }

    private static func logRecordExporters(
        _ environment: TelemetryEnvironment
    ) throws(ConfigurationError) -> [any LogRecordExporter] {
        var exporters: [any LogRecordExporter] = []
        for kind in kinds("LOGS", environment) {
            switch kind {
            case .otlp: exporters.append(try OTLPLogRecordExporter(environment: environment))
            case .console: exporters.append(ConsoleLogRecordExporter())
            case .none: break
            }
        }
        return exporters
    }

    private static func metricExporters(
        _ environment: TelemetryEnvironment
    ) throws(ConfigurationError) -> [any MetricExporter] {
        var exporters: [any MetricExporter] = []
        for kind in kinds("METRICS", environment) {
            switch kind {
            case .otlp: exporters.append(try OTLPMetricExporter(environment: environment))
            case .console: exporters.append(ConsoleMetricExporter())
            case .none: break
            }
        }
        return exporters
    }

    private static func kinds(_ signal: String, _ environment: TelemetryEnvironment) -> [Kind] {
        let variable = "OTEL_\(signal)_EXPORTER"
        guard let names = environment.list(variable) else {
            let endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_\(signal)_ENDPOINT"]
            return endpoints.contains { environment.string($0) != nil } ? [.otlp] : []
        }
        return names.compactMap { name in
            switch name.lowercased() {
            case "otlp": return .otlp
            case "console": return .console
            case "none": return Kind.none
            default:
                Diagnostics.report(
                    .warning, "Last9", "\(variable): \(name) is not one of otlp, console, none; it is ignored")
                return nil
            }
        }
    }
}
