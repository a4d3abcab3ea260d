// SPDX-License-Identifier: MIT
public import GenAICore

/// Decides at a span's start whether it is recorded and exported. Called by many threads at once.
///
/// Source: OpenTelemetry trace SDK, Sampler.
public protocol Sampler: Sendable, CustomStringConvertible {
    /// Decides about one span.
    func sample(_ span: SpanToSample) -> SamplingResult
}

/// What a sampler knows of a span.
public struct SpanToSample: Sendable {
    /// The parent; `nil` for a new trace.
    public let parent: SpanContext?
    /// The trace the span will belong to.
    public let traceID: TraceID
    /// The span's name.
    public let name: String
    /// The span's kind.
    public let kind: SpanKind
    /// The attributes given at the start, those of the scopes included.
    public let attributes: Attributes
    /// The links given at the start.
    public let links: [SpanLink]

    /// Creates the description of a span.
    public init(
        parent: SpanContext? = nil, traceID: TraceID, name: String = "", kind: SpanKind = .internal,
        attributes: Attributes = [:], links: [SpanLink] = []
    ) {
        self.parent = parent
        self.traceID = traceID
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.links = links
    }
}

/// A sampler's answer.
public struct SamplingResult: Sendable {
    /// What happens to a span.
    public enum Decision: Sendable, Hashable {
        /// Nothing is recorded.
        case drop
        /// Processors see the span, exporters do not.
        case recordOnly
        /// Processors and exporters see the span.
        case recordAndSample
    }

    /// What happens to the span.
    public var decision: Decision
    /// Attributes to add to the span.
    public var attributes: Attributes
    /// The trace state to go on with; `nil` keeps the parent's.
    public var traceState: TraceState?

    /// Creates an answer.
    public init(_ decision: Decision, attributes: Attributes = [:], traceState: TraceState? = nil) {
        self.decision = decision
        self.attributes = attributes
        self.traceState = traceState
    }
}

/// Samples every span.
public struct AlwaysOnSampler: Sampler {
    /// Creates the sampler.
    public init() {}
    /// Says yes.
    public func sample(_ span: SpanToSample) -> SamplingResult { SamplingResult(.recordAndSample) }
    /// The name by the specification.
    public var description: String { "AlwaysOnSampler" }
}

/// Samples no span.
public struct AlwaysOffSampler: Sampler {
    /// Creates the sampler.
    public init() {}
    /// Says no.
    public func sample(_ span: SpanToSample) -> SamplingResult { SamplingResult(.drop) }
    /// The name by the specification.
    public var description: String { "AlwaysOffSampler" }
}

/// Samples a share of all traces, the same ones in every process; whatever a smaller share has, a larger has too.
public struct TraceIDRatioSampler: Sampler {
    /// The share, from 0 to 1.
    public let ratio: Double
    private let bound: UInt64

    /// Creates the sampler; a ratio outside 0 to 1 is brought to the nearer end, not-a-number to 1.
    public init(ratio: Double) {
        self.ratio = ratio.isNaN ? 1 : min(max(ratio, 0), 1)
        bound = UInt64(exactly: (self.ratio * 0x1p64).rounded()) ?? .max
    }

    /// Compares the low half of the trace id with the share.
    public func sample(_ span: SpanToSample) -> SamplingResult {
        SamplingResult(ratio >= 1 || span.traceID.low < bound ? .recordAndSample : .drop)
    }

    /// The name by the specification.
    public var description: String {
        let millionths = Int((ratio * 1_000_000).rounded())
        let digits = String(millionths % 1_000_000)
        return
            "TraceIdRatioBased{\(millionths / 1_000_000).\(String(repeating: "0", count: 6 - digits.count))\(digits)}"
    }
}

/// Follows the parent's decision, and asks another sampler where there is no parent.
public struct ParentBasedSampler: Sampler {
    /// Asked for a new trace.
    public var root: any Sampler
    /// Asked when a parent in another process is sampled.
    public var remoteParentSampled: any Sampler
    /// Asked when a parent in another process is not sampled.
    public var remoteParentNotSampled: any Sampler
    /// Asked when a parent in this process is sampled.
    public var localParentSampled: any Sampler
    /// Asked when a parent in this process is not sampled.
    public var localParentNotSampled: any Sampler

    /// Creates the sampler; by default a sampled parent means yes and one that is not means no.
    public init(
        root: any Sampler = AlwaysOnSampler(),
        remoteParentSampled: any Sampler = AlwaysOnSampler(),
        remoteParentNotSampled: any Sampler = AlwaysOffSampler(),
        localParentSampled: any Sampler = AlwaysOnSampler(),
        localParentNotSampled: any Sampler = AlwaysOffSampler()
    ) {
        self.root = root
        self.remoteParentSampled = remoteParentSampled
        self.remoteParentNotSampled = remoteParentNotSampled
        self.localParentSampled = localParentSampled
        self.localParentNotSampled = localParentNotSampled
    }

    /// Asks the sampler that fits the parent.
    public func sample(_ span: SpanToSample) -> SamplingResult {
        guard let parent = span.parent, parent.isValid else { return root.sample(span) }
        switch (parent.isRemote, parent.isSampled) {
        case (true, true): return remoteParentSampled.sample(span)
        case (true, false): return remoteParentNotSampled.sample(span)
        case (false, true): return localParentSampled.sample(span)
        case (false, false): return localParentNotSampled.sample(span)
        }
    }

    /// The name by the specification.
    public var description: String {
        "ParentBased{root:\(root),remoteParentSampled:\(remoteParentSampled),"
            + "remoteParentNotSampled:\(remoteParentNotSampled),localParentSampled:\(localParentSampled),"
            + "localParentNotSampled:\(localParentNotSampled)}"
    }
}

/// A sampler that changes nothing of what another one answers, unless that is to drop the span.
package protocol DropReviewingSampler: Sampler {
    /// The sampler that is asked first.
    var base: any Sampler { get }
}

/// What the built-in samplers answer that look at nothing but the parent, found out once.
///
/// Spares most spans from being described to a sampler: of a span that is not sampled the description, with the
/// attributes of the scopes in it, would be the greater part of the cost.
struct FixedSampling: Sendable {
    private enum Parent: Int, CaseIterable {
        case none, remoteSampled, remoteNotSampled, localSampled, localNotSampled
    }

    /// By parent; `nil` where the sampler has to be asked.
    private var decisions: [SamplingResult.Decision?]

    init(_ sampler: any Sampler) {
        if let sampler = sampler as? ParentBasedSampler {
            decisions = [
                sampler.root, sampler.remoteParentSampled, sampler.remoteParentNotSampled, sampler.localParentSampled,
                sampler.localParentNotSampled,
            ].map(Self.decision)
        } else if let sampler = sampler as? any DropReviewingSampler {
            decisions = FixedSampling(sampler.base).decisions.map { $0 == .drop ? nil : $0 }
        } else {
            decisions = Parent.allCases.map { _ in Self.decision(of: sampler) }
        }
    }

    /// The answer for a span with this parent, or `nil` when the sampler has to be asked.
    func decision(for parent: SpanContext?) -> SamplingResult.Decision? {
        decisions[Self.kind(of: parent).rawValue]
    }

    private static func decision(of sampler: any Sampler) -> SamplingResult.Decision? {
        if sampler is AlwaysOnSampler { return .recordAndSample }
        if sampler is AlwaysOffSampler { return .drop }
        return nil
    }

    private static func kind(of parent: SpanContext?) -> Parent {
        guard let parent, parent.isValid else { return .none }
        switch (parent.isRemote, parent.isSampled) {
        case (true, true): return .remoteSampled
        case (true, false): return .remoteNotSampled
        case (false, true): return .localSampled
        case (false, false): return .localNotSampled
        }
    }
}

extension TelemetryEnvironment {
    /// The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name; parent-based always-on by default.
    public func sampler() -> any Sampler {
        let makers: [String: @Sendable () -> any Sampler] = [
            "always_on": { AlwaysOnSampler() },
            "always_off": { AlwaysOffSampler() },
            "traceidratio": { TraceIDRatioSampler(ratio: samplerRatio()) },
            "parentbased_always_on": { ParentBasedSampler() },
            "parentbased_always_off": { ParentBasedSampler(root: AlwaysOffSampler()) },
            "parentbased_traceidratio": { ParentBasedSampler(root: TraceIDRatioSampler(ratio: samplerRatio())) },
        ]
        return choice("OTEL_TRACES_SAMPLER", of: makers)?() ?? ParentBasedSampler()
    }

    private func samplerRatio() -> Double {
        double("OTEL_TRACES_SAMPLER_ARG", in: 0...1) ?? 1
    }
}
