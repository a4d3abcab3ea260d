// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// The state that all spans of a provider share. Settings that can change while spans are recorded are changed in
/// place.
final class TracePipeline: Sendable {
    let resource: Resource
    let limits: SpanLimits
    let attributeLimits: AttributeLimits
    /// Indicates whether spans that start outside of all others are not recorded.
    let dropsRoots: Bool
    let counters = SpanCounters()
    let redaction: RedactorSlot
    /// The current span of another tracer.
    private let foreignParent: (@Sendable () -> SpanContext?)?
    private let sampler: any Sampler
    private let sampling: FixedSampling
    /// The generator, unless it is the default one, whose state is stored here.
    private let customIDs: (any IDGenerator)?
    private let randomIDs = RandomIdentifiers()
    private let settings: Atomic<UInt32>
    private let processors: ProcessorList<Stage>

    init(_ configuration: TracerProvider.Configuration) {
        resource = configuration.resource
        limits = configuration.limits
        attributeLimits = configuration.limits.forSpan
        redaction = RedactorSlot(configuration.redactor)
        foreignParent = configuration.currentParent
        sampler = configuration.sampler
        sampling = FixedSampling(configuration.sampler)
        dropsRoots = sampling.decision(for: nil) == .drop && configuration.currentParent == nil
        customIDs = configuration.idGenerator is RandomIDGenerator ? nil : configuration.idGenerator
        settings = Atomic(configuration.instrumentation.packed)
        processors = ProcessorList(configuration.processors.map(Stage.init))
    }

    /// The settings for instrumentations.
    var instrumentation: InstrumentationSettings {
        get { InstrumentationSettings(packed: settings.load(ordering: .relaxed)) }
        set { settings.store(newValue.packed, ordering: .relaxed) }
    }

    /// Indicates whether texts are cut only when a span ends, so that the redactor sees them complete.
    var cutsAtEnd: Bool { limits.attributeValueLength != nil && redaction.isOccupied }
}

// MARK: - Processors

extension TracePipeline {
    /// A processor in a class of its own, because calling one in an array would retain and release it.
    private final class Stage: Sendable {
        let processor: any SpanProcessor
        /// The processor, if it is one that takes ownership of spans.
        let batch: Unmanaged<BatchSpanProcessor>?

        init(_ processor: any SpanProcessor) {
            self.processor = processor
            batch = (processor as? BatchSpanProcessor).map(Unmanaged.passUnretained)
        }
    }

    /// The number of processors. A span is processed by those that exist when it starts.
    var processorCount: Int { processors.count }

    var allProcessors: [any SpanProcessor] { processors.all.map(\.processor) }

    func append(_ processor: any SpanProcessor) {
        processors.append(Stage(processor))
    }

    func onStart(_ span: TraceSpan, parent: GenAIContext, count: Int) {
        processors.forEach(first: count) { $0.processor.onStart(span, parent: parent) }
    }

    func onEnding(_ span: inout SpanData, count: Int) {
        processors.forEach(first: count) { $0.processor.onEnding(&span) }
    }

    func onEnd(_ span: consuming SpanData, count: Int) {
        guard count > 0 else { return }
        processors.forEach(first: count - 1) { $0.processor.onEnd(span) }
        guard let batch = processors.with(count - 1, { $0.batch }) ?? nil else {
            processors.with(count - 1) { $0.processor.onEnd(span) }
            return
        }
        // The last processor is usually a batch processor, into which the span is moved without a copy.
        guard span.context.isSampled else { return }
        var item = WaitingItem(byteCount: span.approximateByteCount, span)
        batch._withUnsafeGuaranteedRef { $0.enqueue(&item) }
    }
}

// MARK: - Starting spans

/// The parent of a new span.
struct SpanParent {
    /// The parent; `nil` for a new trace.
    var context: SpanContext?
    /// The current span of another tracer.
    var foreignID: SpanID?
}

/// A new span for which it is known whether it is recorded.
struct SampledSpan {
    var identity: SpanContext
    var isRecorded = true
    /// The attributes that the sampler adds.
    var attributes: Attributes?
}

// Many separate parameters, which are borrowed: a struct of them would retain and release its fields.
extension TracePipeline {
    /// Decides whether a span is recorded, and counts it.
    ///
    /// - Parameter attributes: The attributes of the span and its scopes. Not evaluated if the sampler's decision is
    ///   known.
    @inline(__always)
    func sample(
        _ name: String, _ kind: TraceSpan.Kind, _ links: [TraceSpan.Link], parent: SpanContext?,
        _ attributes: () -> Attributes
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
        _ name: String, _ kind: TraceSpan.Kind, _ links: [TraceSpan.Link], parent: SpanContext?,
        _ attributes: Attributes
    ) -> SampledSpan {
        var identity = identity(parent, flags: [])
        let result = sampler.sample(
            SpanToSample(
                parent: parent, traceID: identity.traceID, name: name, kind: kind, attributes: attributes,
                links: links))
        count(result.decision, parent)
        if let traceState = result.traceState { identity.traceState = traceState }
        if result.decision == .recordAndSample { identity.flags = .sampled }
        return SampledSpan(identity: identity, isRecorded: result.decision != .drop, attributes: result.attributes)
    }

    /// Finds the parent of a span: the current one, or that of another tracer.
    @inline(__always)
    func parent(in context: GenAIContext) -> SpanParent {
        guard let foreignParent else { return SpanParent(context: context.validParent) }
        return parent(in: context, within: foreignParent())
    }

    @inline(never)
    private func parent(in context: GenAIContext, within foreign: SpanContext?) -> SpanParent {
        guard let foreign, foreign.isValid else { return SpanParent(context: context.validParent) }
        let current = context.activeSpan.flatMap { $0.isInside(of: foreign) ? $0.context : nil }
        return SpanParent(context: current ?? foreign, foreignID: foreign.spanID)
    }

    /// Starts a span that is recorded.
    ///
    /// - Parameters:
    ///   - attributes: The attributes of the span and its scopes.
    ///   - context: The enclosing context, which has claimed its turn.
    @inline(__always)
    func record(
        _ sampled: SampledSpan, _ name: String, _ kind: TraceSpan.Kind, _ links: [TraceSpan.Link], parent: SpanParent,
        _ attributes: consuming Attributes, in context: GenAIContext, at nanoseconds: UnixNanoseconds?,
        _ origin: SpanOrigin
    ) -> TraceSpan {
        if let more = sampled.attributes { attributes.merge(more) }
        let cutsAtEnd = cutsAtEnd
        let droppedCount = attributes.limit(cutsAtEnd ? attributeLimits.withoutLength : attributeLimits)
        let recording = RecordingSpan(
            name: name, context: sampled.identity, parent: parent, kind: kind,
            startNanoseconds: nanoseconds ?? systemUnixNanoseconds(), attributes: UniqueAttributes(consume attributes),
            droppedAttributesCount: droppedCount, origin: origin, surroundings: context, pipeline: self,
            cutsAtEnd: cutsAtEnd)
        if !links.isEmpty { recording.addLinks(links) }
        let span = TraceSpan(context: sampled.identity, recording: recording)
        onStart(span, parent: context, count: recording.processorCount)
        return span
    }

    /// Returns a span that is not recorded but whose identity is propagated.
    @inline(__always)
    func dropped(parent: SpanContext?) -> SpanContext {
        count(.drop, parent)
        return identity(parent, flags: [])
    }

    private func count(_ decision: SamplingResult.Decision, _ parent: SpanContext?) {
        counters.countStart(decision, parent: parent)
    }

    /// Returns the identity of a new span. Its trace is the parent's, if it has one.
    @inline(__always)
    private func identity(_ parent: SpanContext?, flags: TraceFlags) -> SpanContext {
        let (traceID, spanID) = makeIDs(parent?.traceID)
        return SpanContext(
            traceID: traceID, spanID: spanID, flags: flags, traceState: parent?.traceState ?? TraceState())
    }

    @inline(__always)
    private func makeIDs(_ traceID: TraceID?) -> (TraceID, SpanID) {
        guard let customIDs else { return randomIDs.makeIDs(traceID) }
        return (traceID ?? customIDs.makeTraceID(), customIDs.makeSpanID())
    }
}

extension ActiveSpan {
    /// Indicates whether new spans are children of this one although another tracer has a current span.
    ///
    /// An unsampled span keeps all that is inside unsampled.
    fileprivate func isInside(of foreign: SpanContext) -> Bool {
        guard context.traceID == foreign.traceID else { return false }
        if !context.isSampled, !context.isRemote { return true }
        return (self as? RecordingSpan)?.foreignParentID == foreign.spanID
    }
}

extension GenAIContext {
    /// The current span's identity; `nil` if it is invalid, as that of a provider that records nothing.
    var validParent: SpanContext? {
        guard let parent = activeSpan?.context, parent.isValid else { return nil }
        return parent
    }
}
