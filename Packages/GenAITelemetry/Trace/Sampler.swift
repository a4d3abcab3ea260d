// SPDX-License-Identifier: MIT
public import GenAICore

/// Decides at the start of a span whether it is recorded and exported. Called by many threads concurrently.
///
/// Source: OpenTelemetry trace SDK, Sampler.
public protocol Sampler: Sendable, CustomStringConvertible {
    /// Returns the decision about a span.
    func sample(_ span: SpanToSample) -> SamplingResult
}

/// The facts about a span that a sampler can use.
public struct SpanToSample: Sendable {
    /// The parent; `nil` for a new trace.
    public let parent: SpanContext?
    /// The trace the span will belong to.
    public let traceID: TraceID
    /// The span's name.
    public let name: String
    /// The span's kind.
    public let kind: TraceSpan.Kind
    /// The attributes given at the start, those of the scopes included.
    public let attributes: Attributes
    /// The links given at the start.
    public let links: [TraceSpan.Link]

    /// Creates the description of a span.
    public init(
        parent: SpanContext? = nil, traceID: TraceID, name: String = "", kind: TraceSpan.Kind = .internal,
        attributes: Attributes = [:], links: [TraceSpan.Link] = []
    ) {
        self.parent = parent
        self.traceID = traceID
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.links = links
    }
}

/// A sampler's decision.
public struct SamplingResult: Sendable {
    /// The decision about a span.
    public enum Decision: Sendable, Hashable {
        /// Nothing is recorded.
        case drop
        /// Processors see the span, exporters do not.
        case recordOnly
        /// Processors and exporters see the span.
        case recordAndSample
    }

    /// The decision about the span.
    public var decision: Decision
    /// Attributes to add to the span.
    public var attributes: Attributes
    /// The trace state of the span; `nil` keeps the parent's.
    public var traceState: TraceState?

    /// Creates a result.
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
    /// Returns `recordAndSample`.
    public func sample(_ span: SpanToSample) -> SamplingResult { SamplingResult(.recordAndSample) }
    /// The sampler's name in the specification.
    public var description: String { "AlwaysOnSampler" }
}

/// Samples no span.
public struct AlwaysOffSampler: Sampler {
    /// Creates the sampler.
    public init() {}
    /// Returns `drop`.
    public func sample(_ span: SpanToSample) -> SamplingResult { SamplingResult(.drop) }
    /// The sampler's name in the specification.
    public var description: String { "AlwaysOffSampler" }
}

/// Samples a fraction of all traces, the same ones in every process. A larger fraction includes all traces of a smaller
/// one.
public struct TraceIDRatioSampler: Sampler {
    /// The fraction, from 0 to 1.
    public let ratio: Double
    private let bound: UInt64

    /// Creates the sampler. The ratio is limited to 0 to 1; NaN counts as 1.
    public init(ratio: Double) {
        self.ratio = ratio.isNaN ? 1 : min(max(ratio, 0), 1)
        bound = UInt64(exactly: (self.ratio * 0x1p64).rounded()) ?? .max
    }

    /// Compares the low half of the trace identifier with the fraction.
    public func sample(_ span: SpanToSample) -> SamplingResult {
        SamplingResult(ratio >= 1 || span.traceID.low < bound ? .recordAndSample : .drop)
    }

    /// The sampler's name in the specification.
    public var description: String {
        let millionths = Int((ratio * 1_000_000).rounded())
        let digits = String(millionths % 1_000_000)
        return
            "TraceIdRatioBased{\(millionths / 1_000_000).\(String(repeating: "0", count: 6 - digits.count))\(digits)}"
    }
}

/// Follows the parent's decision. For spans without a parent, it uses another sampler.
public struct ParentBasedSampler: Sampler {
    /// The sampler for new traces.
    public var root: any Sampler
    /// The sampler for a sampled parent in another process.
    public var remoteParentSampled: any Sampler
    /// The sampler for an unsampled parent in another process.
    public var remoteParentNotSampled: any Sampler
    /// The sampler for a sampled parent in this process.
    public var localParentSampled: any Sampler
    /// The sampler for an unsampled parent in this process.
    public var localParentNotSampled: any Sampler

    /// Creates the sampler. By default, the decision is that of the parent.
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

    /// Calls the sampler for the parent.
    public func sample(_ span: SpanToSample) -> SamplingResult {
        guard let parent = span.parent, parent.isValid else { return root.sample(span) }
        switch (parent.isRemote, parent.isSampled) {
        case (true, true): return remoteParentSampled.sample(span)
        case (true, false): return remoteParentNotSampled.sample(span)
        case (false, true): return localParentSampled.sample(span)
        case (false, false): return localParentNotSampled.sample(span)
        }
    }

    /// The sampler's name in the specification.
    public var description: String {
        "ParentBased{root:\(root),remoteParentSampled:\(remoteParentSampled),"
            + "remoteParentNotSampled:\(remoteParentNotSampled),localParentSampled:\(localParentSampled),"
            + "localParentNotSampled:\(localParentNotSampled)}"
    }
}

/// A sampler that may change only the decision of another one to drop a span.
package protocol DropReviewingSampler: Sampler {
    /// The sampler that decides first.
    var base: any Sampler { get }
}

/// The decisions of the built-in samplers that depend only on the parent, computed once.
///
/// Avoids describing most spans to a sampler. For an unsampled span, the description, which includes the attributes of
/// the scopes, would be most of the cost.
struct FixedSampling: Sendable {
    private enum Parent: Int, CaseIterable {
        case none, remoteSampled, remoteNotSampled, localSampled, localNotSampled
    }

    /// The decisions by parent; `nil` if the sampler must be called.
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

    /// Returns the decision for a span with this parent; `nil` if the sampler must be called.
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
    /// Returns the sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name; parent-based always-on by
    /// default.
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
