// SPDX-License-Identifier: MIT
import GenAIExportOTLP
import GenAITelemetry

/// What was put in front of the exporters, kept to be asked for its counts.
struct Pipelines: Sendable {
    /// An exporter and the processor or reader that feeds it.
    struct Pipeline<Stage: Sendable>: Sendable {
        let exporter: any Sendable
        let stage: Stage
    }

    let spans: [Pipeline<BatchSpanProcessor>]
    let logRecords: [Pipeline<BatchLogRecordProcessor>]
    let metrics: [Pipeline<PeriodicMetricReader>]
}

/// What OTLP exporters tell, whatever their signal.
protocol OTLPExporterAccounts: Sendable {
    var statistics: OTLPStatistics { get }
    var losses: [ExportError.Code: Int] { get }
    var wireProtocol: OTLPProtocol { get }
    func prepareForShutdown()
}

extension OTLPSpanExporter: OTLPExporterAccounts {}
extension OTLPLogRecordExporter: OTLPExporterAccounts {}
extension OTLPMetricExporter: OTLPExporterAccounts {}

extension Pipelines {
    /// Tells the exporters that what they are given now is the last, so that none waits long for a server that is away.
    func prepareForShutdown() {
        for pipeline in spans { pipeline.otlp?.prepareForShutdown() }
        for pipeline in logRecords { pipeline.otlp?.prepareForShutdown() }
        for pipeline in metrics { pipeline.otlp?.prepareForShutdown() }
    }
}

extension Pipelines.Pipeline {
    /// The exporter's own accounts, when it sends OTLP.
    var otlp: (any OTLPExporterAccounts)? { exporter as? any OTLPExporterAccounts }
}
