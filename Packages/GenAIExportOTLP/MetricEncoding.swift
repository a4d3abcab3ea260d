// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// opentelemetry/proto/metrics/v1/metrics.proto and collector/metrics/v1/metrics_service.proto,
// opentelemetry-proto 1.10.0.

extension ProtobufWriter {
    /// Writes the body of an `ExportMetricsServiceRequest`, which is the same as that of `MetricsData`.
    mutating func metrics(_ batch: ArraySlice<MetricData>) {
        for group in grouped(batch) {
            message(1, expecting: batch.count * 1_024) { resourceMetrics in
                resourceMetrics.resource(1, group.resource)
                for scope in group.scopes { resourceMetrics.scopeMetrics(2, scope, of: batch) }
                resourceMetrics.string(3, group.resource.schemaURL ?? "")
            }
        }
    }

    private mutating func scopeMetrics(_ field: Int, _ group: ScopeGroup, of batch: ArraySlice<MetricData>) {
        message(field, expecting: group.positions.count * 1_024) { scopeMetrics in
            scopeMetrics.scope(1, group.scope)
            for position in group.positions { scopeMetrics.metric(2, batch[position]) }
            scopeMetrics.string(3, group.scope.schemaURL ?? "")
        }
    }

    private mutating func metric(_ field: Int, _ metric: MetricData) {
        message(field, expecting: 512) { message in
            message.string(1, metric.name)
            message.string(2, metric.description)
            message.string(3, metric.unit)
            switch metric.content {
            case .gauge(let points):
                message.message(5, expecting: 256) { gauge in
                    for point in points { gauge.numberPoint(1, point) }
                }
            case .sum(let sum): message.sum(7, sum)
            case .histogram(let histogram): message.histogram(9, histogram)
            case .exponentialHistogram(let histogram): message.exponentialHistogram(10, histogram)
            }
        }
    }

    private mutating func sum(_ field: Int, _ sum: MetricSum) {
        message(field, expecting: 256) { message in
            for point in sum.points { message.numberPoint(1, point) }
            message.varint(2, UInt64(sum.temporality.rawValue))
            message.bool(3, sum.isMonotonic)
        }
    }

    private mutating func histogram(_ field: Int, _ histogram: MetricHistogramData) {
        message(field, expecting: 512) { message in
            for point in histogram.points { message.histogramPoint(1, point) }
            message.varint(2, UInt64(histogram.temporality.rawValue))
        }
    }

    private mutating func exponentialHistogram(_ field: Int, _ histogram: MetricExponentialHistogramData) {
        message(field, expecting: 512) { message in
            for point in histogram.points { message.exponentialPoint(1, point) }
            message.varint(2, UInt64(histogram.temporality.rawValue))
        }
    }

    // MARK: - Points

    private mutating func numberPoint(_ field: Int, _ point: NumberPoint) {
        message(field, expecting: 256) { message in
            message.fixed64(2, point.startNanoseconds)
            message.fixed64(3, point.nanoseconds)
            if case .double(let number) = point.value { message.double(4, number, always: true) }
            for exemplar in point.exemplars { message.exemplar(5, exemplar) }
            if case .int(let number) = point.value { message.signedFixed64(6, number) }
            message.attributes(7, point.attributes)
        }
    }

    private mutating func histogramPoint(_ field: Int, _ point: HistogramPoint) {
        message(field, expecting: 512) { message in
            message.fixed64(2, point.startNanoseconds)
            message.fixed64(3, point.nanoseconds)
            message.fixed64(4, point.count)
            message.double(5, optional: point.sum)
            message.packed(6, point.bucketCounts)
            message.packed(7, point.bounds.lazy.map(\.bitPattern))
            for exemplar in point.exemplars { message.exemplar(8, exemplar) }
            message.attributes(9, point.attributes)
            message.double(11, optional: point.min)
            message.double(12, optional: point.max)
        }
    }

    private mutating func exponentialPoint(_ field: Int, _ point: ExponentialHistogramPoint) {
        message(field, expecting: 512) { message in
            message.attributes(1, point.attributes)
            message.fixed64(2, point.startNanoseconds)
            message.fixed64(3, point.nanoseconds)
            message.fixed64(4, point.count)
            message.double(5, optional: point.sum)
            message.zigzag(6, point.scale)
            message.fixed64(7, point.zeroCount)
            message.buckets(8, point.positive)
            message.buckets(9, point.negative)
            for exemplar in point.exemplars { message.exemplar(11, exemplar) }
            message.double(12, optional: point.min)
            message.double(13, optional: point.max)
            message.double(14, point.zeroThreshold)
        }
    }

    private mutating func buckets(_ field: Int, _ buckets: ExponentialHistogramPoint.Buckets) {
        guard !buckets.counts.isEmpty else { return }
        message(field, expecting: 64) { message in
            message.zigzag(1, buckets.offset)
            message.packed(2, varints: buckets.counts)
        }
    }

    private mutating func exemplar(_ field: Int, _ exemplar: MetricExemplar) {
        message(field, expecting: 64) { message in
            message.fixed64(2, exemplar.nanoseconds)
            if case .double(let number) = exemplar.value { message.double(3, number, always: true) }
            if let spanID = exemplar.spanID { message.spanID(4, spanID) }
            if let traceID = exemplar.traceID { message.traceID(5, traceID) }
            if case .int(let number) = exemplar.value { message.signedFixed64(6, number) }
            message.attributes(7, exemplar.filteredAttributes)
        }
    }

    /// Writes an `sfixed64` field of a oneof.
    private mutating func signedFixed64(_ field: Int, _ number: Int) {
        fixed64(field, UInt64(bitPattern: Int64(number)), always: true)
    }

    /// Writes an `optional double` field: zero is written, `nil` is not.
    private mutating func double(_ field: Int, optional number: Double?) {
        if let number { double(field, number, always: true) }
    }

    /// Writes a `sint32` field.
    private mutating func zigzag(_ field: Int, _ number: Int) {
        let number = Int32(clamping: number)
        varint(field, UInt64(UInt32(bitPattern: number << 1 ^ number >> 31)))
    }
}
