// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// A span as its members are found in the text; what only pages need is read later, from where it lies.
struct ScannedSpan {
    private(set) var facts: FactTable
    private var traceID: TraceID?
    private var spanID: SpanID?
    private var parentID: SpanID?
    private var name: JSONScanner.Text?
    private var kind: Int64 = 0
    private var start: UnixNanoseconds = 0
    private var end: UnixNanoseconds = 0
    private var statusCode: Int64 = 0
    private var statusMessage: JSONScanner.Text?
    private var attributes: Int?
    private var events: Int?
    private var links: Int?
    private var droppedAttributes: Int64 = 0
    private var droppedEvents: Int64 = 0

    init(_ index: FactIndex) {
        facts = FactTable(index)
    }

    /// Reads the member of a name.
    mutating func read(
        _ key: JSONScanner.Text, _ scanner: inout JSONScanner, _ index: FactIndex
    ) throws(JSONScanner.Broken) {
        if scanner.matches(key, "traceId") {
            traceID = scanner.traceID(try scanner.textOrScalar())
        } else if scanner.matches(key, "spanId") {
            spanID = scanner.spanID(try scanner.textOrScalar())
        } else if scanner.matches(key, "parentSpanId") {
            parentID = scanner.spanID(try scanner.textOrScalar())
        } else if scanner.matches(key, "name") {
            name = try scanner.textOrScalar()
        } else if scanner.matches(key, "startTimeUnixNano") {
            start = try scanner.time() ?? 0
        } else if scanner.matches(key, "endTimeUnixNano") {
            end = try scanner.time() ?? 0
        } else if scanner.matches(key, "attributes") {
            attributes = scanner.position
            try readFacts(&scanner, index)
        } else if scanner.matches(key, "status") {
            try readStatus(&scanner)
        } else {
            try readRest(key, &scanner)
        }
    }

    private mutating func readRest(
        _ key: JSONScanner.Text, _ scanner: inout JSONScanner
    ) throws(JSONScanner.Broken) {
        if scanner.matches(key, "kind") {
            kind = try scanner.number() ?? 0
        } else if scanner.matches(key, "events") {
            events = scanner.position
            try scanner.skip()
        } else if scanner.matches(key, "links") {
            links = scanner.position
            try scanner.skip()
        } else if scanner.matches(key, "droppedAttributesCount") {
            droppedAttributes = try scanner.number() ?? 0
        } else if scanner.matches(key, "droppedEventsCount") {
            droppedEvents = try scanner.number() ?? 0
        } else {
            try scanner.skip()
        }
    }

    private mutating func readFacts(_ scanner: inout JSONScanner, _ index: FactIndex) throws(JSONScanner.Broken) {
        guard try scanner.enterArray() else { return }
        while try scanner.nextElement() {
            var position: Int?
            var isNamed = false
            var early: Int?
            guard try scanner.enterObject() else { continue }
            while let key = try scanner.nextKey() {
                if scanner.matches(key, "key") {
                    isNamed = true
                    position = try scanner.textOrScalar().flatMap { text in
                        index.position(of: UnsafeRawBufferPointer(rebasing: scanner.bytes[text.start..<text.end]))
                    }
                } else if scanner.matches(key, "value") {
                    if let position {
                        facts[position] = try scanner.anyValue()
                    } else {
                        early = isNamed ? nil : scanner.position
                        try scanner.skip()
                    }
                } else {
                    try scanner.skip()
                }
            }
            // A value before its name, which the format allows and nobody writes.
            if let position, let early {
                var again = JSONScanner(scanner.bytes, at: early)
                facts[position] = try again.anyValue()
            }
        }
    }

    private mutating func readStatus(_ scanner: inout JSONScanner) throws(JSONScanner.Broken) {
        guard try scanner.enterObject() else { return }
        while let key = try scanner.nextKey() {
            if scanner.matches(key, "code") {
                guard let text = try scanner.textOrScalar() else { continue }
                statusCode = scanner.integer(text) ?? (scanner.matches(text, "STATUS_CODE_ERROR") ? 2 : 0)
            } else if scanner.matches(key, "message") {
                statusMessage = try scanner.textOrScalar()
            } else {
                try scanner.skip()
            }
        }
    }

    // MARK: - Results

    /// What the span says of itself; `nil` where it has no valid ids.
    func identity(_ scanner: JSONScanner) -> SpanIdentity? {
        guard let traceID, let spanID else { return nil }
        return SpanIdentity(
            traceID: traceID, spanID: spanID, parentID: parentID, name: name.map(scanner.string) ?? "",
            startNanoseconds: start, endNanoseconds: end,
            failure: statusCode == 2 ? statusMessage.map(scanner.string) ?? "" : nil)
    }

    /// The whole span.
    func data(
        _ identity: SpanIdentity, _ scanner: JSONScanner, _ resource: Resource, _ scope: InstrumentationScope
    ) throws(JSONScanner.Broken) -> SpanData {
        var status = statusCode == 1 ? SpanStatus.ok : .unset
        if let failure = identity.failure { status = .error(description: failure) }
        var scanner = scanner
        var span = SpanData(
            name: identity.name, context: SpanContext(traceID: identity.traceID, spanID: identity.spanID),
            parent: identity.parentID.map { SpanContext(traceID: identity.traceID, spanID: $0) },
            kind: UInt8(exactly: kind).flatMap(SpanKind.init) ?? .internal, startNanoseconds: start,
            endNanoseconds: end, attributes: try scanner.at(attributes) { scanner throws(JSONScanner.Broken) in try scanner.keyValues() } ?? [:],
            events: try scanner.at(events) { scanner throws(JSONScanner.Broken) in try scanner.spanEvents() } ?? [],
            links: try scanner.at(links) { scanner throws(JSONScanner.Broken) in try scanner.spanLinks() } ?? [], status: status, scope: scope,
            resource: resource)
        span.droppedAttributesCount = Int(clamping: droppedAttributes)
        span.droppedEventsCount = Int(clamping: droppedEvents)
        return span
    }
}
