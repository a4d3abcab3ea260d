// SPDX-License-Identifier: MIT

/// The part of a span that is sent to other processes.
///
/// Source: OpenTelemetry trace API, SpanContext; W3C Trace Context.
public struct SpanContext: Sendable, Hashable {
    /// The trace that the span belongs to.
    public var traceID: TraceID
    /// The identifier of the span.
    public var spanID: SpanID
    /// The flags that tell whether the span is sampled and whether its trace identifier is random.
    public var flags: TraceFlags
    /// Vendors' positions in the trace.
    public var traceState: TraceState
    /// Indicates whether the span belongs to another process.
    public var isRemote: Bool

    /// Creates a span context.
    public init(
        traceID: TraceID, spanID: SpanID, flags: TraceFlags = [], traceState: TraceState = TraceState(),
        isRemote: Bool = false
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
        self.traceState = traceState
        self.isRemote = isRemote
    }

    /// Indicates whether both identifiers are valid.
    public var isValid: Bool { traceID.isValid && spanID.isValid }
    /// Indicates whether the span is exported.
    public var isSampled: Bool { flags.contains(.sampled) }
}

/// The trace flags of W3C Trace Context.
public struct TraceFlags: OptionSet, Sendable, Hashable {
    /// The flags as one byte.
    public let rawValue: UInt8

    /// Creates flags from a byte.
    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The caller may have recorded the trace.
    @inlinable public static var sampled: TraceFlags { TraceFlags(rawValue: 0x01) }
    /// The last seven bytes of the trace identifier are random. Source: W3C Trace Context level 2.
    @inlinable public static var random: TraceFlags { TraceFlags(rawValue: 0x02) }
}
