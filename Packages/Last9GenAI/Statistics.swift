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

        /// Creates statistics, for tests.
        public init(
            queue: PipelineStatistics = PipelineStatistics(), otlp: OTLPStatistics? = nil,
            losses: [ExportError.Code: Int] = [:]
        ) {
            self.queue = queue
            self.otlp = otlp
            self.losses = losses
        }
    }

    /// One exporter of metrics and the reader in front of it.
    public struct MetricPipeline: Sendable, Hashable {
        /// The reader's statistics, in data points.
        public var reader: PeriodicMetricReader.Statistics
        /// The exporter's own statistics in data points, if it sends OTLP.
        public var otlp: OTLPStatistics?
        /// The undelivered data points by reason; of OTLP exporters only.
        public var losses: [ExportError.Code: Int]

        /// Creates statistics, for tests.
        public init(
            reader: PeriodicMetricReader.Statistics = PeriodicMetricReader.Statistics(), otlp: OTLPStatistics? = nil,
            losses: [ExportError.Code: Int] = [:]
        ) {
            self.reader = reader
            self.otlp = otlp
            self.losses = losses
        }
    }

    /// The numbers of spans started and ended.
    public var spans = SpanStatistics()
    /// The number of log records emitted.
    public var logRecordsEmitted = 0
    /// The span exporters, in the order of the configuration. Empty if the SDK is disabled.
    public var spanPipelines: [Pipeline] = []
    /// The log record exporters.
    public var logRecordPipelines: [Pipeline] = []
    /// The metric exporters. Empty if the configuration has its own meter provider.
    public var metricPipelines: [MetricPipeline] = []
    /// The number of measurements that instruments rejected: negative ones for counters, and NaN.
    public var measurementsDiscarded = 0
    /// The number of measurements that went into overflow series, because their instrument has too many attribute sets.
    public var measurementsOverflowed = 0
    /// The messages that could not be copied onto their span.
    public var bridge = LogToSpanProcessor.Losses()
    /// The number of entries that the ledger evicted to stay within its capacity.
    public var ledgerEntriesEvicted = 0

    /// Creates empty statistics, for tests.
    public init() {}

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
        var statistics = Last9Statistics()
        statistics.spans = tracerProvider.statistics
        statistics.logRecordsEmitted = loggerProvider.emittedCount
        statistics.spanPipelines = pipelines.spans.map { $0.statistics($0.stage.statistics) }
        statistics.logRecordPipelines = pipelines.logRecords.map { $0.statistics($0.stage.statistics) }
        statistics.metricPipelines = pipelines.metrics.map {
            .init(reader: $0.stage.statistics, otlp: $0.otlp?.statistics, losses: $0.otlp?.losses ?? [:])
        }
        statistics.measurementsDiscarded = meterProvider.discardedMeasurementCount
        statistics.measurementsOverflowed = meterProvider.overflowedMeasurementCount
        statistics.bridge = bridge.losses
        statistics.ledgerEntriesEvicted = ledger.evictedCount
        return statistics
    }
}

extension Pipelines.Pipeline {
    fileprivate func statistics(_ queue: PipelineStatistics) -> Last9Statistics.Pipeline {
        Last9Statistics.Pipeline(queue: queue, otlp: otlp?.statistics, losses: otlp?.losses ?? [:])
    }
}
