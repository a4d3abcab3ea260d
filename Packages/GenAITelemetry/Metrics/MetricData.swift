// SPDX-License-Identifier: MIT
public import GenAICore

/// One metric of one collection, as exporters see it: a plain value.
///
/// Source: OpenTelemetry metrics data model; opentelemetry-proto `Metric`.
public struct MetricData: Sendable, Hashable {
    /// What kind of metric it is, with its points.
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
    /// What the metric says, for people; empty when unknown.
    public var description: String
    /// The unit in UCUM notation, for example `s` or `{token}`; empty when unknown.
    public var unit: String
    /// The points. Never without one when it comes from a reader.
    public var content: Content
    /// The library that made the instrument.
    public var scope: InstrumentationScope
    /// What the metric was recorded in.
    public var resource: Resource

    /// Creates a metric; for tests and for programs that import metrics from elsewhere.
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

    /// How many points the metric has.
    public var pointCount: Int {
        switch content {
        case .sum(let sum): sum.points.count
        case .gauge(let points): points.count
        case .histogram(let histogram): histogram.points.count
        case .exponentialHistogram(let histogram): histogram.points.count
        }
    }
}

/// What the points of a sum or a histogram count from. The raw values are those of opentelemetry-proto.
public enum AggregationTemporality: UInt8, Sendable, Hashable {
    /// Each point counts from the previous collection.
    case delta = 1
    /// Each point counts from one fixed start.
    case cumulative = 2
}

/// A sum of increments. Source: opentelemetry-proto `Sum`.
public struct MetricSum: Sendable, Hashable {
    /// One point per attribute set.
    public var points: [NumberPoint]
    /// What the points count from.
    public var temporality: AggregationTemporality
    /// Whether the sum can only grow.
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
    /// One point per attribute set.
    public var points: [HistogramPoint]
    /// What the points count from.
    public var temporality: AggregationTemporality

    /// Creates a histogram.
    public init(points: [HistogramPoint], temporality: AggregationTemporality) {
        self.points = points
        self.temporality = temporality
    }
}

/// A distribution over exponential buckets. Source: opentelemetry-proto `ExponentialHistogram`.
public struct MetricExponentialHistogramData: Sendable, Hashable {
    /// One point per attribute set.
    public var points: [ExponentialHistogramPoint]
    /// What the points count from.
    public var temporality: AggregationTemporality

    /// Creates a histogram.
    public init(points: [ExponentialHistogramPoint], temporality: AggregationTemporality) {
        self.points = points
        self.temporality = temporality
    }
}

/// A measured number that remembers whether it is whole: `as_int` or `as_double` of opentelemetry-proto.
public enum MetricNumber: Sendable, Hashable {
    /// A whole number.
    case int(Int)
    /// A floating-point number.
    case double(Double)

    /// The number as floating point; whole numbers above 2^53 are rounded.
    public var doubleValue: Double {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        }
    }
}

/// The value of one series of a sum or a gauge. Source: opentelemetry-proto `NumberDataPoint`.
public struct NumberPoint: Sendable, Hashable {
    /// What distinguishes the series.
    public var attributes: Attributes
    /// What the point counts from; zero for gauges.
    public var startNanoseconds: UnixNanoseconds
    /// When the value was collected.
    public var nanoseconds: UnixNanoseconds
    /// The value.
    public var value: MetricNumber
    /// Single measurements of the interval, with the spans they were made in.
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
    /// What distinguishes the series.
    public var attributes: Attributes
    /// What the point counts from.
    public var startNanoseconds: UnixNanoseconds
    /// When the distribution was collected.
    public var nanoseconds: UnixNanoseconds
    /// How many values there are.
    public var count: UInt64
    /// Their sum; `nil` when values may be negative.
    public var sum: Double?
    /// The smallest value; `nil` when not kept.
    public var min: Double?
    /// The largest value; `nil` when not kept.
    public var max: Double?
    /// The upper bounds of all buckets but the last, ascending. A value equal to a bound counts below it.
    public var bounds: [Double]
    /// How many values fell into each bucket: one more than there are bounds, or none at all.
    public var bucketCounts: [UInt64]
    /// Single measurements of the interval, with the spans they were made in.
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
/// Bucket `i` holds the values in (base^i, base^(i+1)] with base = 2^(2^-scale).
///
/// Source: opentelemetry-proto `ExponentialHistogramDataPoint`.
public struct ExponentialHistogramPoint: Sendable, Hashable {
    /// A run of buckets.
    public struct Buckets: Sendable, Hashable {
        /// The index of the first bucket.
        public var offset: Int
        /// How many values fell into each bucket from there on.
        public var counts: [UInt64]

        /// Creates a run of buckets.
        public init(offset: Int = 0, counts: [UInt64] = []) {
            self.offset = offset
            self.counts = counts
        }
    }

    /// What distinguishes the series.
    public var attributes: Attributes
    /// What the point counts from.
    public var startNanoseconds: UnixNanoseconds
    /// When the distribution was collected.
    public var nanoseconds: UnixNanoseconds
    /// How many values there are.
    public var count: UInt64
    /// Their sum; `nil` when values may be negative.
    public var sum: Double?
    /// The smallest value; `nil` when not kept.
    public var min: Double?
    /// The largest value; `nil` when not kept.
    public var max: Double?
    /// The resolution: each step up halves the buckets.
    public var scale: Int
    /// How many values are at most ``zeroThreshold`` away from zero.
    public var zeroCount: UInt64
    /// The width of the zero bucket.
    public var zeroThreshold: Double
    /// The values above zero.
    public var positive: Buckets
    /// The magnitudes of the values below zero.
    public var negative: Buckets
    /// Single measurements of the interval, with the spans they were made in.
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

/// One measurement that stands for others of its series. Source: opentelemetry-proto `Exemplar`.
public struct MetricExemplar: Sendable, Hashable {
    /// The measured value.
    public var value: MetricNumber
    /// When it was measured.
    public var nanoseconds: UnixNanoseconds
    /// The trace it was measured in; `nil` outside of traces.
    public var traceID: TraceID?
    /// The span it was measured in; `nil` outside of spans.
    public var spanID: SpanID?
    /// The measurement's attributes that a view keeps out of the series.
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
