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

    // What is called for each span is not held during the call: that would take as long as the call. The configuration
    // holds the first two until the pipeline goes.
    private let counters: Unmanaged<SpanCounters>
    /// The generator, if it is the usual one: asked directly it takes a third of the time.
    private let randomIDs: Unmanaged<RandomIDGenerator>?
    private let stages: StageList<Stage>

    init(_ configuration: TracerProvider.Configuration) {
        self.configuration = configuration
        attributeLimits = configuration.limits.forSpan
        instrumentation = configuration.instrumentation
        sampling = FixedSampling(configuration.sampler)
        dropsRoots = sampling.decision(for: nil) == .drop
        counters = .passUnretained(configuration.counters)
        randomIDs = (configuration.idGenerator as? RandomIDGenerator).map(Unmanaged.passUnretained)
        stages = StageList(configuration.processors.map(Stage.init))
    }

    func onStart(_ span: TraceSpan, parent: GenAIContext) {
        stages.forEach { $0.processor.onStart(span, parent: parent) }
    }

    func onEnding(_ span: inout SpanData) {
        stages.forEach { $0.processor.onEnding(&span) }
    }

    func onEnd(_ span: consuming SpanData) {
        guard let last = stages.all.last else { return }
        for index in 0..<stages.all.count - 1 {
            stages.all[index]._withUnsafeGuaranteedRef { $0.processor.onEnd(span) }
        }
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

/// A span of which is known whether it is recorded.
struct SampledSpan {
    var identity: SpanContext
    var isRecorded = true
    /// What the sampler adds.
    var attributes: Attributes?
}

// Both parts have many parameters, which are borrowed: put together in a value they would be held and let go of, which
// takes 150 instructions.
extension TracePipeline {
    /// Finds out whether a span is recorded, and counts it.
    ///
    /// - Parameter attributes: Those of the span and its scopes. Not asked for where the sampler's answer is known.
    @inline(__always)
    func sample(
        _ name: String, _ kind: SpanKind, _ links: [SpanLink], parent: SpanContext?, _ attributes: () -> Attributes
    ) -> SampledSpan {
        guard let decision = sampling.decision(for: parent) else {
            return ask(name, kind, links, parent: parent, attributes())
        }
        count(decision, parent)
        return SampledSpan(
            identity: identity(parent, flags: decision == .recordAndSample ? .sampled : []),
            isRecorded: decision != .drop)
    }

    @inline(never)
    private func ask(
        _ name: String, _ kind: SpanKind, _ links: [SpanLink], parent: SpanContext?, _ attributes: Attributes
    ) -> SampledSpan {
        var identity = identity(parent, flags: [])
        let result = configuration.sampler.sample(
            SpanToSample(
                parent: parent, traceID: identity.traceID, name: name, kind: kind, attributes: attributes,
                links: links))
        count(result.decision, parent)
        if let traceState = result.traceState { identity.traceState = traceState }
        if result.decision == .recordAndSample { identity.flags = .sampled }
        return SampledSpan(identity: identity, isRecorded: result.decision != .drop, attributes: result.attributes)
    }

    /// Starts a span that is recorded.
    ///
    /// - Parameters:
    ///   - attributes: Those of the span and its scopes.
    ///   - context: What is around the span. Has claimed its turn.
    @inline(__always)
    func record(
        _ sampled: SampledSpan, _ name: String, _ kind: SpanKind, _ links: [SpanLink], parent: SpanContext?,
        _ attributes: consuming Attributes, in context: GenAIContext, at nanoseconds: UnixNanoseconds?,
        _ origin: SpanOrigin
    ) -> TraceSpan {
        if let more = sampled.attributes { attributes.merge(more) }
        let droppedCount = attributes.limit(attributeLimits)
        let recording = RecordingSpan(
            name: name, context: sampled.identity, parent: parent, kind: kind,
            startNanoseconds: nanoseconds ?? systemUnixNanoseconds(), attributes: UniqueAttributes(consume attributes),
            droppedAttributesCount: droppedCount, origin: origin, surroundings: context, pipeline: self)
        if !links.isEmpty { recording.addLinks(links) }
        let span = TraceSpan(context: sampled.identity, recording: recording)
        onStart(span, parent: context)
        return span
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
