// SPDX-License-Identifier: MIT
import GenAIExportOTLP
import GenAITelemetry

/// The stages before the exporters, kept to read their counts.
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

/// The statistics of an OTLP exporter, whatever its signal.
protocol OTLPExporterAccounts: Sendable {
    var statistics: OTLPStatistics { get }
    var losses: [ExportError.Code: Int] { get }
    var wireProtocol: OTLPProtocol { get }
}

extension OTLPSpanExporter: OTLPExporterAccounts {}
extension OTLPLogRecordExporter: OTLPExporterAccounts {}
extension OTLPMetricExporter: OTLPExporterAccounts {}

extension Pipelines.Pipeline {
    /// The exporter's own statistics, if it sends OTLP.
    var otlp: (any OTLPExporterAccounts)? { exporter as? any OTLPExporterAccounts }
}
