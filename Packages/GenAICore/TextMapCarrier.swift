// SPDX-License-Identifier: MIT
import Synchronization

/// A carrier of context as named texts: HTTP headers, message properties, the `_meta` of MCP.
public protocol TextMapCarrier {
    /// Returns the text of a name, given in lower case.
    ///
    /// Names in HTTP are case-insensitive, and so must be a carrier of HTTP headers. If a name occurs several times,
    /// the texts are joined by commas.
    func text(named name: String) -> String?

    /// Replaces the text of a name, given in lower case.
    mutating func setText(_ text: String, named name: String)
}

extension [String: String]: TextMapCarrier {
    /// Returns the value of a name in any letter case.
    public func text(named name: String) -> String? {
        if let text = self[name] { return text }
        // Of several spellings, the first in sorted order is used, so that the result does not depend on hashing.
        return keys.filter { ASCII.equalIgnoringCase($0, name) }.min().flatMap { self[$0] }
    }

    /// Sets the value of a name and removes other spellings of it.
    public mutating func setText(_ text: String, named name: String) {
        for key in keys.filter({ ASCII.equalIgnoringCase($0, name) }) { self[key] = nil }
        self[name] = text
    }
}

/// The context that is sent to another process: the position in the trace and the application's baggage.
public struct PropagatedContext: Sendable, Hashable {
    /// The span that is the parent in the other process; `nil` if there is none.
    public var spanContext: SpanContext?
    /// The application's own entries.
    public var baggage: Baggage

    /// Creates a context.
    public init(spanContext: SpanContext? = nil, baggage: Baggage = Baggage()) {
        self.spanContext = spanContext
        self.baggage = baggage
    }
}

/// Writes context to carriers, and reads it from them, in the formats of the W3C.
///
/// Never throws: malformed fields count as missing, and empty or invalid ones are not written.
///
/// Source: OpenTelemetry propagators API; W3C Trace Context level 2; W3C Baggage.
public struct W3CPropagator: Sendable, Hashable {
    /// The names of the fields that it reads and writes.
    public static let fields = ["traceparent", "tracestate", "baggage"]

    /// Indicates whether it handles `traceparent` and `tracestate`.
    public var includesTraceContext: Bool
    /// Indicates whether it handles `baggage`.
    public var includesBaggage: Bool

    /// Creates a propagator.
    public init(includesTraceContext: Bool = true, includesBaggage: Bool = true) {
        self.includesTraceContext = includesTraceContext
        self.includesBaggage = includesBaggage
    }

    /// The formats for code that specifies none. Default: both; `Last9.install` reads them from `OTEL_PROPAGATORS`.
    ///
    /// A process-wide setting, as the specification requires. A change affects later calls.
    public static var global: W3CPropagator {
        get {
            let bits = registered.load(ordering: .relaxed)
            return W3CPropagator(includesTraceContext: bits & 1 != 0, includesBaggage: bits & 2 != 0)
        }
        set {
            let bits: UInt8 = (newValue.includesTraceContext ? 1 : 0) | (newValue.includesBaggage ? 2 : 0)
            registered.store(bits, ordering: .relaxed)
        }
    }

    private static let registered = Atomic<UInt8>(3)

    /// Writes a context to a carrier.
    public func inject(_ context: PropagatedContext, into carrier: inout some TextMapCarrier) {
        inject(context) { carrier.setText($1, named: $0) }
    }

    /// Writes a context by calling a closure with each name and its text, for carriers without a type of their own.
    public func inject(_ context: PropagatedContext, _ setText: (_ name: String, _ text: String) -> Void) {
        if includesTraceContext, let spanContext = context.spanContext, spanContext.isValid {
            setText("traceparent", spanContext.traceparent)
            let state = spanContext.traceState.description
            if !state.isEmpty { setText("tracestate", state) }
        }
        guard includesBaggage else { return }
        let header = context.baggage.header
        if !header.isEmpty { setText("baggage", header) }
    }

    /// Reads a context from a carrier.
    public func extract(from carrier: some TextMapCarrier) -> PropagatedContext {
        extract { carrier.text(named: $0) }
    }

    /// Reads a context by calling a closure with each lower-case name, which returns its text.
    public func extract(_ text: (_ name: String) -> String?) -> PropagatedContext {
        var context = PropagatedContext()
        if includesTraceContext, let traceparent = text("traceparent") {
            context.spanContext = SpanContext(traceparent: traceparent, tracestate: text("tracestate"))
        }
        if includesBaggage, let header = text("baggage") { context.baggage = Baggage(header) }
        return context
    }
}
