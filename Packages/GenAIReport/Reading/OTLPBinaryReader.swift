// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Reads export requests of spans and of log records in protobuf, as a `DiskSpool` keeps them.
///
/// The items tell spans and records apart. Metrics are skipped.
///
/// Source: opentelemetry-proto 1.10.0, trace.proto, logs.proto, common.proto and resource.proto.
struct OTLPBinaryReader {
    private typealias Bytes = ArraySlice<UInt8>
    typealias Malformed = ProtobufReader.Malformed

    private(set) var spans: [SpanData] = []
    private(set) var records: [LogRecordData] = []

    /// Reads the body of a request, which is taken as a whole or, when it is broken, not at all.
    init(_ body: [UInt8]) throws(Malformed) {
        try Self.forEach(in: body[...], field: 1) { (group) throws(Malformed) in try readGroup(group) }
    }

    /// A `ResourceSpans` or `ResourceLogs`.
    private mutating func readGroup(_ bytes: Bytes) throws(Malformed) {
        var resource = Resource()
        try Self.forEach(in: bytes, field: 1) { (resourceBytes) throws(Malformed) in
            resource = Resource(try Self.attributes(in: resourceBytes, field: 1))
        }
        try Self.forEach(in: bytes, field: 2) { (scopeBytes) throws(Malformed) in
            let scope = try Self.scope(of: scopeBytes)
            try Self.forEach(in: scopeBytes, field: 2) { (item) throws(Malformed) in
                switch try Self.kind(of: item) {
                case .span: if let span = try Self.span(item, resource, scope) { spans.append(span) }
                case .record: if let record = try Self.record(item) { records.append(record) }
                case .other: break
                }
            }
        }
    }

    /// The scope of a `ScopeSpans` or `ScopeLogs`, without its attributes.
    private static func scope(of bytes: Bytes) throws(Malformed) -> InstrumentationScope {
        var (name, version): (String, String?) = ("", nil)
        try forEach(in: bytes, field: 1) { (scope) throws(Malformed) in
            var reader = ProtobufReader(scope)
            while let (field, value) = try reader.next() {
                if field == 1 { name = value.text ?? "" } else if field == 2 { version = value.text }
            }
        }
        return InstrumentationScope(name: name, version: version)
    }

    // MARK: - Items

    private enum Kind { case span, record, other }

    /// The kind of an item, by where it has a trace's and a span's identifier.
    private static func kind(of bytes: Bytes) throws(Malformed) -> Kind {
        var traceFields: Set<UInt64> = []
        var spanFields: Set<UInt64> = []
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            if value.traceID != nil { traceFields.insert(field) }
            if value.spanID != nil { spanFields.insert(field) }
        }
        if traceFields.contains(1), spanFields.contains(2) { return .span }
        return traceFields.contains(9) && spanFields.contains(10) ? .record : .other
    }

    /// A `Span`; `nil` without its start.
    private static func span(
        _ bytes: Bytes, _ resource: Resource, _ scope: InstrumentationScope
    ) throws(Malformed) -> SpanData? {
        var (traceID, spanID, parentID): (TraceID?, SpanID?, SpanID?)
        var (name, kind, status) = ("", TraceSpan.Kind.internal, TraceSpan.Status.unset)
        var (start, end): (UnixNanoseconds?, UnixNanoseconds) = (nil, 0)
        var (attributes, droppedAttributes) = (Attributes(), 0)
        var (events, droppedEvents, links): ([TraceSpan.Event], Int, [TraceSpan.Link]) = ([], 0, [])
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: traceID = value.traceID
            case 2: spanID = value.spanID
            case 4: parentID = value.spanID
            case 5: name = value.text ?? ""
            case 6: kind = value.number.flatMap { UInt8(exactly: $0) }.flatMap(TraceSpan.Kind.init) ?? .internal
            case 7: start = value.fixed
            case 8: end = value.fixed ?? 0
            case 9: try addAttribute(value, to: &attributes)
            case 10: droppedAttributes = value.count
            case 11: if let event = try event(value) { events.append(event) }
            case 12: droppedEvents = value.count
            case 13: if let link = try link(value) { links.append(link) }
            case 15: status = try self.status(value)
            default: break
            }
        }
        guard let traceID, let spanID, let start else { return nil }
        var span = SpanData(
            name: name, context: SpanContext(traceID: traceID, spanID: spanID),
            parent: parentID.map { SpanContext(traceID: traceID, spanID: $0) }, kind: kind, startNanoseconds: start,
            endNanoseconds: end, attributes: attributes, events: events, links: links, status: status, scope: scope,
            resource: resource)
        span.droppedAttributesCount = droppedAttributes
        span.droppedEventsCount = droppedEvents
        return span
    }

    private static func event(_ value: ProtobufReader.Value) throws(Malformed) -> TraceSpan.Event? {
        guard let bytes = value.message else { return nil }
        var event = TraceSpan.Event(name: "", nanoseconds: 0)
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: event.nanoseconds = value.fixed ?? 0
            case 2: event.name = value.text ?? ""
            case 3: try addAttribute(value, to: &event.attributes)
            case 4: event.droppedAttributesCount = value.count
            default: break
            }
        }
        return event
    }

    private static func link(_ value: ProtobufReader.Value) throws(Malformed) -> TraceSpan.Link? {
        guard let bytes = value.message else { return nil }
        var (traceID, spanID): (TraceID?, SpanID?)
        var attributes = Attributes()
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: traceID = value.traceID
            case 2: spanID = value.spanID
            case 4: try addAttribute(value, to: &attributes)
            default: break
            }
        }
        guard let traceID, let spanID else { return nil }
        return TraceSpan.Link(context: SpanContext(traceID: traceID, spanID: spanID), attributes: attributes)
    }

    private static func status(_ value: ProtobufReader.Value) throws(Malformed) -> TraceSpan.Status {
        guard let bytes = value.message else { return .unset }
        var (message, code): (String, UInt64) = ("", 0)
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            if field == 2 { message = value.text ?? "" } else if field == 3 { code = value.number ?? 0 }
        }
        return code == 2 ? .error(description: message) : code == 1 ? .ok : .unset
    }

    /// A `LogRecordData`; `nil` where it belongs to no span.
    private static func record(_ bytes: Bytes) throws(Malformed) -> LogRecordData? {
        var (traceID, spanID): (TraceID?, SpanID?)
        var record = LogRecordData()
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: record.nanoseconds = value.fixed
            case 5: record.body = try anyValue(value)
            case 6: try addAttribute(value, to: &record.attributes)
            case 9: traceID = value.traceID
            case 10: spanID = value.spanID
            case 11: record.observedNanoseconds = value.fixed
            case 12: record.eventName = value.text
            default: break
            }
        }
        guard let traceID, let spanID else { return nil }
        record.spanContext = SpanContext(traceID: traceID, spanID: spanID)
        return record
    }
}

// MARK: - Values

extension OTLPBinaryReader {
    /// Deeper values are left out, so that no input can exhaust the stack.
    private static let deepestLevel = 64

    /// Lends the messages of one field.
    private static func forEach(
        in bytes: ArraySlice<UInt8>, field: UInt64, _ body: (ArraySlice<UInt8>) throws(Malformed) -> Void
    ) throws(Malformed) {
        var reader = ProtobufReader(bytes)
        while let (found, value) = try reader.next() {
            if found == field, let message = value.message { try body(message) }
        }
    }

    /// The attributes that a message has in a field of type `KeyValue`.
    private static func attributes(
        in bytes: ArraySlice<UInt8>, field: UInt64, levels: Int = deepestLevel
    ) throws(Malformed) -> Attributes {
        var attributes = Attributes()
        var reader = ProtobufReader(bytes)
        while let (found, value) = try reader.next() {
            if found == field { try addAttribute(value, to: &attributes, levels: levels) }
        }
        return attributes
    }

    /// Adds a `KeyValue`.
    private static func addAttribute(
        _ value: ProtobufReader.Value, to attributes: inout Attributes, levels: Int = deepestLevel
    ) throws(Malformed) {
        guard let bytes = value.message else { return }
        var (key, content): (String?, AttributeValue?)
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            if field == 1 { key = value.text } else if field == 2 { content = try anyValue(value, levels: levels) }
        }
        if let key { attributes[key] = content ?? .null }
    }

    /// An `AnyValue`; what is nested too deep becomes `null`.
    private static func anyValue(
        _ value: ProtobufReader.Value, levels: Int = deepestLevel
    ) throws(Malformed) -> AttributeValue {
        guard let bytes = value.message else { return .null }
        var result = AttributeValue.null
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: result = value.text.map { .string($0) } ?? .null
            case 2: result = value.number.map { .bool($0 != 0) } ?? .null
            case 3: result = value.number.map { .int(Int(clamping: Int64(bitPattern: $0))) } ?? .null
            case 4: result = value.fixed.map { .double(Double(bitPattern: $0)) } ?? .null
            case 5 where levels > 0: result = .array(try elements(value, levels: levels - 1))
            case 6 where levels > 0:
                guard let map = value.message else { continue }
                result = .map(try attributes(in: map, field: 1, levels: levels - 1))
            case 7: result = value.message.map { .bytes(Array($0)) } ?? .null
            default: break
            }
        }
        return result
    }

    private static func elements(
        _ value: ProtobufReader.Value, levels: Int
    ) throws(Malformed) -> [AttributeValue] {
        guard let bytes = value.message else { return [] }
        var elements: [AttributeValue] = []
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            if field == 1 { elements.append(try anyValue(value, levels: levels)) }
        }
        return elements
    }
}

// What a field holds, where it is of the type that is expected.
extension ProtobufReader.Value {
    fileprivate var message: ArraySlice<UInt8>? { if case .bytes(let bytes) = self { bytes } else { nil } }
    fileprivate var text: String? { message.map { String(decoding: $0, as: UTF8.self) } }
    fileprivate var number: UInt64? { if case .varint(let number) = self { number } else { nil } }
    fileprivate var fixed: UInt64? { if case .fixed(let number) = self { number } else { nil } }
    fileprivate var count: Int { Int(clamping: number ?? 0) }

    fileprivate var traceID: TraceID? {
        guard let bytes = message, bytes.count == 16 else { return nil }
        let id = TraceID(high: bytes.prefix(8).bigEndianWord, low: bytes.suffix(8).bigEndianWord)
        return id.isValid ? id : nil
    }

    fileprivate var spanID: SpanID? {
        guard let bytes = message, bytes.count == 8 else { return nil }
        let id = SpanID(rawValue: bytes.bigEndianWord)
        return id.isValid ? id : nil
    }
}

extension ArraySlice<UInt8> {
    /// The number that the bytes spell, the highest first.
    fileprivate var bigEndianWord: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}
