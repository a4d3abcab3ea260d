// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry

/// An item that OTLP exports: a span, a log record, a metric.
protocol OTLPItem: Grouped, Sendable {
    static var signal: OTLPSignal { get }
    /// The number of spans, log records or data points in this item.
    var weight: Int { get }
    /// Writes the body of an export request.
    static func encode(_ batch: ArraySlice<Self>, into writer: inout ProtobufWriter)
    /// Writes an export request as one JSON object.
    static func encode(_ batch: ArraySlice<Self>, into writer: inout JSONWriter)
}

extension SpanData: OTLPItem {
    static var signal: OTLPSignal { .traces }
    var weight: Int { 1 }
    static func encode(_ batch: ArraySlice<SpanData>, into writer: inout ProtobufWriter) { writer.traces(batch) }
    static func encode(_ batch: ArraySlice<SpanData>, into writer: inout JSONWriter) { writer.traces(batch) }
}

extension LogRecordData: OTLPItem {
    static var signal: OTLPSignal { .logs }
    var weight: Int { 1 }
    static func encode(_ batch: ArraySlice<LogRecordData>, into writer: inout ProtobufWriter) { writer.logs(batch) }
    static func encode(_ batch: ArraySlice<LogRecordData>, into writer: inout JSONWriter) { writer.logs(batch) }
}

extension MetricData: OTLPItem {
    static var signal: OTLPSignal { .metrics }
    var weight: Int { pointCount }
    static func encode(_ batch: ArraySlice<MetricData>, into writer: inout ProtobufWriter) { writer.metrics(batch) }
    static func encode(_ batch: ArraySlice<MetricData>, into writer: inout JSONWriter) { writer.metrics(batch) }
}

/// The buffers for request bodies, reused from one export to the next.
struct RequestEncoder: ~Copyable, Sendable {
    /// A request's body, with the facts that its header needs.
    struct Body {
        let bytes: [UInt8]
        let isCompressed: Bool
    }

    /// Larger buffers are freed after an export, so that one huge batch does not occupy memory forever.
    private static let keptBytes = 4 << 20

    private var protobuf = ProtobufWriter()
    private var json = JSONWriter()
    private var gzip: GzipCompressor?

    /// Encodes a batch; `nil` if it takes more bytes than the limit.
    mutating func body<Item: OTLPItem>(of batch: ArraySlice<Item>, settings: OTLPSettings) -> Body? {
        switch settings.wireProtocol.encoding {
        case .protobuf:
            protobuf.reset()
            Item.encode(batch, into: &protobuf)
            return protobuf.withBytes { Self.body($0, settings: settings, gzip: &gzip) }
        case .json:
            json.bytes.removeAll(keepingCapacity: true)
            Item.encode(batch, into: &json)
            return json.bytes.withUnsafeBufferPointer { Self.body($0, settings: settings, gzip: &gzip) }
        }
    }

    /// Frees memory beyond what a usual batch needs.
    mutating func trim() {
        protobuf.reset(keeping: Self.keptBytes)
        if json.bytes.capacity > Self.keptBytes { json.bytes = [] }
    }

    private static func body(
        _ bytes: UnsafeBufferPointer<UInt8>, settings: OTLPSettings, gzip: inout GzipCompressor?
    ) -> Body? {
        guard bytes.count <= settings.maximumRequestBytes else { return nil }
        if settings.compression == .gzip {
            if gzip == nil { gzip = GzipCompressor() }
            if let compressed = gzip?.compress(bytes) { return Body(bytes: compressed, isCompressed: true) }
        }
        return Body(bytes: Array(bytes), isCompressed: false)
    }
}
