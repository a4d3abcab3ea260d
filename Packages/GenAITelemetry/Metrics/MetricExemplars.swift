// SPDX-License-Identifier: MIT
import GenAICore

/// Which measurements may become exemplars.
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

    /// The filter in `OTEL_METRICS_EXEMPLAR_FILTER`: `always_on`, `always_off` or `trace_based`; `nil` when unset or
    /// not understood.
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

    /// What an exemplar needs to know of its surroundings, or `nil` when the measurement may not become one.
    func origin(in context: GenAIContext?, now: () -> UnixNanoseconds) -> MeasurementOrigin? {
        guard kind != .alwaysOff else { return nil }
        let span = (context ?? .current).spanContext
        guard kind == .alwaysOn || span?.isSampled == true else { return nil }
        return MeasurementOrigin(nanoseconds: now(), traceID: span?.traceID, spanID: span?.spanID)
    }
}

/// When and in which span a measurement was made.
struct MeasurementOrigin: Sendable {
    let nanoseconds: UnixNanoseconds
    let traceID: TraceID?
    let spanID: SpanID?
    /// What a view keeps out of the series.
    var filteredAttributes: Attributes = [:]
}

/// The exemplars of all series of one stream: the last measurement per series and bucket.
///
/// Sparse, because most buckets never see a sampled measurement.
struct ExemplarReservoir: Sendable {
    private struct Place: Hashable {
        let series: Int
        let bucket: Int
    }

    /// The most bytes of attributes that views keep out of series and an exemplar tells all the same.
    private static let maxFilteredByteCount = 4 << 10
    private var exemplars: [Place: MetricExemplar] = [:]

    var isEmpty: Bool { exemplars.isEmpty }

    mutating func offer(_ value: MetricNumber, _ origin: MeasurementOrigin, series: Int, bucket: Int = 0) {
        let filtered = origin.filteredAttributes
        exemplars[Place(series: series, bucket: bucket)] = MetricExemplar(
            value: value, nanoseconds: origin.nanoseconds, traceID: origin.traceID, spanID: origin.spanID,
            filteredAttributes: filtered.approximateByteCount <= Self.maxFilteredByteCount ? filtered : [:])
    }

    /// The exemplars of each series, in the order of their buckets.
    func bySeries() -> [Int: [MetricExemplar]] {
        guard !exemplars.isEmpty else { return [:] }
        return Dictionary(grouping: exemplars.sorted { $0.key.bucket < $1.key.bucket }, by: \.key.series)
            .mapValues { $0.map(\.value) }
    }
}
