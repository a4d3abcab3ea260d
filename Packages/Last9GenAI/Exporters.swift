// SPDX-License-Identifier: MIT
import GenAIExportOTLP
import GenAIReport
import GenAITelemetry

/// The exporters of the three signals, given in code or else by `OTEL_{TRACES,LOGS,METRICS}_EXPORTER`.
///
/// The value is `otlp`, `console`, `none` or a list of them, in which repetitions are ignored, and so is `none` beside
/// others. Unset means `otlp`, but only if the environment has an endpoint: without a collector, a program would
/// otherwise attempt connections that are always refused.
///
/// The environment never stops the program: an invalid value is reported and counts as unset.
struct Exporters: Sendable {
    private enum Kind: Sendable { case otlp, console, none }

    private var spans: [any SpanExporter] = []
    private var logRecords: [any LogRecordExporter] = []
    private var metrics: [any MetricExporter] = []
    private var report: ReportExporter?

    init(_ configuration: Last9.Configuration) throws(ConfigurationError) {
        let environment = configuration.environment
        guard environment.bool("OTEL_SDK_DISABLED") != true else { return }
        spans =
            if let given = configuration.spanExporters { given } else {
                try usingVariables(environment, Self.spanExporters)
            }
        logRecords =
            if let given = configuration.logRecordExporters { given } else {
                try usingVariables(environment, Self.logRecordExporters)
            }
        metrics =
            if let given = configuration.metricExporters { given } else {
                try usingVariables(environment, Self.metricExporters)
            }
        report = try Self.report(configuration)
        let isLeftOpen =
            configuration.spanExporters == nil && configuration.tracerProvider == nil
            && environment.string("OTEL_TRACES_EXPORTER") == nil
        if spans.isEmpty, logRecords.isEmpty, metrics.isEmpty, report == nil, isLeftOpen {
            Diagnostics.report(
                .warning, "Last9",
                "no OTLP endpoint is configured, so nothing is exported: set OTEL_EXPORTER_OTLP_ENDPOINT, for example "
                    + "http://localhost:4318, or OTEL_TRACES_EXPORTER=console to see spans here")
        }
    }

    /// Returns the processors and readers that feed the exporters.
    func pipelines(_ environment: TelemetryEnvironment) -> Pipelines {
        // The page must be updated at once, whatever batches suit the exporters that send.
        var (forSpans, forRecords) = (
            BatchOptions.spans(environment: environment), BatchOptions.logRecords(environment: environment)
        )
        (forSpans.scheduleDelay, forRecords.scheduleDelay) = (.milliseconds(500), .milliseconds(500))
        return Pipelines(
            spans: spans.map {
                .init(exporter: $0, stage: BatchSpanProcessor(exporter: $0, options: .spans(environment: environment)))
            }
                + [report].compactMap(\.self).map {
                    .init(exporter: $0, stage: BatchSpanProcessor(exporter: $0, options: forSpans))
                },
            logRecords: logRecords.map {
                .init(
                    exporter: $0,
                    stage: BatchLogRecordProcessor(exporter: $0, options: .logRecords(environment: environment)))
            }
                + [report].compactMap(\.self).map {
                    .init(exporter: $0, stage: BatchLogRecordProcessor(exporter: $0, options: forRecords))
                },
            metrics: metrics.map {
                .init(
                    exporter: $0,
                    stage: PeriodicMetricReader(
                        exporter: $0, configuration: PeriodicMetricReader.Configuration(environment: environment)))
            })
    }

    /// Returns the exporter of the page that code or the environment specifies. If the environment names a file that
    /// cannot be written, this is reported and does not stop the program.
    private static func report(_ configuration: Last9.Configuration) throws(ConfigurationError) -> ReportExporter? {
        if let path = configuration.report {
            return try ReportExporter(path: path, title: configuration.serviceName ?? "")
        }
        let variable = "LAST9_GENAI_REPORT"
        guard let path = configuration.environment.string(variable) else { return nil }
        do throws(ConfigurationError) {
            return try ReportExporter(path: path, title: configuration.serviceName ?? "")
        } catch {
            Diagnostics.report(.warning, "Last9", "\(variable) is ignored: \(error.advice)")
            return nil
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
        let words: [String: Kind] = ["otlp": .otlp, "console": .console, "none": .none]
        let others: Set = ["zipkin", "prometheus", "logging", "jaeger"]
        let chosen = environment.choices(variable, of: words) {
            others.contains($0) ? "is not an exporter of this package; use otlp, console, none" : nil
        }
        if let chosen { return chosen }
        let endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_\(signal)_ENDPOINT"]
        return endpoints.contains { environment.string($0) != nil } ? [.otlp] : []
    }
}

/// Creates a value from environment variables. A variable that prevents it is reported and counts as unset.
///
/// - Throws: Errors with another cause.
func usingVariables<Made>(
    _ environment: TelemetryEnvironment, _ make: (TelemetryEnvironment) throws(ConfigurationError) -> Made
) throws(ConfigurationError) -> Made {
    var environment = environment
    while true {
        do throws(ConfigurationError) {
            return try make(environment)
        } catch {
            // Each iteration unsets one variable, so the loop ends.
            guard environment.string(error.option) != nil else { throw error }
            Diagnostics.report(.error, "Last9", "\(error); the variable is ignored")
            environment = environment.ignoring(error.option)
        }
    }
}
