// SPDX-License-Identifier: MIT

/// The way in which the measurements of one series are combined into one point.
///
/// Source: OpenTelemetry metrics SDK, Aggregation.
public struct MetricAggregation: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case standard, drop, sum, lastValue
        case explicitBuckets(bounds: [Double]?, recordsMinMax: Bool)
        case exponentialBuckets(maxSize: Int, maxScale: Int, recordsMinMax: Bool)
    }

    let kind: Kind

    /// The specification's default for the kind of instrument: counters sum, gauges keep the last value, histograms
    /// have explicit buckets.
    public static let `default` = MetricAggregation(kind: .standard)
    /// No measurement is kept.
    public static let drop = MetricAggregation(kind: .drop)
    /// The sum of the measurements.
    public static let sum = MetricAggregation(kind: .sum)
    /// The last measurement.
    public static let lastValue = MetricAggregation(kind: .lastValue)

    /// Counts of the measurements in buckets.
    ///
    /// - Parameters:
    ///   - bounds: The upper bounds, strictly ascending. Other bounds are rejected with a warning. `nil` means the
    ///     instrument's own advice, or else the specification's default.
    ///   - recordsMinMax: Whether the smallest and largest value are recorded.
    public static func explicitBuckets(_ bounds: [Double]? = nil, recordsMinMax: Bool = true) -> MetricAggregation {
        MetricAggregation(kind: .explicitBuckets(bounds: bounds, recordsMinMax: recordsMinMax))
    }

    /// Counts of the measurements in buckets whose width grows by a factor that adapts to the values.
    ///
    /// - Parameters:
    ///   - maxSize: The maximum number of buckets above and below zero each; at least 2.
    ///   - maxScale: The finest resolution, −10 to 20.
    ///   - recordsMinMax: Whether the smallest and largest value are recorded.
    public static func exponentialBuckets(
        maxSize: Int = 160, maxScale: Int = 20, recordsMinMax: Bool = true
    ) -> MetricAggregation {
        MetricAggregation(
            kind: .exponentialBuckets(
                maxSize: max(2, maxSize), maxScale: min(max(maxScale, -10), 20), recordsMinMax: recordsMinMax))
    }

    /// The default bounds of the specification, which are suitable for milliseconds.
    public static let defaultBounds: [Double] = [
        0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000,
    ]

    /// Returns the aggregation that `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION` names:
    /// `explicit_bucket_histogram` or `base2_exponential_bucket_histogram`; `nil` if the variable is unset or invalid.
    public static func defaultHistogram(environment: TelemetryEnvironment) -> MetricAggregation? {
        let choices: [String: MetricAggregation] = [
            "explicit_bucket_histogram": .explicitBuckets(),
            "base2_exponential_bucket_histogram": .exponentialBuckets(),
        ]
        return environment.choice("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", of: choices)
    }
}
