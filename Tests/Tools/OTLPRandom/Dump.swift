// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// The telemetry as it is in memory, in a form of its own that Scripts/check-otlp-roundtrip knows: nothing here follows
// OTLP. 64-bit numbers are text, floating-point numbers their bits, attribute values [kind, content].

extension JSONWriter {
    mutating func dump(_ span: SpanData) {
        object { object in
            object.origin(span.resource, span.scope)
            object.member("context") { $0.dump(span.context) }
            if let parent = span.parent { object.member("parent") { $0.dump(parent) } }
            object.member("name") { $0.string(span.name) }
            object.member("kind") { $0.int(span.kind.rawValue) }
            object.member("times") { writer in
                writer.array { array in
                    array.quoted(span.startNanoseconds)
                    array.quoted(span.endNanoseconds)
                }
            }
            object.member("attributes") { $0.dump(span.attributes) }
            object.member("dropped") { writer in
                writer.array { array in
                    array.int(span.droppedAttributesCount)
                    array.int(span.droppedEventsCount)
                    array.int(span.droppedLinksCount)
                }
            }
            object.member("events") { $0.dump(span.events) { $0.dump($1) } }
            object.member("links") { $0.dump(span.links) { $0.dump($1) } }
            object.member("status") { $0.dump(span.status) }
        }
    }

    mutating func dump(_ record: LogRecordData) {
        object { object in
            object.origin(record.resource, record.scope)
            object.member("nanoseconds") { $0.quoted(record.nanoseconds ?? 0) }
            object.member("observed") { $0.quoted(record.observedNanoseconds ?? 0) }
            object.member("severity") { $0.int(record.severity?.rawValue ?? 0) }
            object.member("severityText") { $0.string(record.severityText ?? "") }
            object.member("eventName") { $0.string(record.eventName ?? "") }
            if let body = record.body { object.member("body") { $0.dump(body) } }
            object.member("attributes") { $0.dump(record.attributes) }
            object.member("dropped") { $0.int(record.droppedAttributesCount) }
            if let context = record.spanContext { object.member("context") { $0.dump(context) } }
        }
    }

    mutating func dump(_ metric: MetricData) {
        object { object in
            object.origin(metric.resource, metric.scope)
            object.member("name") { $0.string(metric.name) }
            object.member("description") { $0.string(metric.description) }
            object.member("unit") { $0.string(metric.unit) }
            switch metric.content {
            case .gauge(let points): object.points("gauge", points) { $0.dump($1) }
            case .sum(let sum):
                object.points("sum", sum.points) { $0.dump($1) }
                object.member("temporality") { $0.int(sum.temporality.rawValue) }
                object.member("monotonic") { $0.bool(sum.isMonotonic) }
            case .histogram(let histogram):
                object.points("histogram", histogram.points) { $0.dump($1) }
                object.member("temporality") { $0.int(histogram.temporality.rawValue) }
            case .exponentialHistogram(let histogram):
                object.points("exponential_histogram", histogram.points) { $0.dump($1) }
                object.member("temporality") { $0.int(histogram.temporality.rawValue) }
            }
        }
    }

    // MARK: - Parts

    private mutating func origin(_ resource: Resource, _ scope: InstrumentationScope) {
        member("resource") { writer in
            writer.object { object in
                object.member("attributes") { $0.dump(resource.attributes) }
                object.member("schemaURL") { $0.string(resource.schemaURL ?? "") }
            }
        }
        member("scope") { writer in
            writer.object { object in
                object.member("name") { $0.string(scope.name) }
                object.member("version") { $0.string(scope.version ?? "") }
                object.member("attributes") { $0.dump(scope.attributes) }
                object.member("schemaURL") { $0.string(scope.schemaURL ?? "") }
            }
        }
    }

    private mutating func dump(_ context: SpanContext) {
        object { object in
            object.member("traceID") { $0.string(context.traceID.description) }
            object.member("spanID") { $0.string(context.spanID.description) }
            object.member("flags") { $0.int(context.flags.rawValue) }
            object.member("traceState") { $0.string(context.traceState.description) }
            object.member("isRemote") { $0.bool(context.isRemote) }
        }
    }

    private mutating func dump(_ event: TraceSpan.Event) {
        object { object in
            object.member("name") { $0.string(event.name) }
            object.member("nanoseconds") { $0.quoted(event.nanoseconds) }
            object.member("attributes") { $0.dump(event.attributes) }
            object.member("dropped") { $0.int(event.droppedAttributesCount) }
        }
    }

    private mutating func dump(_ link: TraceSpan.Link) {
        object { object in
            object.member("context") { $0.dump(link.context) }
            object.member("attributes") { $0.dump(link.attributes) }
            object.member("dropped") { $0.int(link.droppedAttributesCount) }
        }
    }

    private mutating func dump(_ status: TraceSpan.Status) {
        switch status {
        case .unset: string("unset")
        case .ok: string("ok")
        case .error(let description): string("error \(description)")
        }
    }

    private mutating func dump(_ point: NumberPoint) {
        object { object in
            object.common(point.attributes, point.startNanoseconds, point.nanoseconds, point.exemplars)
            object.member("value") { $0.dump(point.value) }
        }
    }

    private mutating func dump(_ point: HistogramPoint) {
        object { object in
            object.common(point.attributes, point.startNanoseconds, point.nanoseconds, point.exemplars)
            object.member("count") { $0.quoted(point.count) }
            object.statistics(point.sum, point.min, point.max)
            object.member("bounds") { $0.dump(point.bounds) { $0.bits($1) } }
            object.member("buckets") { $0.dump(point.bucketCounts) { $0.quoted($1) } }
        }
    }

    private mutating func dump(_ point: ExponentialHistogramPoint) {
        object { object in
            object.common(point.attributes, point.startNanoseconds, point.nanoseconds, point.exemplars)
            object.member("count") { $0.quoted(point.count) }
            object.statistics(point.sum, point.min, point.max)
            object.member("scale") { $0.int(point.scale) }
            object.member("zeroCount") { $0.quoted(point.zeroCount) }
            object.member("zeroThreshold") { $0.bits(point.zeroThreshold) }
            for (name, buckets) in [("positive", point.positive), ("negative", point.negative)] {
                object.member(name) { $0.dump(buckets.counts) { $0.quoted($1) } }
                // Without buckets there is no place where the first one would be.
                object.member("\(name)Offset") { $0.int(buckets.counts.isEmpty ? 0 : buckets.offset) }
            }
        }
    }

    private mutating func common(
        _ attributes: Attributes, _ start: UnixNanoseconds, _ time: UnixNanoseconds, _ exemplars: [MetricExemplar]
    ) {
        member("attributes") { $0.dump(attributes) }
        member("start") { $0.quoted(start) }
        member("time") { $0.quoted(time) }
        member("exemplars") { writer in
            writer.dump(exemplars) { writer, exemplar in
                writer.object { object in
                    object.member("value") { $0.dump(exemplar.value) }
                    object.member("time") { $0.quoted(exemplar.nanoseconds) }
                    object.member("traceID") { $0.string(exemplar.traceID?.description ?? "") }
                    object.member("spanID") { $0.string(exemplar.spanID?.description ?? "") }
                    object.member("attributes") { $0.dump(exemplar.filteredAttributes) }
                }
            }
        }
    }

    private mutating func statistics(_ sum: Double?, _ min: Double?, _ max: Double?) {
        for (name, number) in [("sum", sum), ("min", min), ("max", max)] {
            if let number { member(name) { $0.bits(number) } }
        }
    }

    // MARK: - Values

    private mutating func dump(_ number: MetricNumber) {
        switch number {
        case .int(let number): pair("int") { $0.quoted(number) }
        case .double(let number): pair("double") { $0.bits(number) }
        }
    }

    private mutating func dump(_ attributes: Attributes) {
        array { array in
            for attribute in attributes {
                array.array { pair in
                    pair.string(attribute.key)
                    pair.dump(attribute.value)
                }
            }
        }
    }

    private mutating func dump(_ value: AttributeValue) {
        switch value {
        case .string(let text): pair("string") { $0.string(text) }
        case .bool(let flag): pair("bool") { $0.bool(flag) }
        case .int(let number): pair("int") { $0.quoted(number) }
        case .double(let number): pair("double") { $0.bits(number) }
        case .bytes(let data): pair("bytes") { $0.base64(data) }
        case .array(let elements): pair("array") { $0.dump(elements) { $0.dump($1) } }
        case .map(let entries): pair("map") { $0.dump(entries) }
        case .null: pair("null") { $0.null() }
        }
    }

    private mutating func points<Point>(
        _ kind: String, _ points: [Point], _ write: (inout JSONWriter, Point) -> Void
    ) {
        member("type") { $0.string(kind) }
        member("points") { $0.dump(points, write) }
    }

    private mutating func dump<Element>(_ elements: [Element], _ write: (inout JSONWriter, Element) -> Void) {
        array { array in
            for element in elements { write(&array, element) }
        }
    }

    private mutating func bits(_ number: Double) {
        quoted(number.bitPattern)
    }

    private mutating func pair(_ kind: String, _ content: (inout JSONWriter) -> Void) {
        array { array in
            array.string(kind)
            content(&array)
        }
    }

    private mutating func member(_ name: String, _ content: (inout JSONWriter) -> Void) {
        key(name)
        content(&self)
    }
}
