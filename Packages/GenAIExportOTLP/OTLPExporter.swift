// SPDX-License-Identifier: MIT
public import GenAIHTTP
public import GenAITelemetry

// The three exporters differ in what they take. Everything they do is in OTLPClient.

/// Sends spans to an OTLP server over HTTP or gRPC.
///
/// One export encodes the batch, compresses it if so configured, sends it, and repeats it after connection failures
/// and the statuses 429, 502, 503 and 504 (for gRPC those that the specification names), with growing random waits or
/// as long as `Retry-After` (for gRPC `RetryInfo`) says, all within the timeout. A batch the server calls too large is
/// sent in halves. Redirects are not followed. What the server
/// refuses in an otherwise accepted batch is not sent again; the error's `rejectedCount` tells how much it was.
///
/// Safe to share; concurrent exports work, but do not share buffers.
///
/// Source: OpenTelemetry protocol specification 1.10, OTLP/HTTP and OTLP/gRPC.
public struct OTLPSpanExporter: SpanExporter, SuspendingExporter {
    private let client: OTLPClient<SpanData>
    /// Whether no call blocks its thread: files and foreign transports may.
    package let neverBlocks: Bool

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - environment: Where what the configuration leaves open is looked up.
    ///   - transport: What sends the requests; `nil` means the package's own, with the configuration's files.
    /// - Throws: `ConfigurationError` for an endpoint that is no URL, a spool's directory that cannot be trusted, and
    ///   certificate files that the platform or the file system does not let us use.
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

    /// What the exporter has done so far.
    public var statistics: OTLPStatistics { client.statistics }
    /// The items that were rejected or failed, by the reason.
    public var losses: [ExportError.Code: Int] { client.losses }
    /// How requests are made.
    package var wireProtocol: OTLPProtocol { client.wireProtocol }

    /// Delivers one batch; see the type.
    public func export(_ batch: [SpanData]) async throws(ExportError) {
        try await client.export(batch)
    }

    /// Tries to send what ``OTLPConfiguration/spool`` keeps; throws when the server does not take it.
    public func forceFlush() async throws(ExportError) {
        try await client.forceFlush()
    }

    /// Tells that the shutdown has begun: a server that refuses connections is waited for no longer than two seconds.
    package func prepareForShutdown() {
        client.prepareForShutdown()
    }

    /// Makes later exports, and repeats of running ones, fail, and frees connections. Idempotent.
    public func shutdown() async {
        await client.shutdown()
    }
}

/// Sends log records and events to an OTLP server; works like ``OTLPSpanExporter``.
public struct OTLPLogRecordExporter: LogRecordExporter, SuspendingExporter {
    private let client: OTLPClient<LogRecord>
    /// Whether no call blocks its thread: files and foreign transports may.
    package let neverBlocks: Bool

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - environment: Where what the configuration leaves open is looked up.
    ///   - transport: What sends the requests; `nil` means the package's own, with the configuration's files.
    /// - Throws: `ConfigurationError`, as ``OTLPSpanExporter`` does.
    public init(
        _ configuration: OTLPConfiguration = OTLPConfiguration(), environment: TelemetryEnvironment = .process,
        transport: (any HTTPTransport)? = nil
    ) throws(ConfigurationError) {
        client = try OTLPClient(configuration, environment: environment, transport: transport)
        neverBlocks = transport == nil && configuration.spool == nil
    }

    init(client: OTLPClient<LogRecord>) {
        self.client = client
        neverBlocks = false
    }

    /// What the exporter has done so far.
    public var statistics: OTLPStatistics { client.statistics }
    /// The items that were rejected or failed, by the reason.
    public var losses: [ExportError.Code: Int] { client.losses }
    /// How requests are made.
    package var wireProtocol: OTLPProtocol { client.wireProtocol }

    /// Delivers one batch; see ``OTLPSpanExporter``.
    public func export(_ batch: [LogRecord]) async throws(ExportError) {
        try await client.export(batch)
    }

    /// Tries to send what ``OTLPConfiguration/spool`` keeps; throws when the server does not take it.
    public func forceFlush() async throws(ExportError) {
        try await client.forceFlush()
    }

    /// Tells that the shutdown has begun: a server that refuses connections is waited for no longer than two seconds.
    package func prepareForShutdown() {
        client.prepareForShutdown()
    }

    /// Makes later exports, and repeats of running ones, fail, and frees connections. Idempotent.
    public func shutdown() async {
        await client.shutdown()
    }
}

/// Sends metrics to an OTLP server; works like ``OTLPSpanExporter``.
public struct OTLPMetricExporter: MetricExporter, SuspendingExporter {
    private let client: OTLPClient<MetricData>
    /// Whether no call blocks its thread: files and foreign transports may.
    package let neverBlocks: Bool
    private let temporality: TemporalityPreference
    private let histogramAggregation: MetricAggregation

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - temporality: What points count from. Default: cumulative. Variable:
    ///     `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`.
    ///   - histogramAggregation: How histograms are kept. Default: explicit buckets. Variable:
    ///     `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`.
    ///   - environment: Where what is left open is looked up.
    ///   - transport: What sends the requests; `nil` means the package's own, with the configuration's files.
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

    /// What the exporter has done so far, counted in data points.
    public var statistics: OTLPStatistics { client.statistics }
    /// The items that were rejected or failed, by the reason.
    public var losses: [ExportError.Code: Int] { client.losses }
    /// How requests are made.
    package var wireProtocol: OTLPProtocol { client.wireProtocol }

    /// What the points of an instrument count from, by the preference.
    public func temporality(for kind: InstrumentKind) -> AggregationTemporality {
        temporality.temporality(for: kind)
    }

    /// How an instrument's measurements are combined; only histograms have a choice.
    public func aggregation(for kind: InstrumentKind) -> MetricAggregation {
        kind == .histogram ? histogramAggregation : .default
    }

    /// Delivers one batch; see ``OTLPSpanExporter``.
    public func export(_ batch: [MetricData]) async throws(ExportError) {
        try await client.export(batch)
    }

    /// Tries to send what ``OTLPConfiguration/spool`` keeps; throws when the server does not take it.
    public func forceFlush() async throws(ExportError) {
        try await client.forceFlush()
    }

    /// Tells that the shutdown has begun: a server that refuses connections is waited for no longer than two seconds.
    package func prepareForShutdown() {
        client.prepareForShutdown()
    }

    /// Makes later exports, and repeats of running ones, fail, and frees connections. Idempotent.
    public func shutdown() async {
        await client.shutdown()
    }
}

// MARK: - Printing

extension OTLPSpanExporter: CustomStringConvertible, CustomReflectable {
    /// Where spans go, and how, without what may be secret.
    public var description: String { "OTLPSpanExporter(\(client.wireProtocol) to \(client.destination))" }
    /// What the exporter has done so far.
    public var customMirror: Mirror { Mirror(self, children: ["statistics": statistics]) }
}

extension OTLPLogRecordExporter: CustomStringConvertible, CustomReflectable {
    /// Where log records go, and how, without what may be secret.
    public var description: String { "OTLPLogRecordExporter(\(client.wireProtocol) to \(client.destination))" }
    /// What the exporter has done so far.
    public var customMirror: Mirror { Mirror(self, children: ["statistics": statistics]) }
}

extension OTLPMetricExporter: CustomStringConvertible, CustomReflectable {
    /// Where metrics go, and how, without what may be secret.
    public var description: String { "OTLPMetricExporter(\(client.wireProtocol) to \(client.destination))" }
    /// What the exporter has done so far.
    public var customMirror: Mirror { Mirror(self, children: ["statistics": statistics]) }
}
