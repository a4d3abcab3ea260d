// swift-format-ignore-file
// The declarations of swift-distributed-tracing that the adapters use, so that CI can compile them without the package.
// Source: github.com/apple/swift-distributed-tracing, Sources/Tracing and Sources/Instrumentation.
@_exported import ServiceContextModule

public protocol Extractor: Sendable {
    associatedtype Carrier: Sendable
    func extract(key: String, from carrier: Carrier) -> String?
}

public protocol Injector: Sendable {
    associatedtype Carrier: Sendable
    func inject(_ value: String, forKey key: String, into carrier: inout Carrier)
}

public protocol Instrument: Sendable {
    func extract<Carrier, Extract>(_ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract)
    where Extract: Extractor, Extract.Carrier == Carrier
    func inject<Carrier, Inject>(_ context: ServiceContext, into carrier: inout Carrier, using injector: Inject)
    where Inject: Injector, Inject.Carrier == Carrier
}

public enum InstrumentationSystem {
    public static func bootstrap(_ instrument: any Instrument) {}
}

public protocol LegacyTracer: Instrument {
    func forceFlush()
}

public protocol Tracer: LegacyTracer {
    associatedtype Span: Tracing.Span
    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> Self.Span
}

public protocol Span: Sendable {
    var context: ServiceContext { get }
    var operationName: String { get nonmutating set }
    func setStatus(_ status: SpanStatus)
    func addEvent(_ event: SpanEvent)
    func recordError<Instant: TracerInstant>(
        _ error: Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant)
    var attributes: SpanAttributes { get nonmutating set }
    var isRecording: Bool { get }
    func addLink(_ link: SpanLink)
    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant)
}

public protocol TracerInstant: Comparable, Hashable, Sendable {
    var nanosecondsSinceEpoch: UInt64 { get }
}

public enum SpanKind: Hashable, Sendable { case server, client, producer, consumer, `internal` }

public struct SpanStatus: Sendable {
    public enum Code: Sendable { case ok, error }
    public let code: Code
    public let message: String?
}

public struct SpanEvent: Sendable {
    public let name: String
    public var attributes: SpanAttributes
    public let nanosecondsSinceEpoch: UInt64
}

public struct SpanLink: Sendable {
    public let context: ServiceContext
    public let attributes: SpanAttributes
}

public struct SpanAttributes: Sendable {
    public init() {}
    public func forEach(_ callback: (String, SpanAttribute) -> Void) {}
}

public enum SpanAttribute: Sendable {
    case int32(Int32)
    case int64(Int64)
    case int32Array([Int32])
    case int64Array([Int64])
    case double(Double)
    case doubleArray([Double])
    case bool(Bool)
    case boolArray([Bool])
    case string(String)
    case stringArray([String])
    case other
    case stringConvertible(CustomStringConvertible & Sendable)
    case stringConvertibleArray([CustomStringConvertible & Sendable])
}
