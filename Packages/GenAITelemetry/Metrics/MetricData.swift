// SPDX-License-Identifier: MIT
public import GenAICore

/// One metric of one collection, as a plain value for exporters.
///
/// Source: OpenTelemetry metrics data model; opentelemetry-proto `Metric`.
public struct MetricData: Sendable, Hashable {
    /// The kind of metric, with its points.
    public enum Content: Sendable, Hashable {
        /// A sum of increments.
        case sum(MetricSum)
        /// A value at a point in time.
        case gauge([NumberPoint])
        /// A distribution over buckets with explicit bounds.
        case histogram(MetricHistogramData)
        /// A distribution over buckets whose bounds grow by a constant factor.
        case exponentialHistogram(MetricExponentialHistogramData)
    }

    /// The metric's name, for example `gen_ai.client.operation.duration`.
    public var name: String
    /// A description of the metric for people; empty if unknown.
    public var description: String
    /// The unit in UCUM notation, for example `s` or `{token}`; empty if unknown.
    public var unit: String
    /// The points. A metric from a reader has at least one.
    public var content: Content
    /// The library that created the instrument.
    public var scope: InstrumentationScope
    /// The resource that recorded the metric.
    public var resource: Resource

    /// Creates a metric, for tests and for programs that import metrics from elsewhere.
    public init(
        name: String, description: String = "", unit: String = "", content: Content, scope: InstrumentationScope,
        resource: Resource = Resource()
    ) {
        self.name = name
        self.description = description
        self.unit = unit
        self.content = content
        self.scope = scope
        self.resource = resource
    }

    /// The number of points of the metric.
    public var pointCount: Int {
        switch content {
        case .sum(let sum): sum.points.count
        case .gauge(let points): points.count
        case .histogram(let histogram): histogram.points.count
        case .exponentialHistogram(let histogram): histogram.points.count
        }
    }
}

/// The interval of the points of a sum or a histogram. The raw values are those of opentelemetry-proto.
public enum AggregationTemporality: UInt8, Sendable, Hashable {
    /// Each point covers the time since the previous collection.
    case delta = 1
    /// Each point covers the time since one fixed start.
    case cumulative = 2
}

/// A sum of increments. Source: opentelemetry-proto `Sum`.
public struct MetricSum: Sendable, Hashable {
    /// One point for each attribute set.
    public var points: [NumberPoint]
    /// The temporality of the points.
    public var temporality: AggregationTemporality
    /// Indicates whether the sum can only grow.
    public var isMonotonic: Bool

    /// Creates a sum.
    public init(points: [NumberPoint], temporality: AggregationTemporality, isMonotonic: Bool) {
        self.points = points
        self.temporality = temporality
        self.isMonotonic = isMonotonic
    }
}

/// A distribution over buckets with explicit bounds. Source: opentelemetry-proto `Histogram`.
public struct MetricHistogramData: Sendable, Hashable {
    /// One point for each attribute set.
    public var points: [HistogramPoint]
    /// The temporality of the points.
    public var temporality: AggregationTemporality

    /// Creates a histogram.
    public init(points: [HistogramPoint], temporality: AggregationTemporality) {
        self.points = points
        self.temporality = temporality
    }
}

/// A distribution over exponential buckets. Source: opentelemetry-proto `ExponentialHistogram`.
public struct MetricExponentialHistogramData: Sendable, Hashable {
    /// One point for each attribute set.
    public var points: [ExponentialHistogramPoint]
    /// The temporality of the points.
    public var temporality: AggregationTemporality

    /// Creates a histogram.
    public init(points: [ExponentialHistogramPoint], temporality: AggregationTemporality) {
        self.points = points
        self.temporality = temporality
    }
}

/// A measured number that is an integer or floating point: `as_int` or `as_double` of opentelemetry-proto.
public enum MetricNumber: Sendable, Hashable {
    /// An integer.
    case int(Int)
    /// A floating-point number.
    case double(Double)

    /// The number as floating point; integers above 2^53 are rounded.
    public var doubleValue: Double {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        }
    }
}

/// The value of one series of a sum or a gauge. Source: opentelemetry-proto `NumberDataPoint`.
public struct NumberPoint: Sendable, Hashable {
    /// The attributes that identify the series.
    public var attributes: Attributes
    /// The start of the point's interval; zero for gauges.
    public var startNanoseconds: UnixNanoseconds
    /// The time of the collection.
    public var nanoseconds: UnixNanoseconds
    /// The value.
    public var value: MetricNumber
    /// Single measurements in the interval, with their spans.
    public var exemplars: [MetricExemplar]

    /// Creates a point.
    public init(
        attributes: Attributes = [:], startNanoseconds: UnixNanoseconds = 0, nanoseconds: UnixNanoseconds,
        value: MetricNumber, exemplars: [MetricExemplar] = []
    ) {
        self.attributes = attributes
        self.startNanoseconds = startNanoseconds
        self.nanoseconds = nanoseconds
        self.value = value
        self.exemplars = exemplars
    }
}

/// The distribution of one series. Source: opentelemetry-proto `HistogramDataPoint`.
public struct HistogramPoint: Sendable, Hashable {
    /// The attributes that identify the series.
    public var attributes: Attributes
    /// The start of the point's interval.
    public var startNanoseconds: UnixNanoseconds
    /// The time of the collection.
    public var nanoseconds: UnixNanoseconds
    /// The number of values.
    public var count: UInt64
    /// The sum of the values; `nil` if values may be negative.
    public var sum: Double?
    /// The smallest value; `nil` if it is not recorded.
    public var min: Double?
    /// The largest value; `nil` if it is not recorded.
    public var max: Double?
    /// The upper bounds of all buckets but the last, ascending. A value equal to a bound belongs to the bucket below
    /// it.
    public var bounds: [Double]
    /// The number of values in each bucket: one more count than there are bounds, or none at all.
    public var bucketCounts: [UInt64]
    /// Single measurements in the interval, with their spans.
    public var exemplars: [MetricExemplar]

    /// Creates a point.
    public init(
        attributes: Attributes = [:], startNanoseconds: UnixNanoseconds = 0, nanoseconds: UnixNanoseconds,
        count: UInt64, sum: Double? = nil, min: Double? = nil, max: Double? = nil, bounds: [Double] = [],
        bucketCounts: [UInt64] = [], exemplars: [MetricExemplar] = []
    ) {
        self.attributes = attributes
        self.startNanoseconds = startNanoseconds
        self.nanoseconds = nanoseconds
        self.count = count
        self.sum = sum
        self.min = min
        self.max = max
        self.bounds = bounds
        self.bucketCounts = bucketCounts
        self.exemplars = exemplars
    }
}

/// The distribution of one series over exponential buckets.
///
/// Bucket `i` contains the values in (base^i, base^(i+1)] with base = 2^(2^-scale).
///
/// Source: opentelemetry-proto `ExponentialHistogramDataPoint`.
public struct ExponentialHistogramPoint: Sendable, Hashable {
    /// A range of adjacent buckets.
    public struct Buckets: Sendable, Hashable {
        /// The index of the first bucket.
        public var offset: Int
        /// The number of values in each bucket, beginning with the first.
        public var counts: [UInt64]

        /// Creates a range of buckets.
        public init(offset: Int = 0, counts: [UInt64] = []) {
            self.offset = offset
            self.counts = counts
        }
    }

    /// The attributes that identify the series.
    public var attributes: Attributes
    /// The start of the point's interval.
    public var startNanoseconds: UnixNanoseconds
    /// The time of the collection.
    public var nanoseconds: UnixNanoseconds
    /// The number of values.
    public var count: UInt64
    /// The sum of the values; `nil` if values may be negative.
    public var sum: Double?
    /// The smallest value; `nil` if it is not recorded.
    public var min: Double?
    /// The largest value; `nil` if it is not recorded.
    public var max: Double?
    /// The resolution: each increment splits every bucket in two.
    public var scale: Int
    /// The number of values whose distance from zero is at most ``zeroThreshold``.
    public var zeroCount: UInt64
    /// The width of the zero bucket.
    public var zeroThreshold: Double
    /// The buckets of the values above zero.
    public var positive: Buckets
    /// The buckets of the magnitudes of the values below zero.
    public var negative: Buckets
    /// Single measurements in the interval, with their spans.
    public var exemplars: [MetricExemplar]

    /// Creates a point.
    public init(
        attributes: Attributes = [:], startNanoseconds: UnixNanoseconds = 0, nanoseconds: UnixNanoseconds,
        count: UInt64, sum: Double? = nil, min: Double? = nil, max: Double? = nil, scale: Int, zeroCount: UInt64 = 0,
        zeroThreshold: Double = 0, positive: Buckets = Buckets(), negative: Buckets = Buckets(),
        exemplars: [MetricExemplar] = []
    ) {
        self.attributes = attributes
        self.startNanoseconds = startNanoseconds
        self.nanoseconds = nanoseconds
        self.count = count
        self.sum = sum
        self.min = min
        self.max = max
        self.scale = scale
        self.zeroCount = zeroCount
        self.zeroThreshold = zeroThreshold
        self.positive = positive
        self.negative = negative
        self.exemplars = exemplars
    }
}

/// One measurement as an example of its series. Source: opentelemetry-proto `Exemplar`.
public struct MetricExemplar: Sendable, Hashable {
    /// The measured value.
    public var value: MetricNumber
    /// The time of the measurement.
    public var nanoseconds: UnixNanoseconds
    /// The trace of the measurement; `nil` outside traces.
    public var traceID: TraceID?
    /// The span of the measurement; `nil` outside spans.
    public var spanID: SpanID?
    /// The measurement's attributes that a view excludes from the series.
    public var filteredAttributes: Attributes

    /// Creates an exemplar.
    public init(
        value: MetricNumber, nanoseconds: UnixNanoseconds, traceID: TraceID? = nil, spanID: SpanID? = nil,
        filteredAttributes: Attributes = [:]
    ) {
        self.value = value
        self.nanoseconds = nanoseconds
        self.traceID = traceID
        self.spanID = spanID
        self.filteredAttributes = filteredAttributes
    }
}
