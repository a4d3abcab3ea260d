// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import GenAITelemetryTesting

/// Makes telemetry from a seed: valid, but as odd as the types allow.
struct RandomTelemetry {
    private var random: SeededRandom
    private var resources: [Resource] = []
    private var scopes: [InstrumentationScope] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        for _ in 0..<3 {
            // No empty text for `nil`: the wire does not tell them apart, and three origins shall be three.
            resources.append(Resource(attributes(), schemaURL: maybe { "url" + $0.text() }))
            scopes.append(
                InstrumentationScope(
                    name: text(), version: maybe { "v" + $0.text() }, schemaURL: maybe { "url" + $0.text() },
                    attributes: attributes()))
        }
    }

    // MARK: - Signals

    mutating func span(_ number: Int) -> SpanData {
        var context = spanContext()
        context = SpanContext(
            traceID: context.traceID, spanID: SpanID(rawValue: UInt64(number + 1)), flags: context.flags,
            traceState: context.traceState)
        let statuses: [TraceSpan.Status] = [.unset, .ok, .error(), .error(description: text())]
        let kinds: [TraceSpan.Kind] = [.internal, .server, .client, .producer, .consumer]
        var span = SpanData(
            name: text(), context: context, parent: maybe { $0.spanContext() }, kind: pick(kinds),
            startNanoseconds: word(), endNanoseconds: word(), attributes: attributes(),
            events: list { $0.event() }, links: list { $0.link() }, status: pick(statuses), scope: pick(scopes),
            resource: pick(resources))
        span.droppedAttributesCount = count()
        span.droppedEventsCount = count()
        span.droppedLinksCount = count()
        return span
    }

    mutating func logRecord(_ number: Int) -> LogRecordData {
        var record = LogRecordData(
            eventName: maybe { $0.text() }, body: maybe { $0.value(levels: 5) },
            severity: maybe { LogSeverity(rawValue: UInt8($0.number(1...24))) }, attributes: attributes(),
            nanoseconds: maybe { $0.word() }, spanContext: maybe { $0.spanContext() })
        record.attributes["record.number"] = .int(number)
        record.observedNanoseconds = maybe { $0.word() }
        record.severityText = maybe { $0.text() }
        record.droppedAttributesCount = count()
        record.scope = pick(scopes)
        record.resource = pick(resources)
        return record
    }

    mutating func metric(_ number: Int) -> MetricData {
        MetricData(
            name: "metric.\(number)", description: text(), unit: text(), content: content(), scope: pick(scopes),
            resource: pick(resources))
    }

    private mutating func content() -> MetricData.Content {
        let temporality: AggregationTemporality = flag() ? .delta : .cumulative
        return switch number(0...3) {
        case 0: .gauge(list { $0.numberPoint() })
        case 1:
            .sum(MetricSum(points: list { $0.numberPoint() }, temporality: temporality, isMonotonic: flag()))
        case 2: .histogram(MetricHistogramData(points: list { $0.histogramPoint() }, temporality: temporality))
        default:
            .exponentialHistogram(
                MetricExponentialHistogramData(points: list { $0.exponentialPoint() }, temporality: temporality))
        }
    }

    // MARK: - Parts

    private mutating func spanContext() -> SpanContext {
        let states = ["", "a=1", "vendor=x,b@c=2"]
        return SpanContext(
            traceID: TraceID(high: word(), low: word() | 1), spanID: SpanID(rawValue: word() | 1),
            flags: TraceFlags(rawValue: UInt8(number(0...3))), traceState: TraceState(pick(states)) ?? TraceState(),
            isRemote: flag())
    }

    private mutating func event() -> TraceSpan.Event {
        TraceSpan.Event(name: text(), nanoseconds: word(), attributes: attributes(), droppedAttributesCount: count())
    }

    private mutating func link() -> TraceSpan.Link {
        TraceSpan.Link(context: spanContext(), attributes: attributes(), droppedAttributesCount: count())
    }

    private mutating func numberPoint() -> NumberPoint {
        NumberPoint(
            attributes: attributes(), startNanoseconds: word(), nanoseconds: word(), value: metricNumber(),
            exemplars: list { $0.exemplar() })
    }

    private mutating func histogramPoint() -> HistogramPoint {
        let bounds = list { $0.double() }
        return HistogramPoint(
            attributes: attributes(), startNanoseconds: word(), nanoseconds: word(), count: word(),
            sum: maybe { $0.double() }, min: maybe { $0.double() }, max: maybe { $0.double() }, bounds: bounds,
            bucketCounts: bounds.isEmpty ? [] : (0...bounds.count).map { _ in word() },
            exemplars: list { $0.exemplar() })
    }

    private mutating func exponentialPoint() -> ExponentialHistogramPoint {
        ExponentialHistogramPoint(
            attributes: attributes(), startNanoseconds: word(), nanoseconds: word(), count: word(),
            sum: maybe { $0.double() }, min: maybe { $0.double() }, max: maybe { $0.double() },
            scale: number(-10...20), zeroCount: word(), zeroThreshold: double(), positive: buckets(),
            negative: buckets(), exemplars: list { $0.exemplar() })
    }

    private mutating func buckets() -> ExponentialHistogramPoint.Buckets {
        .init(offset: number(-100_000...100_000), counts: list { $0.word() })
    }

    private mutating func exemplar() -> MetricExemplar {
        MetricExemplar(
            value: metricNumber(), nanoseconds: word(), traceID: maybe { TraceID(high: $0.word(), low: $0.word() | 1) },
            spanID: maybe { SpanID(rawValue: $0.word() | 1) }, filteredAttributes: attributes())
    }

    private mutating func metricNumber() -> MetricNumber {
        flag() ? .int(int()) : .double(double())
    }

    private mutating func attributes() -> Attributes {
        Attributes(list { Attribute(key: $0.text(), value: $0.value(levels: 4)) })
    }

    private mutating func value(levels: Int) -> AttributeValue {
        switch number(0...(levels > 0 ? 8 : 5)) {
        case 0: .null
        case 1: .bool(flag())
        case 2: .int(int())
        case 3: .double(double())
        case 4: .bytes(list { UInt8($0.number(0...255)) })
        case 5, 6: .string(text())
        case 7: .array(list { $0.value(levels: levels - 1) })
        default: .map(Attributes(list { Attribute(key: $0.text(), value: $0.value(levels: levels - 1)) }))
        }
    }

    // MARK: - Leaves

    private mutating func text() -> String {
        let alphabets: [ClosedRange<UInt32>] = [
            0x61...0x7A, 0x61...0x7A, 0x00...0x7F, 0x80...0xD7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF,
        ]
        let length = number(0...9) == 0 ? number(100...200) : number(0...20)
        var text = String.UnicodeScalarView()
        for _ in 0..<length {
            let range = pick(alphabets)
            let code = UInt32(number(Int(range.lowerBound)...Int(range.upperBound)))
            if let scalar = Unicode.Scalar(code) { text.append(scalar) }
        }
        return String(text)
    }

    /// Of any size, small and large alike.
    private mutating func word() -> UInt64 {
        random.next() >> UInt64(number(0...63))
    }

    private mutating func int() -> Int {
        Int(truncatingIfNeeded: random.next()) >> number(0...63)
    }

    private mutating func double() -> Double {
        let bits = Double(bitPattern: random.next())
        let choices = [0, -0.0, 1.5, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, bits.isNaN ? .nan : bits]
        return pick(choices)
    }

    private mutating func count() -> Int {
        flag() ? 0 : number(0...Int(UInt32.max))
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }
    private mutating func flag() -> Bool { .random(using: &random) }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

    private mutating func maybe<Value>(_ make: (inout RandomTelemetry) -> Value) -> Value? {
        flag() ? make(&self) : nil
    }

    private mutating func list<Value>(_ make: (inout RandomTelemetry) -> Value) -> [Value] {
        (0..<max(0, number(-2...4))).map { _ in make(&self) }
    }
}
