// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Reads lines of OTLP JSON: export requests of spans and of log records, as collectors and SDKs write them to files.
///
/// A broken line is skipped as a whole. Metrics are skipped.
///
/// Source: opentelemetry-proto 1.10.0, `ExportTraceServiceRequest` and `ExportLogsServiceRequest` in JSON.
struct OTLPReader {
    /// A span of a line.
    struct Span {
        var facts: SpanFacts
        var resource: Resource
        /// The whole span, if whole spans were requested.
        var data: SpanData?
    }

    /// The spans of the latest line.
    private(set) var spans: [Span] = []
    private(set) var records: [LogRecordData] = []
    /// Indicates whether the latest line was an export request, metrics included.
    private(set) var isRequest = false
    /// Indicates whether whole spans and log records are requested, and not only the facts.
    private let wantsAll: Bool
    private let index: FactIndex

    init(_ index: FactIndex, wantsAll: Bool) {
        self.index = index
        self.wantsAll = wantsAll
    }

    /// Reads a line.
    mutating func read(_ line: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) {
        spans.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        isRequest = false
        var reader = JSONReader(line)
        try reader.enterObject()
        while let name = try reader.nextMember() {
            switch name {
            case "resourceSpans": try groups(&reader, .spans)
            case "resourceLogs" where wantsAll: try groups(&reader, .records)
            case "resourceLogs", "resourceMetrics":
                isRequest = true
                try reader.skipValue()
            default: try reader.skipValue()
            }
        }
        try reader.end()
    }

    private enum Signal { case spans, records }

    private mutating func groups(_ reader: inout JSONReader, _ signal: Signal) throws(JSONSyntaxError) {
        isRequest = true
        guard try reader.enterIfArray() else { return }
        while try reader.nextElement() {
            guard try reader.enterIfObject() else { continue }
            // The resource nearly always comes first. If it does not, the scopes are read after it.
            var resource: Resource?
            var waiting: [UnsafeBufferPointer<UInt8>] = []
            while let name = try reader.nextMember() {
                switch name {
                case "resource": resource = Resource(try reader.attributesMember())
                case "scopeSpans", "scopeLogs":
                    if let resource {
                        try scopes(&reader, resource, signal)
                    } else {
                        waiting.append(try reader.skipValue())
                    }
                default: try reader.skipValue()
                }
            }
            for bytes in waiting {
                var again = JSONReader(bytes)
                try scopes(&again, resource ?? Resource(), signal)
            }
        }
    }

    private mutating func scopes(
        _ reader: inout JSONReader, _ resource: Resource, _ signal: Signal
    ) throws(JSONSyntaxError) {
        guard try reader.enterIfArray() else { return }
        while try reader.nextElement() {
            guard try reader.enterIfObject() else { continue }
            var scope = InstrumentationScope(name: "")
            while let name = try reader.nextMember() {
                switch name {
                case "scope" where wantsAll: scope = try reader.instrumentationScope()
                case "spans", "logRecords":
                    guard try reader.enterIfArray() else { continue }
                    while try reader.nextElement() { try item(&reader, resource, scope, signal) }
                default: try reader.skipValue()
                }
            }
        }
    }

    private mutating func item(
        _ reader: inout JSONReader, _ resource: Resource, _ scope: InstrumentationScope, _ signal: Signal
    ) throws(JSONSyntaxError) {
        guard signal == .spans else {
            if let record = try reader.logRecord() { records.append(record) }
            return
        }
        var span = ScannedSpan(index)
        guard try reader.enterIfObject() else { return }
        while let name = try reader.nextMember() { try span.read(name, &reader, index) }
        guard let identity = span.identity else { return }
        let data = wantsAll ? try span.data(identity, resource, scope) : nil
        spans.append(Span(facts: SpanFacts(identity, span.facts), resource: resource, data: data))
    }
}
