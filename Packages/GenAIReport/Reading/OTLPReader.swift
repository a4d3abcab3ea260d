// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Reads lines of OTLP JSON: export requests of spans and of log records, as collectors and SDKs write them to files.
///
/// Takes a line as a whole or, when it is broken, not at all. Metrics are passed over.
///
/// Source: opentelemetry-proto 1.10.0, `ExportTraceServiceRequest` and `ExportLogsServiceRequest` in JSON.
struct OTLPReader {
    /// A span of a line.
    struct Span {
        var facts: SpanFacts
        var resource: Resource
        /// All of it, where it is wanted.
        var data: SpanData?
    }

    /// What one line held. Reused from line to line.
    private(set) var spans: [Span] = []
    private(set) var records: [LogRecord] = []
    /// Whether the line was an export request at all, also one of metrics.
    private(set) var isRequest = false
    /// Whether whole spans and log records are wanted, and not only the facts.
    let wantsAll: Bool
    private let index: FactIndex

    init(_ index: FactIndex, wantsAll: Bool) {
        self.index = index
        self.wantsAll = wantsAll
    }

    /// Reads a line.
    mutating func read(_ line: UnsafeRawBufferPointer) throws(JSONScanner.Broken) {
        spans.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        isRequest = false
        var scanner = JSONScanner(line)
        guard try scanner.peek() == UInt8(ascii: "{"), try scanner.enterObject() else { throw JSONScanner.Broken() }
        while let key = try scanner.nextKey() {
            if scanner.matches(key, "resourceSpans") {
                try groups(&scanner, "scopeSpans", "spans", isSpans: true)
            } else if scanner.matches(key, "resourceLogs"), wantsAll {
                try groups(&scanner, "scopeLogs", "logRecords", isSpans: false)
            } else {
                if scanner.matches(key, "resourceMetrics") || scanner.matches(key, "resourceLogs") { isRequest = true }
                try scanner.skip()
            }
        }
        guard scanner.isAtEnd() else { throw JSONScanner.Broken() }
    }

    // MARK: - Groups by resource and scope

    private mutating func groups(
        _ scanner: inout JSONScanner, _ inner: StaticString, _ items: StaticString, isSpans: Bool
    ) throws(JSONScanner.Broken) {
        isRequest = true
        guard try scanner.enterArray() else { return }
        while try scanner.nextElement() {
            // The resource comes first nearly always; where it does not, the scopes wait until it has been read.
            var resource: Resource?
            var waiting: Int?
            guard try scanner.enterObject() else { continue }
            while let key = try scanner.nextKey() {
                if scanner.matches(key, "resource") {
                    resource = Resource(try attributesMember(&scanner))
                } else if scanner.matches(key, inner) {
                    if let resource {
                        try scopes(&scanner, items, resource, isSpans: isSpans)
                    } else {
                        waiting = scanner.position
                        try scanner.skip()
                    }
                } else {
                    try scanner.skip()
                }
            }
            if let waiting {
                var again = JSONScanner(scanner.bytes, at: waiting)
                try scopes(&again, items, resource ?? Resource(), isSpans: isSpans)
            }
        }
    }

    private mutating func scopes(
        _ scanner: inout JSONScanner, _ items: StaticString, _ resource: Resource, isSpans: Bool
    ) throws(JSONScanner.Broken) {
        guard try scanner.enterArray() else { return }
        while try scanner.nextElement() {
            var scope = InstrumentationScope(name: "")
            guard try scanner.enterObject() else { continue }
            while let key = try scanner.nextKey() {
                if scanner.matches(key, "scope"), wantsAll {
                    scope = try readScope(&scanner)
                } else if scanner.matches(key, items), try scanner.enterArray() {
                    while try scanner.nextElement() {
                        if isSpans {
                            try span(&scanner, resource, scope)
                        } else {
                            try record(&scanner, resource)
                        }
                    }
                } else if !scanner.matches(key, items) {
                    try scanner.skip()
                }
            }
        }
    }

    private func readScope(_ scanner: inout JSONScanner) throws(JSONScanner.Broken) -> InstrumentationScope {
        var name = ""
        var version: String?
        guard try scanner.enterObject() else { return InstrumentationScope(name: "") }
        while let key = try scanner.nextKey() {
            if scanner.matches(key, "name") {
                name = try scanner.optionalString() ?? ""
            } else if scanner.matches(key, "version") {
                version = try scanner.optionalString()
            } else {
                try scanner.skip()
            }
        }
        return InstrumentationScope(name: name, version: version)
    }

    private func attributesMember(_ scanner: inout JSONScanner) throws(JSONScanner.Broken) -> Attributes {
        var attributes = Attributes()
        guard try scanner.enterObject() else { return attributes }
        while let key = try scanner.nextKey() {
            if scanner.matches(key, "attributes") {
                attributes = try scanner.keyValues()
            } else {
                try scanner.skip()
            }
        }
        return attributes
    }

    // MARK: - Spans and records

    private mutating func span(
        _ scanner: inout JSONScanner, _ resource: Resource, _ scope: InstrumentationScope
    ) throws(JSONScanner.Broken) {
        var span = ScannedSpan(index)
        guard try scanner.enterObject() else { return }
        while let key = try scanner.nextKey() { try span.read(key, &scanner, index) }
        guard let identity = span.identity(scanner) else { return }
        let data = wantsAll ? try span.data(identity, scanner, resource, scope) : nil
        spans.append(Span(facts: SpanFacts(identity, span.facts), resource: resource, data: data))
    }

    private mutating func record(_ scanner: inout JSONScanner, _ resource: Resource) throws(JSONScanner.Broken) {
        var record = LogRecord()
        var trace: TraceID?
        var span: SpanID?
        guard try scanner.enterObject() else { return }
        while let key = try scanner.nextKey() {
            if scanner.matches(key, "timeUnixNano") {
                record.nanoseconds = try scanner.time()
            } else if scanner.matches(key, "observedTimeUnixNano") {
                record.observedNanoseconds = try scanner.time()
            } else if scanner.matches(key, "traceId") {
                trace = scanner.traceID(try scanner.textOrScalar())
            } else if scanner.matches(key, "spanId") {
                span = scanner.spanID(try scanner.textOrScalar())
            } else if scanner.matches(key, "eventName") {
                record.eventName = try scanner.optionalString()
            } else if scanner.matches(key, "body") {
                record.body = try scanner.anyValue()
            } else if scanner.matches(key, "attributes") {
                record.attributes = try scanner.keyValues()
            } else {
                try scanner.skip()
            }
        }
        guard let trace, let span else { return }
        record.spanContext = SpanContext(traceID: trace, spanID: span)
        records.append(record)
    }
}
