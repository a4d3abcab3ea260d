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

/// What a span begins with.
enum FirstAttributes {
    /// Attributes beside those of the scopes around.
    case own(Attributes)
    /// Attributes that go on from those of the scopes.
    case stamped(Attributes)

    /// What an LLM span holds in the end beside the attributes of its scopes; room made at once instead of growing.
    ///
    /// With one more the memory would be above 1,032 bytes, which is as far as glibc keeps freed memory for the thread:
    /// taking and freeing it would take three times as long.
    private static var ownCount: Int { 22 }

    /// All attributes, those of the scopes included, which are shared and gone on from.
    @inline(__always)
    func all(in context: GenAIContext) -> Attributes {
        switch self {
        case .stamped(let attributes): return attributes
        case .own(let attributes):
            var all = context.stamp
            all.reserveCapacity(all.count + max(Self.ownCount, attributes.count))
            if !attributes.isEmpty { all.merge(attributes) }
            return all
        }
    }
}

extension TracePipeline {
    // Many parameters, all borrowed: put together in a value they would be held and let go of, 150 instructions.
    /// Starts a span in a context, which has claimed its turn.
    @inline(__always)
    func start(
        _ name: String, _ kind: SpanKind, _ first: FirstAttributes, _ links: [SpanLink], in context: GenAIContext,
        at nanoseconds: UnixNanoseconds?, _ origin: SpanOrigin
    ) -> TraceSpan {
        let parent = context.validParent
        var identity: SpanContext
        var samplerAttributes: Attributes?
        switch sampling.decision(for: parent) {
        case .drop: return TraceSpan(context: dropped(parent: parent), recording: nil)
        case .recordOnly: identity = self.identity(parent, flags: [])
        case .recordAndSample: identity = self.identity(parent, flags: .sampled)
        case nil:
            identity = self.identity(parent, flags: [])
            let result = sample(
                SpanToSample(
                    parent: parent, traceID: identity.traceID, name: name, kind: kind,
                    attributes: first.all(in: context), links: links), &identity)
            guard result.decision != .drop else { return TraceSpan(context: identity, recording: nil) }
            samplerAttributes = result.attributes
        }
        count(identity.isSampled ? .recordAndSample : .recordOnly, parent)
        var attributes = first.all(in: context)
        if let samplerAttributes { attributes.merge(samplerAttributes) }
        var droppedCount = 0
        if attributes.mayExceed(attributeLimits) { droppedCount = attributes.limit(attributeLimits) }
        let recording = RecordingSpan(
            name: name, context: identity, parent: parent, kind: kind,
            startNanoseconds: nanoseconds ?? systemUnixNanoseconds(), attributes: OwnAttributes(consume attributes),
            droppedAttributesCount: droppedCount, origin: origin, surroundings: context, pipeline: self)
        if !links.isEmpty { recording.addLinks(links) }
        let span = TraceSpan(context: identity, recording: recording)
        onStart(span, parent: context)
        return span
    }

    /// Asks the sampler about a span, and gives the span what it says of its identity.
    @inline(never)
    private func sample(_ span: SpanToSample, _ identity: inout SpanContext) -> SamplingResult {
        let result = configuration.sampler.sample(span)
        if let traceState = result.traceState { identity.traceState = traceState }
        if result.decision == .recordAndSample { identity.flags = .sampled }
        if result.decision == .drop { count(.drop, span.parent) }
        return result
    }

    /// A span that is not recorded, whose identity goes on nevertheless.
    @inline(__always)
    func dropped(parent: SpanContext?) -> SpanContext {
        count(.drop, parent)
        return identity(parent, flags: [])
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
