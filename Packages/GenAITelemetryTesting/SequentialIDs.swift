// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry
import Synchronization

/// A generator of identifiers that count up from 1, so that a test can predict them.
///
/// Traces and spans are counted separately: the first span of the first trace is `00000000000000000000000000000001`,
/// `0000000000000001`.
public final class SequentialIDs: IDGenerator {
    private let traces = Atomic<UInt64>(0)
    private let spans = Atomic<UInt64>(0)

    /// Creates a generator that starts with 1.
    public init() {}

    /// Returns the next trace identifier.
    public func makeTraceID() -> TraceID {
        TraceID(high: 0, low: traces.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Returns the next span identifier.
    public func makeSpanID() -> SpanID {
        SpanID(rawValue: spans.wrappingAdd(1, ordering: .relaxed).newValue)
    }
}
