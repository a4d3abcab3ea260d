// SPDX-License-Identifier: MIT
import GenAICore
import GenAIExportOTLP
import GenAITelemetry
import Testing

/// A batch and the name of the files that say how it is encoded.
struct GoldenVector<Item: Sendable>: Sendable, CustomTestStringConvertible {
    var name: String
    var batch: [Item]

    init(_ name: String, _ batch: [Item]) {
        (self.name, self.batch) = (name, batch)
    }

    var testDescription: String { name }
}

/// The telemetry of the golden vectors, by the names of the files. The same is built in Scripts/generate-golden.
enum GoldenVectors {
    static let traces: [GoldenVector<SpanData>] = [
        .init("trace-every-field", [everyField]),
        .init("trace-defaults", [defaults]),
        .init("trace-kinds-and-statuses", kindsAndStatuses),
        .init("trace-attribute-values", [attributeValues]),
        .init("trace-varint-boundaries", varintBoundaries),
        .init("trace-groups", groups),
    ]

    static let logs: [GoldenVector<LogRecordData>] = [
        .init("log-every-field", [logEveryField]),
        .init("log-defaults", [LogRecordData()]),
        .init("log-bodies", logBodies),
    ]

    static let metrics: [GoldenVector<MetricData>] = [
        .init("metric-numbers", numbers),
        .init("metric-histograms", histograms),
        .init("metric-exponential-histograms", exponentialHistograms),
    ]

    // MARK: - Common

    static let start: UnixNanoseconds = 1_700_000_000_123_456_789
    static let trace = TraceID(high: 0x4bf9_2f35_77b3_4da6, low: 0xa3ce_929d_0e0e_4736)
    static let reversedTrace = TraceID(high: 0x3647_0e0e_9d92_cea3, low: 0xa64d_b377_352f_f94b)
    static let context = SpanContext(traceID: trace, spanID: SpanID(rawValue: 0x00f0_67aa_0ba9_02b7))
    static let parentID = SpanID(rawValue: 0x0102_0304_0506_0708)
    static let resource = Resource(["service.name": "golden"])
    static let scope = InstrumentationScope(name: "scope")
    static let fullResource = Resource(
        ["service.name": "golden", "process.pid": 4242], schemaURL: "https://example.com/resource")
    static let fullScope = InstrumentationScope(
        name: "GenAIOpenAI", version: "1.2.3", schemaURL: "https://example.com/scope",
        attributes: ["library.tier": "core"])

    static func span(_ name: String = "", attributes: Attributes = [:], status: TraceSpan.Status = .unset) -> SpanData {
        SpanData(
            name: name, context: context, startNanoseconds: 0, attributes: attributes, status: status, scope: scope,
            resource: resource)
    }

    // MARK: - Traces

    static var everyField: SpanData {
        var own = context
        own.flags = .sampled
        own.traceState = TraceState("vendor=one,other=two") ?? TraceState()
        let linked = SpanContext(
            traceID: reversedTrace, spanID: parentID, flags: [.sampled, .random],
            traceState: TraceState("vendor=linked") ?? TraceState(), isRemote: true)
        var span = SpanData(
            name: "chat gpt-4o 🧠", context: own,
            parent: SpanContext(traceID: trace, spanID: parentID, isRemote: true), kind: .client,
            startNanoseconds: start, endNanoseconds: start + 1_000_000_000,
            attributes: ["gen_ai.request.model": "gpt-4o"],
            events: [
                TraceSpan.Event(
                    name: "gen_ai.choice", nanoseconds: start + 5, attributes: ["index": 1], droppedAttributesCount: 3)
            ],
            links: [TraceSpan.Link(context: linked, attributes: ["kind": "retry"], droppedAttributesCount: 4)],
            status: .error(description: "rate limited"), scope: fullScope, resource: fullResource)
        span.droppedAttributesCount = 5
        span.droppedEventsCount = 6
        span.droppedLinksCount = 7
        return span
    }

    static var defaults: SpanData {
        let nowhere = SpanContext(traceID: TraceID(high: 0, low: 0), spanID: SpanID(rawValue: 0))
        return SpanData(
            name: "", context: context, startNanoseconds: 0, events: [TraceSpan.Event(name: "", nanoseconds: 0)],
            links: [TraceSpan.Link(context: nowhere)], scope: InstrumentationScope(name: ""), resource: Resource())
    }

    static var kindsAndStatuses: [SpanData] {
        let kinds: [TraceSpan.Kind] = [.internal, .server, .client, .producer, .consumer]
        let statuses: [TraceSpan.Status] = [.unset, .ok, .error(), .error(description: "no"), .unset]
        return zip(kinds, statuses).map { kind, status in
            SpanData(
                name: "kind \(kind.rawValue)", context: context, kind: kind, startNanoseconds: 0, status: status,
                scope: scope, resource: resource)
        }
    }

    static var attributeValues: SpanData {
        let nested: AttributeValue = ["a", -1, .null, [], ["deep": [["leaf": 0.5]]]]
        return span(attributes: [
            "text": "plain", "text.empty": "", "text.unicode": "naïve 🧠 \"quoted\"\n\0",
            "true": true, "false": false,
            "int": 42, "int.zero": 0, "int.negative": -42,
            "double": 3.25, "double.zero": 0.0, "double.minus.zero": .double(-0.0),
            "double.infinite": .double(.infinity), "double.minus.infinite": .double(-.infinity),
            "bytes": .bytes([0, 1, 254, 255]), "bytes.empty": .bytes([]),
            "array.empty": [], "map.empty": [:], "nested": nested,
        ])
    }

    static var varintBoundaries: [SpanData] {
        let powers = stride(from: 7, to: 63, by: 7).flatMap { [1 << $0 - 1, 1 << $0] }
        let edges = powers + [Int.max, -1, Int.min]
        let lengths = [0, 1, 127, 128, 16_383, 16_384]
        let ofLengths = lengths.map { length in
            let text = AttributeValue.string(String(repeating: "y", count: length))
            let key = String(repeating: "k", count: max(1, length))
            return span(String(repeating: "x", count: length), attributes: [key: text])
        }
        var dropping = span()
        dropping.droppedAttributesCount = 127
        dropping.droppedEventsCount = 128
        dropping.droppedLinksCount = Int(UInt32.max) + 1  // more than the wire holds
        let ints = Attributes(edges.map { Attribute(key: "int \($0)", value: .int($0)) })
        return [span(attributes: ints)] + ofLengths + [dropping]
    }

    static var groups: [SpanData] {
        // Equal, but not the same objects: grouping must not depend on identity.
        let items: [(String, String, String)] = [
            ("1", "golden", "scope"), ("2", "golden", "tools"), ("3", "other", "scope"), ("4", "golden", "scope"),
            ("5", "other", "tools"), ("6", "other", "scope"),
        ]
        return items.map { name, service, library in
            SpanData(
                name: name, context: context, startNanoseconds: 0,
                scope: InstrumentationScope(name: library, version: library == "tools" ? "2" : nil),
                resource: Resource(["service.name": .string(service)]))
        }
    }

    // MARK: - Logs

    static var logEveryField: LogRecordData {
        var sampled = context
        sampled.flags = .sampled
        var record = LogRecordData(
            eventName: "app.late", body: "it is late", severity: .warn, attributes: ["user.id": "u-1"],
            nanoseconds: start, spanContext: sampled)
        record.observedNanoseconds = start + 9
        record.severityText = "WARNING"
        record.droppedAttributesCount = 2
        record.scope = fullScope
        record.resource = fullResource
        return record
    }

    static var logBodies: [LogRecordData] {
        let bodies: [AttributeValue] = [
            "", "words", false, 0, 0.0, .bytes([0xFF]), [], [:], .null,
            ["role": "user", "parts": [["type": "text"], .null]],
        ]
        return bodies.enumerated().map { index, body in
            var record = LogRecordData(body: body, severity: LogSeverity(rawValue: UInt8(index + 1)))
            record.scope = scope
            record.resource = resource
            return record
        }
    }

    // MARK: - Metrics

    static let exemplars = [
        MetricExemplar(
            value: .double(1.5), nanoseconds: start, traceID: trace, spanID: context.spanID,
            filteredAttributes: ["user.id": "u-1"]),
        MetricExemplar(value: .int(-3), nanoseconds: start + 1),
    ]

    static var numbers: [MetricData] {
        let points = [
            NumberPoint(
                attributes: ["model": "gpt-4o"], startNanoseconds: start, nanoseconds: start + 1, value: .int(-7),
                exemplars: exemplars),
            NumberPoint(nanoseconds: start, value: .int(0)),
            NumberPoint(nanoseconds: start, value: .double(0)),
            NumberPoint(nanoseconds: start, value: .double(0.125)),
        ]
        return [
            MetricData(
                name: "queue.depth", description: "What waits.", unit: "{item}", content: .gauge(points),
                scope: fullScope, resource: fullResource),
            MetricData(
                name: "tokens", content: .sum(MetricSum(points: points, temporality: .delta, isMonotonic: true)),
                scope: fullScope, resource: fullResource),
            MetricData(
                name: "balance",
                content: .sum(MetricSum(points: [points[0]], temporality: .cumulative, isMonotonic: false)),
                scope: fullScope, resource: fullResource),
        ]
    }

    static var histograms: [MetricData] {
        let points = [
            HistogramPoint(
                attributes: ["model": "gpt-4o"], startNanoseconds: start, nanoseconds: start + 1, count: 6, sum: 12.5,
                min: 0.25, max: 4, bounds: [0.5, 1], bucketCounts: [1, 0, 5], exemplars: exemplars),
            HistogramPoint(nanoseconds: start, count: 0, sum: 0, min: 0, max: 0, bucketCounts: [0]),
            HistogramPoint(nanoseconds: start, count: .max),
        ]
        return [
            MetricData(
                name: "duration", unit: "s",
                content: .histogram(MetricHistogramData(points: points, temporality: .cumulative)), scope: scope,
                resource: resource),
            MetricData(
                name: "delta", content: .histogram(MetricHistogramData(points: [points[2]], temporality: .delta)),
                scope: scope, resource: resource),
        ]
    }

    static var exponentialHistograms: [MetricData] {
        let points = [
            ExponentialHistogramPoint(
                attributes: ["model": "gpt-4o"], startNanoseconds: start, nanoseconds: start + 1, count: 400,
                sum: -2.5, min: -4.5, max: 1e9, scale: -3, zeroCount: 2, zeroThreshold: 1e-9,
                positive: .init(offset: -2, counts: [1, 127, 128, 0]), negative: .init(offset: 1, counts: [142]),
                exemplars: exemplars),
            ExponentialHistogramPoint(
                nanoseconds: start, count: 1, scale: 20, positive: .init(offset: 0, counts: [.max])),
            ExponentialHistogramPoint(nanoseconds: start, count: 0, scale: 0),
        ]
        return [
            MetricData(
                name: "latency",
                content: .exponentialHistogram(MetricExponentialHistogramData(points: points, temporality: .delta)),
                scope: scope, resource: resource)
        ]
    }
}
