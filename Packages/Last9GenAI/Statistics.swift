// SPDX-License-Identifier: MIT
public import GenAIBridge
public import GenAIExportOTLP
public import GenAITelemetry

/// What became of all telemetry since ``Last9/install(_:)``: nothing is lost without being in here.
///
/// A snapshot of many counters, each exact; taken while telemetry flows, they may be an item or two apart.
public struct Last9Statistics: Sendable, Hashable {
    /// One exporter of spans or log records and the queue in front of it.
    public struct Pipeline: Sendable, Hashable {
        /// The queue's account, from which an item is gone when its export ends.
        public var queue: PipelineStatistics
        /// The exporter's own account, when it sends OTLP: requests, repeats, what the server took and refused.
        public var otlp: OTLPStatistics?
        /// Why the exporter did not deliver, in items; of OTLP exporters only.
        public var losses: [ExportError.Code: Int]
    }

    /// One exporter of metrics and the reader in front of it.
    public struct MetricPipeline: Sendable, Hashable {
        /// The reader's account, in data points.
        public var reader: PeriodicMetricReader.Statistics
        /// The exporter's own account in data points, when it sends OTLP.
        public var otlp: OTLPStatistics?
        /// Why the exporter did not deliver, in data points; of OTLP exporters only.
        public var losses: [ExportError.Code: Int]
    }

    /// Spans started and ended.
    public var spans: SpanStatistics
    /// Log records emitted.
    public var logRecordsEmitted: Int
    /// The span exporters, in the order of the configuration. Empty when the SDK is disabled.
    public var spanPipelines: [Pipeline]
    /// The log record exporters.
    public var logRecordPipelines: [Pipeline]
    /// The metric exporters. Empty when the configuration brings its own meter provider.
    public var metricPipelines: [MetricPipeline]
    /// Measurements that instruments refused: negative ones for counters, and what is not a number.
    public var measurementsDiscarded: Int
    /// Measurements that went into overflow series, as their instrument has too many attribute sets.
    public var measurementsOverflowed: Int
    /// Messages that could not be promoted onto their span.
    public var bridge: LogToSpanProcessor.Losses
    /// Entries that the ledger forgot to stay within its capacity.
    public var ledgerEntriesEvicted: Int

    /// Spans that did not get through some exporter, for whatever reason.
    public var spansDropped: Int { spanPipelines.reduce(0) { $0 + $1.queue.dropped.total } }
    /// Log records that did not get through some exporter.
    public var logRecordsDropped: Int { logRecordPipelines.reduce(0) { $0 + $1.queue.dropped.total } }
    /// Data points that did not get through some exporter.
    public var dataPointsDropped: Int { metricPipelines.reduce(0) { $0 + $1.reader.lostPointCount } }
}

extension Last9Telemetry {
    /// What became of all telemetry so far; also after shutdown. Takes a few short locks: for health checks and tests,
    /// not for every call.
    public var statistics: Last9Statistics {
        Last9Statistics(
            spans: tracerProvider.statistics,
            logRecordsEmitted: loggerProvider.emittedCount,
            spanPipelines: pipelines.spans.map { $0.statistics($0.stage.statistics) },
            logRecordPipelines: pipelines.logRecords.map { $0.statistics($0.stage.statistics) },
            metricPipelines: pipelines.metrics.map {
                Last9Statistics.MetricPipeline(
                    reader: $0.stage.statistics, otlp: $0.otlp?.statistics, losses: $0.otlp?.losses ?? [:])
            },
            measurementsDiscarded: meterProvider.discardedMeasurementCount,
            measurementsOverflowed: meterProvider.overflowedMeasurementCount,
            bridge: bridge.losses,
            ledgerEntriesEvicted: ledger.evictedCount)
    }
}

extension Pipelines.Pipeline {
    fileprivate func statistics(_ queue: PipelineStatistics) -> Last9Statistics.Pipeline {
        Last9Statistics.Pipeline(queue: queue, otlp: otlp?.statistics, losses: otlp?.losses ?? [:])
    }
}
