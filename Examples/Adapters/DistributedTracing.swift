// SPDX-License-Identifier: MIT
// Packages: swift-distributed-tracing (Tracing), swift-service-context (ServiceContextModule)
//
// A backend for swift-distributed-tracing: spans of Vapor, Hummingbird, AsyncHTTPClient, gRPC and your own code become
// part of the traces, conversations and costs of Last9GenAI. Copy this file into your program, then:
//
//     let telemetry = try Last9Tracer.install()
//
// Spans of both interfaces nest in each other.
import GenAICore
import GenAITelemetry
import Last9GenAI
import Synchronization
import Tracing

/// A tracer of swift-distributed-tracing that records with a `TracerProvider` of Last9GenAI.
struct Last9Tracer: Tracing.Tracer {
    private let tracer: TracerProvider.Tracer
    private let propagator = W3CPropagator.global

    /// Installs Last9GenAI with this tracer as the one of swift-distributed-tracing.
    static func install(_ configuration: Last9.Configuration = .init()) throws -> Last9Telemetry {
        var configuration = configuration
        configuration.currentParent = { ServiceContext.current?.genAI?.spanContext }
        let telemetry = try Last9.install(configuration)
        InstrumentationSystem.bootstrap(Last9Tracer(telemetry.tracerProvider))
        return telemetry
    }

    /// - Parameter provider: The provider for the spans. It needs the `currentParent` that `install` sets.
    init(_ provider: TracerProvider) {
        tracer = provider.tracer(named: "swift-distributed-tracing")
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: Tracing.SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> Last9Span {
        let surroundings = context()
        // The scopes are those of the running task, because `withConversation` does not change the ServiceContext. The
        // parent is chosen by `currentParent`.
        let genAI = GenAIContext.current
        let span = ServiceContext.withValue(surroundings) {
            tracer.startSpan(
                operationName, kind: TraceSpan.Kind(kind), context: genAI,
                startNanoseconds: instant().nanosecondsSinceEpoch)
        }
        return Last9Span(span, name: operationName, context: surroundings.settingGenAI(genAI.settingSpan(span)))
    }

    /// Does nothing: `Last9Telemetry.flush` flushes all signals and waits.
    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        let found = GenAIContext.current.extracting(using: propagator) { extractor.extract(key: $0, from: carrier) }
        context = context.settingGenAI(found)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        (context.genAI ?? .current).inject(using: propagator) { injector.inject($1, forKey: $0, into: &carrier) }
    }
}

/// A span of swift-distributed-tracing that records on a span of Last9GenAI.
struct Last9Span: Tracing.Span {
    let context: ServiceContext
    private let span: TraceSpan
    private let names: Names

    // The values that the protocol requires to be readable; the span itself is only written to.
    private final class Names: Sendable {
        let name: Mutex<String>
        let attributes = Mutex(SpanAttributes())

        init(_ name: String) { self.name = Mutex(name) }
    }

    fileprivate init(_ span: TraceSpan, name: String, context: ServiceContext) {
        self.span = span
        self.context = context
        names = Names(name)
    }

    var isRecording: Bool { span.isRecording }

    var operationName: String {
        get { names.name.withLock { $0 } }
        nonmutating set {
            names.name.withLock { $0 = newValue }
            span.updateName(newValue)
        }
    }

    var attributes: SpanAttributes {
        get { names.attributes.withLock { $0 } }
        nonmutating set {
            names.attributes.withLock { $0 = newValue }
            span.setAttributes(Attributes(newValue))
        }
    }

    func setStatus(_ status: Tracing.SpanStatus) {
        span.setStatus(status.code == .ok ? .ok : .error(description: status.message ?? ""))
    }

    func addEvent(_ event: Tracing.SpanEvent) {
        span.addEvent(event.name, attributes: Attributes(event.attributes), at: event.nanosecondsSinceEpoch)
    }

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        span.recordError(error)
        span.setAttributes(Attributes(attributes))
    }

    func addLink(_ link: Tracing.SpanLink) {
        guard let target = link.context.genAI?.spanContext else { return }
        span.addLink(to: target, attributes: Attributes(link.attributes))
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        span.end(at: instant().nanosecondsSinceEpoch)
    }
}

// MARK: - Context

private enum GenAIContextKey: ServiceContextKey {
    typealias Value = GenAIContext
    static var nameOverride: String? { "last9-genai" }
}

extension ServiceContext {
    /// The context of Last9GenAI that is stored in this one.
    var genAI: GenAIContext? { self[GenAIContextKey.self] }

    func settingGenAI(_ context: GenAIContext) -> ServiceContext {
        var copy = self
        copy[GenAIContextKey.self] = context
        return copy
    }
}

// MARK: - Values

extension TraceSpan.Kind {
    fileprivate init(_ kind: Tracing.SpanKind) {
        switch kind {
        case .server: self = .server
        case .client: self = .client
        case .producer: self = .producer
        case .consumer: self = .consumer
        default: self = .internal
        }
    }
}

extension Attributes {
    fileprivate init(_ attributes: SpanAttributes) {
        self.init()
        attributes.forEach { name, value in self[name] = AttributeValue(value) }
    }
}

extension AttributeValue {
    fileprivate init(_ value: SpanAttribute) {
        switch value {
        case .bool(let flag): self = .bool(flag)
        case .int32(let number): self = .int(Int(number))
        case .int64(let number): self = .int(Int(truncatingIfNeeded: number))
        case .double(let number): self = .double(number)
        case .string(let text): self = .string(text)
        case .stringConvertible(let convertible): self = .string("\(convertible)")
        case .boolArray(let flags): self = .array(flags.map(AttributeValue.bool))
        case .int32Array(let numbers): self = .array(numbers.map { .int(Int($0)) })
        case .int64Array(let numbers): self = .array(numbers.map { .int(Int(truncatingIfNeeded: $0)) })
        case .doubleArray(let numbers): self = .array(numbers.map(AttributeValue.double))
        case .stringArray(let texts): self = .array(texts.map(AttributeValue.string))
        case .stringConvertibleArray(let values): self = .array(values.map { .string("\($0)") })
        default: self = .null
        }
    }
}
