// SPDX-License-Identifier: MIT
import GenAICore

/// The measurements that may become exemplars.
///
/// Source: OpenTelemetry metrics SDK, ExemplarFilter.
public struct ExemplarFilter: Sendable, Hashable {
    private enum Kind: Hashable { case alwaysOn, alwaysOff, traceBased }
    private let kind: Kind

    /// All measurements.
    public static let alwaysOn = ExemplarFilter(kind: .alwaysOn)
    /// No measurement.
    public static let alwaysOff = ExemplarFilter(kind: .alwaysOff)
    /// Measurements made within a sampled span. The default.
    public static let traceBased = ExemplarFilter(kind: .traceBased)

    /// Creates the filter that `OTEL_METRICS_EXEMPLAR_FILTER` names: `always_on`, `always_off` or `trace_based`; `nil`
    /// if the variable is unset or invalid.
    public init?(environment: TelemetryEnvironment) {
        let choices: [String: ExemplarFilter] = [
            "always_on": .alwaysOn, "always_off": .alwaysOff, "trace_based": .traceBased,
        ]
        guard let choice = environment.choice("OTEL_METRICS_EXEMPLAR_FILTER", of: choices) else { return nil }
        self = choice
    }

    private init(kind: Kind) {
        self.kind = kind
    }

    /// Returns the time and span of a measurement; `nil` if it may not become an exemplar.
    func origin(in context: GenAIContext?, now: () -> UnixNanoseconds) -> MeasurementOrigin? {
        guard kind != .alwaysOff else { return nil }
        let span = (context ?? .current).spanContext
        guard kind == .alwaysOn || span?.isSampled == true else { return nil }
        return MeasurementOrigin(nanoseconds: now(), traceID: span?.traceID, spanID: span?.spanID)
    }
}

/// The time and the span of a measurement.
struct MeasurementOrigin: Sendable {
    let nanoseconds: UnixNanoseconds
    let traceID: TraceID?
    let spanID: SpanID?
    /// The attributes that a view excludes from the series.
    var filteredAttributes: Attributes = [:]
}

/// The exemplars of all series of one stream: the last measurement for each series and bucket.
///
/// Sparse, because most buckets never receive a sampled measurement.
struct ExemplarReservoir: Sendable {
    private struct Place: Hashable {
        let series: Int
        let bucket: Int
    }

    /// The maximum number of bytes of attributes that a view excludes from series but that an exemplar contains.
    private static let maxFilteredByteCount = 4 << 10
    private var exemplars: [Place: MetricExemplar] = [:]

    var isEmpty: Bool { exemplars.isEmpty }

    mutating func offer(_ value: MetricNumber, _ origin: MeasurementOrigin, series: Int, bucket: Int = 0) {
        let filtered = origin.filteredAttributes
        exemplars[Place(series: series, bucket: bucket)] = MetricExemplar(
            value: value, nanoseconds: origin.nanoseconds, traceID: origin.traceID, spanID: origin.spanID,
            filteredAttributes: filtered.approximateByteCount <= Self.maxFilteredByteCount ? filtered : [:])
    }

    /// Returns the exemplars of each series, in the order of their buckets.
    func bySeries() -> [Int: [MetricExemplar]] {
        guard !exemplars.isEmpty else { return [:] }
        return Dictionary(grouping: exemplars.sorted { $0.key.bucket < $1.key.bucket }, by: \.key.series)
            .mapValues { $0.map(\.value) }
    }
}
