// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// OTLP/JSON of opentelemetry/proto/metrics/v1/metrics.proto, opentelemetry-proto 1.10.0.

extension JSONWriter {
    /// Writes an `ExportMetricsServiceRequest`.
    mutating func metrics(_ batch: ArraySlice<MetricData>) {
        groups(batch, outer: "resourceMetrics", inner: "scopeMetrics", items: "metrics") { $0.metric($1) }
    }

    private mutating func metric(_ metric: MetricData) {
        object { object in
            object.text("name", metric.name)
            object.text("description", metric.description)
            object.text("unit", metric.unit)
            switch metric.content {
            case .gauge(let points):
                object.data("gauge") { $0.list("dataPoints", points) { $0.numberPoint($1) } }
            case .sum(let sum):
                object.data("sum") { object in
                    object.list("dataPoints", sum.points) { $0.numberPoint($1) }
                    object.number("aggregationTemporality", UInt32(sum.temporality.rawValue))
                    if sum.isMonotonic {
                        object.field("isMonotonic")
                        object.bool(true)
                    }
                }
            case .histogram(let histogram):
                object.data("histogram") { object in
                    object.list("dataPoints", histogram.points) { $0.histogramPoint($1) }
                    object.number("aggregationTemporality", UInt32(histogram.temporality.rawValue))
                }
            case .exponentialHistogram(let histogram):
                object.data("exponentialHistogram") { object in
                    object.list("dataPoints", histogram.points) { $0.exponentialPoint($1) }
                    object.number("aggregationTemporality", UInt32(histogram.temporality.rawValue))
                }
            }
        }
    }

    private mutating func data(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        field(name)
        object(body)
    }

    private mutating func numberPoint(_ point: NumberPoint) {
        attributes(point.attributes)
        time("startTimeUnixNano", point.startNanoseconds)
        time("timeUnixNano", point.nanoseconds)
        value(point.value)
        list("exemplars", point.exemplars) { $0.exemplar($1) }
    }

    private mutating func histogramPoint(_ point: HistogramPoint) {
        attributes(point.attributes)
        time("startTimeUnixNano", point.startNanoseconds)
        time("timeUnixNano", point.nanoseconds)
        count("count", point.count)
        optional("sum", point.sum)
        counts("bucketCounts", point.bucketCounts)
        if !point.bounds.isEmpty {
            field("explicitBounds")
            array { array in
                for bound in point.bounds { array.double(bound) }
            }
        }
        list("exemplars", point.exemplars) { $0.exemplar($1) }
        optional("min", point.min)
        optional("max", point.max)
    }

    private mutating func exponentialPoint(_ point: ExponentialHistogramPoint) {
        attributes(point.attributes)
        time("startTimeUnixNano", point.startNanoseconds)
        time("timeUnixNano", point.nanoseconds)
        count("count", point.count)
        optional("sum", point.sum)
        signed("scale", point.scale)
        count("zeroCount", point.zeroCount)
        buckets("positive", point.positive)
        buckets("negative", point.negative)
        list("exemplars", point.exemplars) { $0.exemplar($1) }
        optional("min", point.min)
        optional("max", point.max)
        if point.zeroThreshold != 0 { optional("zeroThreshold", point.zeroThreshold) }
    }

    private mutating func buckets(_ name: StaticString, _ buckets: ExponentialHistogramPoint.Buckets) {
        guard !buckets.counts.isEmpty else { return }
        data(name) { object in
            object.signed("offset", buckets.offset)
            object.counts("bucketCounts", buckets.counts)
        }
    }

    private mutating func exemplar(_ exemplar: MetricExemplar) {
        attributes(exemplar.filteredAttributes, name: "filteredAttributes")
        time("timeUnixNano", exemplar.nanoseconds)
        value(exemplar.value)
        if let spanID = exemplar.spanID { self.spanID("spanId", spanID) }
        if let traceID = exemplar.traceID { self.traceID("traceId", traceID) }
    }

    // MARK: - Numbers

    private mutating func value(_ number: MetricNumber) {
        switch number {
        case .int(let number):
            field("asInt")
            quoted(number)
        case .double(let number):
            field("asDouble")
            double(number)
        }
    }

    private mutating func count(_ name: StaticString, _ count: UInt64) {
        guard count != 0 else { return }
        field(name)
        quoted(count)
    }

    private mutating func counts(_ name: StaticString, _ counts: [UInt64]) {
        guard !counts.isEmpty else { return }
        field(name)
        array { array in
            for count in counts { array.quoted(count) }
        }
    }

    private mutating func optional(_ name: StaticString, _ number: Double?) {
        guard let number else { return }
        field(name)
        double(number)
    }

    private mutating func signed(_ name: StaticString, _ number: Int) {
        guard number != 0 else { return }
        field(name)
        int(Int32(clamping: number))
    }
}
