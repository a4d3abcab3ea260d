// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// A span whose members have been located in the text. The members that only pages need are parsed later, from there.
struct ScannedSpan {
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private(set) var facts: FactTable
    private var traceID: TraceID?
    private var spanID: SpanID?
    private var parentID: SpanID?
    private var name: JSONReader.Text?
    private var kind: Int64 = 0
    private var start: UnixNanoseconds = 0
    private var end: UnixNanoseconds = 0
    private var statusCode: Int64 = 0
    private var statusMessage: JSONReader.Text?
    private var attributes: Bytes?
    private var events: Bytes?
    private var links: Bytes?
    private var droppedAttributes: Int64 = 0
    private var droppedEvents: Int64 = 0

    init(_ index: FactIndex) {
        facts = FactTable(index)
    }

    /// Reads the member with a name.
    mutating func read(
        _ name: JSONReader.Text, _ reader: inout JSONReader, _ index: FactIndex
    ) throws(JSONSyntaxError) {
        switch name {
        case "attributes": try readFacts(&reader, index)
        case "traceId": traceID = try reader.textIfAny()?.traceID
        case "spanId": spanID = try reader.textIfAny()?.spanID
        case "parentSpanId": parentID = try reader.textIfAny()?.spanID
        case "name": self.name = try reader.textIfAny()
        case "startTimeUnixNano": start = try reader.timeIfAny() ?? 0
        case "endTimeUnixNano": end = try reader.timeIfAny() ?? 0
        case "status": try readStatus(&reader)
        case "kind": kind = try reader.wholeIfAny() ?? 0
        case "events": events = try reader.skipValue()
        case "links": links = try reader.skipValue()
        case "droppedAttributesCount": droppedAttributes = try reader.wholeIfAny() ?? 0
        case "droppedEventsCount": droppedEvents = try reader.wholeIfAny() ?? 0
        default: try reader.skipValue()
        }
    }

    private mutating func readFacts(_ reader: inout JSONReader, _ index: FactIndex) throws(JSONSyntaxError) {
        let start = reader.offset
        guard try reader.enterIfArray() else { return }
        while try reader.nextElement() {
            guard try reader.enterIfObject() else { continue }
            var position: Int?
            var early: Bytes?
            while let member = try reader.nextMember() {
                switch member {
                case "key": position = try reader.textIfAny().flatMap { index.position(of: $0.bytes) }
                case "value":
                    if let position {
                        facts[position] = try reader.anyValue()
                    } else {
                        early = try reader.skipValue()
                    }
                default: try reader.skipValue()
                }
            }
            // A value before its name, which the format allows and nobody writes.
            if let position, let early {
                var again = JSONReader(early)
                facts[position] = try again.anyValue()
            }
        }
        attributes = Bytes(rebasing: reader.bytes[start..<reader.offset])
    }

    private mutating func readStatus(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        guard try reader.enterIfObject() else { return }
        while let name = try reader.nextMember() {
            switch name {
            case "code":
                if try reader.kind() == .string {
                    let text = try reader.text()
                    statusCode = "STATUS_CODE_ERROR" ~= text || "2" ~= text ? 2 : 0
                } else {
                    statusCode = try reader.wholeIfAny() ?? 0
                }
            case "message": statusMessage = try reader.textIfAny()
            default: try reader.skipValue()
            }
        }
    }

    // MARK: - Results

    /// The span's properties besides its attributes; `nil` if it has no valid identifiers.
    var identity: SpanIdentity? {
        guard let traceID, let spanID else { return nil }
        return SpanIdentity(
            traceID: traceID, spanID: spanID, parentID: parentID, name: name?.string ?? "", startNanoseconds: start,
            endNanoseconds: end, failure: statusCode == 2 ? statusMessage?.string ?? "" : nil)
    }

    /// Returns the whole span.
    func data(
        _ identity: SpanIdentity, _ resource: Resource, _ scope: InstrumentationScope
    ) throws(JSONSyntaxError) -> SpanData {
        var status = statusCode == 1 ? TraceSpan.Status.ok : .unset
        if let failure = identity.failure { status = .error(description: failure) }
        var span = SpanData(
            name: identity.name, context: SpanContext(traceID: identity.traceID, spanID: identity.spanID),
            parent: identity.parentID.map { SpanContext(traceID: identity.traceID, spanID: $0) },
            kind: UInt8(exactly: kind).flatMap(TraceSpan.Kind.init) ?? .internal, startNanoseconds: start,
            endNanoseconds: end, status: status, scope: scope, resource: resource)
        if let attributes {
            var reader = JSONReader(attributes)
            span.attributes = try reader.keyValues()
        }
        if let events {
            var reader = JSONReader(events)
            span.events = try reader.spanEvents()
        }
        if let links {
            var reader = JSONReader(links)
            span.links = try reader.spanLinks()
        }
        span.droppedAttributesCount = Int(clamping: droppedAttributes)
        span.droppedEventsCount = Int(clamping: droppedEvents)
        return span
    }
}
