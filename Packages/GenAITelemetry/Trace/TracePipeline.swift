// SPDX-License-Identifier: MIT
import GenAICore

/// What all spans of a provider share; replaced as a whole when the provider changes.
final class TracePipeline: Sendable {
    let configuration: TracerProvider.Configuration
    let attributeLimits: AttributeLimits
    let instrumentation: InstrumentationSettings
    /// Whether spans without a parent are not recorded.
    let dropsRoots: Bool
    private let sampling: FixedSampling

    // What is called for each span is not held during the call: that would take as long as the call. The first two are
    // held by the configuration, the processors by the pipeline itself, until it goes.
    private let counters: Unmanaged<SpanCounters>
    /// The generator, if it is the usual one: asked directly it takes a third of the time.
    private let randomIDs: Unmanaged<RandomIDGenerator>?
    private let stages: [Unmanaged<Stage>]

    init(_ configuration: TracerProvider.Configuration) {
        self.configuration = configuration
        attributeLimits = configuration.limits.forSpan
        instrumentation = configuration.instrumentation
        sampling = FixedSampling(configuration.sampler)
        dropsRoots = sampling.decision(for: nil) == .drop
        counters = .passUnretained(configuration.counters)
        randomIDs = (configuration.idGenerator as? RandomIDGenerator).map(Unmanaged.passUnretained)
        stages = configuration.processors.map { .passRetained(Stage($0)) }
    }

    deinit {
        for stage in stages { stage.release() }
    }

    func onStart(_ span: TraceSpan, parent: GenAIContext) {
        for stage in stages { stage._withUnsafeGuaranteedRef { $0.processor.onStart(span, parent: parent) } }
    }

    func onEnding(_ span: inout SpanData) {
        for stage in stages { stage._withUnsafeGuaranteedRef { $0.processor.onEnding(&span) } }
    }

    func onEnd(_ span: consuming SpanData) {
        guard let last = stages.last else { return }
        for stage in stages.dropLast() { stage._withUnsafeGuaranteedRef { $0.processor.onEnd(span) } }
        guard let batch = last._withUnsafeGuaranteedRef({ $0.batch }) else {
            return last._withUnsafeGuaranteedRef { $0.processor.onEnd(span) }
        }
        // The usual last one keeps the span, which is not copied then.
        guard span.context.isSampled else { return }
        var item = WaitingItem(span)
        batch._withUnsafeGuaranteedRef { $0.take(&item) }
    }

    func countEnd(isSampled: Bool) {
        counters._withUnsafeGuaranteedRef { $0.countEnd(isSampled: isSampled) }
    }

    /// A processor, called where it lies: calling one out of an array copies and frees it, which is a tenth of a span.
    private final class Stage: Sendable {
        let processor: any SpanProcessor
        /// The processor, if it is one that keeps spans.
        let batch: Unmanaged<BatchSpanProcessor>?

        init(_ processor: any SpanProcessor) {
            self.processor = processor
            batch = (processor as? BatchSpanProcessor).map(Unmanaged.passUnretained)
        }
    }
}

// MARK: - Starting spans

/// What a tracer is told when it is to start a span.
struct SpanStart: ~Copyable {
    let name: String
    let kind: SpanKind
    let attributes: Attributes
    /// Whether the attributes go on from those of the context.
    let isStamped: Bool
    let links: [SpanLink]
    let startNanoseconds: UnixNanoseconds?
    let origin: SpanOrigin

    /// What an LLM span holds in the end beside the attributes of its scopes; room made at once instead of growing.
    private static var ownAttributeCount: Int { 23 }

    /// The attributes with those of the scopes around, which are shared and gone on from.
    @inline(__always)
    func stampedAttributes(_ context: GenAIContext) -> Attributes {
        guard !isStamped else { return attributes }
        var all = context.stamp
        all.reserveCapacity(all.count + max(Self.ownAttributeCount, attributes.count))
        all.merge(attributes)
        return all
    }
}

extension TracePipeline {
    /// Starts a span in a context, which has claimed its turn.
    func start(_ start: consuming SpanStart, in context: GenAIContext) -> TraceSpan {
        let parent = context.validParent
        switch sampling.decision(for: parent) {
        case .drop: return TraceSpan(context: dropped(parent: parent), recording: nil)
        case .recordOnly: return record(start, in: context, identity(parent, flags: []), parent)
        case .recordAndSample: return record(start, in: context, identity(parent, flags: .sampled), parent)
        case nil: return sample(start, in: context, parent)
        }
    }

    /// A span that is not recorded, whose identity goes on nevertheless.
    @inline(__always)
    func dropped(parent: SpanContext?) -> SpanContext {
        count(.drop, parent)
        return identity(parent, flags: [])
    }

    /// Starts a span of whose recording the sampler has to be asked.
    private func sample(
        _ start: consuming SpanStart, in context: GenAIContext, _ parent: SpanContext?
    ) -> TraceSpan {
        var identity = identity(parent, flags: [])
        let result = configuration.sampler.sample(
            SpanToSample(
                parent: parent, traceID: identity.traceID, name: start.name, kind: start.kind,
                attributes: start.stampedAttributes(context), links: start.links))
        if let traceState = result.traceState { identity.traceState = traceState }
        if result.decision == .recordAndSample { identity.flags = .sampled }
        guard result.decision != .drop else {
            count(.drop, parent)
            return TraceSpan(context: identity, recording: nil)
        }
        return record(start, in: context, identity, parent, samplerAttributes: result.attributes)
    }

    @inline(__always)
    private func record(
        _ start: consuming SpanStart, in context: GenAIContext, _ identity: SpanContext, _ parent: SpanContext?,
        samplerAttributes: Attributes? = nil
    ) -> TraceSpan {
        count(identity.isSampled ? .recordAndSample : .recordOnly, parent)
        var attributes = start.stampedAttributes(context)
        if let samplerAttributes { attributes.merge(samplerAttributes) }
        var droppedAttributesCount = 0
        if attributes.mayExceed(attributeLimits) {
            (attributes, droppedAttributesCount) = attributes.limited(attributeLimits)
        }
        let links = start.links
        let recording = RecordingSpan(
            name: start.name, context: identity, parent: parent, kind: start.kind,
            startNanoseconds: start.startNanoseconds ?? systemUnixNanoseconds(), attributes: attributes,
            droppedAttributesCount: droppedAttributesCount, origin: start.origin, surroundings: context, pipeline: self)
        for link in links { recording.addLink(link) }
        let span = TraceSpan(context: identity, recording: recording)
        onStart(span, parent: context)
        return span
    }

    private func count(_ decision: SamplingResult.Decision, _ parent: SpanContext?) {
        counters._withUnsafeGuaranteedRef { $0.countStart(decision, parent: parent) }
    }

    /// The identity of a new span, whose trace is the parent's if it has one.
    @inline(__always)
    private func identity(_ parent: SpanContext?, flags: TraceFlags) -> SpanContext {
        let (traceID, spanID) = makeIDs(parent?.traceID)
        return SpanContext(
            traceID: traceID, spanID: spanID, flags: flags, traceState: parent?.traceState ?? TraceState())
    }

    @inline(__always)
    private func makeIDs(_ traceID: TraceID?) -> (TraceID, SpanID) {
        if let randomIDs { return randomIDs._withUnsafeGuaranteedRef { $0.makeIDs(traceID) } }
        return (traceID ?? configuration.idGenerator.makeTraceID(), configuration.idGenerator.makeSpanID())
    }
}

extension GenAIContext {
    /// The current span's identity; that of a provider that records nothing has none to go on with.
    var validParent: SpanContext? {
        guard let parent = activeSpan?.context, parent.isValid else { return nil }
        return parent
    }
}
