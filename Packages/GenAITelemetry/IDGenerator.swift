// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// A generator of trace and span identifiers. Called by many threads concurrently.
public protocol IDGenerator: Sendable {
    /// Returns a new trace identifier, which must not be all zero.
    func makeTraceID() -> TraceID
    /// Returns a new span identifier, which must not be all zero.
    func makeSpanID() -> SpanID
}

/// A generator of random identifiers, without a system call for each.
///
/// A counter, scrambled with keys that are drawn once from the system's generator: identifiers never repeat within a
/// process, and those of two processes collide with the probability of random numbers. A process that forks and
/// continues without `exec` must create a new generator.
public final class RandomIDGenerator: IDGenerator {
    private let identifiers = RandomIdentifiers()

    /// Creates a generator with keys of its own.
    public init() {}

    /// Returns a new random trace identifier.
    public func makeTraceID() -> TraceID { identifiers.makeIDs(nil).0 }

    /// Returns a new random span identifier.
    public func makeSpanID() -> SpanID { identifiers.makeIDs(nil).1 }
}

/// The state of a ``RandomIDGenerator``, stored in the pipeline itself if no other generator is configured.
struct RandomIdentifiers: ~Copyable, Sendable {
    private let counter = Atomic(UInt64.random(in: .min ... .max))
    private let keys: (UInt64, UInt64, UInt64) = (
        .random(in: .min ... .max), .random(in: .min ... .max), .random(in: .min ... .max)
    )

    /// Returns the identifiers of a span, both from one step of the counter.
    ///
    /// - Parameter traceID: The trace that the span belongs to; `nil` for a new one.
    @inline(__always)
    func makeIDs(_ traceID: TraceID?) -> (TraceID, SpanID) {
        let number = counter.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        let spanID = SpanID(rawValue: nonZero(scrambled(number ^ keys.2)))
        if let traceID { return (traceID, spanID) }
        return (TraceID(high: scrambled(number ^ keys.0), low: nonZero(scrambled(number &+ keys.1))), spanID)
    }

    private func nonZero(_ number: UInt64) -> UInt64 { number == 0 ? 1 : number }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection, so different numbers stay different.
    private func scrambled(_ number: UInt64) -> UInt64 {
        var bits = number
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
