// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// Makes the identifiers of traces and spans. Called by many threads at once.
public protocol IDGenerator: Sendable {
    /// A new trace identifier, not all zero.
    func makeTraceID() -> TraceID
    /// A new span identifier, not all zero.
    func makeSpanID() -> SpanID
}

/// Random identifiers, without a system call each.
///
/// A counter, scrambled under keys that are drawn from the system's generator once: identifiers never repeat within
/// a process, and those of two processes meet with the likelihood of random numbers. A process that forks and goes
/// on without `exec` must create a new generator.
public final class RandomIDGenerator: IDGenerator {
    private let counter: Atomic<UInt64>
    private let keys: (UInt64, UInt64, UInt64)

    /// Creates a generator with keys of its own.
    public init() {
        counter = Atomic(UInt64.random(in: .min ... .max))
        keys = (.random(in: .min ... .max), .random(in: .min ... .max), .random(in: .min ... .max))
    }

    /// A new random trace identifier.
    public func makeTraceID() -> TraceID {
        makeTraceID(next())
    }

    /// A new random span identifier.
    public func makeSpanID() -> SpanID {
        SpanID(rawValue: nonZero(scrambled(next() ^ keys.2)))
    }

    /// The identifiers of a span, both from one step of the counter.
    func makeIDs(_ traceID: TraceID?) -> (TraceID, SpanID) {
        let number = next()
        return (traceID ?? makeTraceID(number), SpanID(rawValue: nonZero(scrambled(number ^ keys.2))))
    }

    private func makeTraceID(_ number: UInt64) -> TraceID {
        TraceID(high: scrambled(number ^ keys.0), low: nonZero(scrambled(number &+ keys.1)))
    }

    private func next() -> UInt64 {
        counter.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
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
