// SPDX-License-Identifier: MIT
public import GenAIBridge
public import GenAIExportOTLP
public import GenAITelemetry

/// The counts of all telemetry since ``Last9/install(_:)``, every loss included.
///
/// A snapshot of many counters, each of them exact. Taken while telemetry flows, they may differ from each other by an
/// item or two.
public struct Last9Statistics: Sendable, Hashable {
    /// One exporter of spans or log records and the queue in front of it.
    public struct Pipeline: Sendable, Hashable {
        /// The statistics of the queue. An item leaves the queue when its export ends.
        public var queue: PipelineStatistics
        /// The exporter's own statistics, if it sends OTLP: requests, retries, accepted and rejected items.
        public var otlp: OTLPStatistics?
        /// The undelivered items by reason; of OTLP exporters only.
        public var losses: [ExportError.Code: Int]
    }

    /// One exporter of metrics and the reader in front of it.
    public struct MetricPipeline: Sendable, Hashable {
        /// The reader's statistics, in data points.
        public var reader: PeriodicMetricReader.Statistics
        /// The exporter's own statistics in data points, if it sends OTLP.
        public var otlp: OTLPStatistics?
        /// The undelivered data points by reason; of OTLP exporters only.
        public var losses: [ExportError.Code: Int]
    }

    /// The numbers of spans started and ended.
    public var spans: SpanStatistics
    /// The number of log records emitted.
    public var logRecordsEmitted: Int
    /// The span exporters, in the order of the configuration. Empty if the SDK is disabled.
    public var spanPipelines: [Pipeline]
    /// The log record exporters.
    public var logRecordPipelines: [Pipeline]
    /// The metric exporters. Empty if the configuration has its own meter provider.
    public var metricPipelines: [MetricPipeline]
    /// The number of measurements that instruments rejected: negative ones for counters, and NaN.
    public var measurementsDiscarded: Int
    /// The number of measurements that went into overflow series, because their instrument has too many attribute sets.
    public var measurementsOverflowed: Int
    /// The messages that could not be copied onto their span.
    public var bridge: LogToSpanProcessor.Losses
    /// The number of entries that the ledger evicted to stay within its capacity.
    public var ledgerEntriesEvicted: Int

    /// The number of spans that an exporter did not deliver, for any reason.
    public var spansDropped: Int { spanPipelines.reduce(0) { $0 + $1.queue.dropped.total } }
    /// The number of log records that an exporter did not deliver.
    public var logRecordsDropped: Int { logRecordPipelines.reduce(0) { $0 + $1.queue.dropped.total } }
    /// The number of data points that an exporter did not deliver.
    public var dataPointsDropped: Int { metricPipelines.reduce(0) { $0 + $1.reader.lostPointCount } }
}

extension Last9Telemetry {
    /// The counts of all telemetry so far, also after the shutdown. Takes a few short locks: for health checks and
    /// tests, not for every call.
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
