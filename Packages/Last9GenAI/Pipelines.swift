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
protocol OTLPExporterAccounts {
    var statistics: OTLPStatistics { get }
    var losses: [ExportError.Code: Int] { get }
    var wireProtocol: OTLPProtocol { get }
}

extension OTLPSpanExporter: OTLPExporterAccounts {}
extension OTLPLogRecordExporter: OTLPExporterAccounts {}
extension OTLPMetricExporter: OTLPExporterAccounts {}

extension Pipelines.Pipeline {
    /// The exporter's own accounts, when it sends OTLP.
    var otlp: (any OTLPExporterAccounts)? { exporter as? any OTLPExporterAccounts }
}
