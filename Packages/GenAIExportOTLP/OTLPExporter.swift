// SPDX-License-Identifier: MIT
public import GenAIHTTP
public import GenAITelemetry

// The three exporters differ only in the items they accept. All behaviour is in OTLPClient.

/// Sends spans to an OTLP server over HTTP or gRPC.
///
/// An export encodes the batch, compresses it if so configured, and sends it. After connection failures and the
/// statuses 429, 502, 503 and 504 (for gRPC those that the specification names) it is retried, after random waits of
/// growing length or the delay that `Retry-After` (for gRPC `RetryInfo`) asks for, until the timeout has passed. A
/// batch that is too large for the server is sent in halves. Redirects are not followed. Items that the server rejects
/// in an otherwise accepted batch are not sent again; the error's `rejectedCount` is their number.
///
/// Can be shared. Concurrent exports work, but do not share buffers.
///
/// Source: OpenTelemetry protocol specification 1.10, OTLP/HTTP and OTLP/gRPC.
public struct OTLPSpanExporter: SpanExporter, PipelineExporter {
    private let client: OTLPClient<SpanData>
    /// Indicates whether no call blocks its thread. Files and custom transports may block.
    package let neverBlocks: Bool
    /// Copies of an exporter have their client in common.
    package var shared: AnyObject? { client }

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - environment: The environment variables for settings that the configuration leaves open.
    ///   - transport: The transport for the requests; `nil` means the package's own, with the configuration's files.
    /// - Throws: `ConfigurationError` for an invalid endpoint URL, a spool directory that cannot be trusted, and
    ///   certificate files that the platform does not support or that cannot be read.
    public init(
        _ configuration: OTLPConfiguration = OTLPConfiguration(), environment: TelemetryEnvironment = .process,
        transport: (any HTTPTransport)? = nil
    ) throws(ConfigurationError) {
        client = try OTLPClient(configuration, environment: environment, transport: transport)
        neverBlocks = transport == nil && configuration.spool == nil
    }

    init(client: OTLPClient<SpanData>) {
        self.client = client
        neverBlocks = false
    }

    /// The counts of delivered and lost items, and of requests, since the exporter was created.
    public var statistics: OTLPStatistics { client.statistics }
    /// The items that were rejected or failed, by reason.
    public var losses: [ExportError.Code: Int] { client.losses }
    /// The protocol of the requests.
    package var wireProtocol: OTLPProtocol { client.wireProtocol }

    /// Delivers one batch; see ``OTLPSpanExporter``.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        try await client.export(batch)
    }

    /// Tries to send the batches in ``OTLPConfiguration/spool``. Throws if the server does not accept them.
    public func forceFlush() async throws(ExportError) {
        try await client.forceFlush()
    }

    /// Announces the shutdown: later exports wait no longer than two seconds for a server that refuses connections.
    package func prepareForShutdown() {
        client.prepareForShutdown()
    }

    /// Shuts down: later exports and retries of running ones fail, and connections are freed. Idempotent.
    public func shutdown() async {
        await client.shutdown()
    }
}

/// Sends log records and events to an OTLP server; works like ``OTLPSpanExporter``.
public struct OTLPLogRecordExporter: LogRecordExporter, PipelineExporter {
    private let client: OTLPClient<LogRecordData>
    /// Indicates whether no call blocks its thread. Files and custom transports may block.
    package let neverBlocks: Bool
    /// Copies of an exporter have their client in common.
    package var shared: AnyObject? { client }

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - environment: The environment variables for settings that the configuration leaves open.
    ///   - transport: The transport for the requests; `nil` means the package's own, with the configuration's files.
    /// - Throws: `ConfigurationError`, as ``OTLPSpanExporter`` does.
    public init(
        _ configuration: OTLPConfiguration = OTLPConfiguration(), environment: TelemetryEnvironment = .process,
        transport: (any HTTPTransport)? = nil
    ) throws(ConfigurationError) {
        client = try OTLPClient(configuration, environment: environment, transport: transport)
        neverBlocks = transport == nil && configuration.spool == nil
    }

    init(client: OTLPClient<LogRecordData>) {
        self.client = client
        neverBlocks = false
    }

    /// The counts of delivered and lost items, and of requests, since the exporter was created.
    public var statistics: OTLPStatistics { client.statistics }
    /// The items that were rejected or failed, by reason.
    public var losses: [ExportError.Code: Int] { client.losses }
    /// The protocol of the requests.
    package var wireProtocol: OTLPProtocol { client.wireProtocol }

    /// Delivers one batch; see ``OTLPSpanExporter``.
    public func export(_ batch: [LogRecordData]) async throws(ExportError) {
        try await client.export(batch)
    }

    /// Tries to send the batches in ``OTLPConfiguration/spool``. Throws if the server does not accept them.
    public func forceFlush() async throws(ExportError) {
        try await client.forceFlush()
    }

    /// Announces the shutdown: later exports wait no longer than two seconds for a server that refuses connections.
    package func prepareForShutdown() {
        client.prepareForShutdown()
    }

    /// Shuts down: later exports and retries of running ones fail, and connections are freed. Idempotent.
    public func shutdown() async {
        await client.shutdown()
    }
}

/// Sends metrics to an OTLP server; works like ``OTLPSpanExporter``.
public struct OTLPMetricExporter: MetricExporter, PipelineExporter {
    private let client: OTLPClient<MetricData>
    /// Indicates whether no call blocks its thread. Files and custom transports may block.
    package let neverBlocks: Bool
    /// Copies of an exporter have their client in common.
    package var shared: AnyObject? { client }
    private let temporality: TemporalityPreference
    private let histogramAggregation: MetricAggregation

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - temporality: The temporality of points by instrument kind. Default: cumulative. Variable:
    ///     `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`.
    ///   - histogramAggregation: The aggregation of histograms. Default: explicit buckets. Variable:
    ///     `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`.
    ///   - environment: The environment variables for settings that are left open.
    ///   - transport: The transport for the requests; `nil` means the package's own, with the configuration's files.
    /// - Throws: `ConfigurationError`, as ``OTLPSpanExporter`` does.
    public init(
        _ configuration: OTLPConfiguration = OTLPConfiguration(), temporality: TemporalityPreference? = nil,
        histogramAggregation: MetricAggregation? = nil, environment: TelemetryEnvironment = .process,
        transport: (any HTTPTransport)? = nil
    ) throws(ConfigurationError) {
        client = try OTLPClient(configuration, environment: environment, transport: transport)
        neverBlocks = transport == nil && configuration.spool == nil
        self.temporality = temporality ?? TemporalityPreference(environment: environment) ?? .cumulative
        self.histogramAggregation =
            histogramAggregation ?? .defaultHistogram(environment: environment) ?? .default
    }

    /// The counts of delivered and lost data points, and of requests, since the exporter was created.
    public var statistics: OTLPStatistics { client.statistics }
    /// The data points that were rejected or failed, by reason.
    public var losses: [ExportError.Code: Int] { client.losses }
    /// The protocol of the requests.
    package var wireProtocol: OTLPProtocol { client.wireProtocol }

    /// Returns the temporality of an instrument's points by the preference.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality {
        temporality.temporality(for: kind)
    }

    /// Returns the aggregation of an instrument. Only histograms have a choice.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation {
        kind == .histogram ? histogramAggregation : .default
    }

    /// Delivers one batch; see ``OTLPSpanExporter``.
    public func export(_ batch: [MetricData]) async throws(ExportError) {
        try await client.export(batch)
    }

    /// Tries to send the batches in ``OTLPConfiguration/spool``. Throws if the server does not accept them.
    public func forceFlush() async throws(ExportError) {
        try await client.forceFlush()
    }

    /// Announces the shutdown: later exports wait no longer than two seconds for a server that refuses connections.
    package func prepareForShutdown() {
        client.prepareForShutdown()
    }

    /// Shuts down: later exports and retries of running ones fail, and connections are freed. Idempotent.
    public func shutdown() async {
        await client.shutdown()
    }
}

// MARK: - Printing

extension OTLPSpanExporter: CustomStringConvertible, CustomReflectable {
    /// The protocol and destination of spans, without what may be secret.
    public var description: String { "OTLPSpanExporter(\(client.wireProtocol) to \(client.destination))" }
    /// The statistics of the exporter.
    public var customMirror: Mirror { Mirror(self, children: ["statistics": statistics]) }
}

extension OTLPLogRecordExporter: CustomStringConvertible, CustomReflectable {
    /// The protocol and destination of log records, without what may be secret.
    public var description: String { "OTLPLogRecordExporter(\(client.wireProtocol) to \(client.destination))" }
    /// The statistics of the exporter.
    public var customMirror: Mirror { Mirror(self, children: ["statistics": statistics]) }
}

extension OTLPMetricExporter: CustomStringConvertible, CustomReflectable {
    /// The protocol and destination of metrics, without what may be secret.
    public var description: String { "OTLPMetricExporter(\(client.wireProtocol) to \(client.destination))" }
    /// The statistics of the exporter.
    public var customMirror: Mirror { Mirror(self, children: ["statistics": statistics]) }
}
