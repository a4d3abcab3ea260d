// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// What all spans of a provider share; replaced as a whole when the provider changes.
final class TracePipeline: Sendable {
    let configuration: TracerProvider.Configuration
    let sampling: FixedSampling
    /// Whether spans without a parent are not recorded.
    let dropsRoots: Bool
    let limits: SpanLimits
    let attributeLimits: AttributeLimits
    let instrumentation: InstrumentationSettings
    let counters: SpanCounters
    /// The generator, if it is the usual one: asked directly it takes a third of the time.
    private let randomIDs: RandomIDGenerator?
    private let stages: [Stage]

    init(_ configuration: TracerProvider.Configuration) {
        self.configuration = configuration
        sampling = FixedSampling(configuration.sampler)
        dropsRoots = sampling.decision(for: nil) == .drop
        limits = configuration.limits
        attributeLimits = limits.forSpan
        instrumentation = configuration.instrumentation
        counters = configuration.counters
        randomIDs = configuration.idGenerator as? RandomIDGenerator
        stages = configuration.processors.map(Stage.init)
    }

    /// The identity of a new span, whose trace is the parent's if it has one.
    @inline(__always)
    func makeIDs(_ parent: SpanContext?) -> (TraceID, SpanID) {
        if let randomIDs { return randomIDs.makeIDs(parent?.traceID) }
        return (parent?.traceID ?? configuration.idGenerator.makeTraceID(), configuration.idGenerator.makeSpanID())
    }

    /// The identity of a span that is not recorded, which is counted here.
    @inline(__always)
    func dropped(parent: SpanContext?) -> SpanContext {
        let (traceID, spanID) = makeIDs(parent)
        counters.countStart(.drop, parent: parent)
        return SpanContext(traceID: traceID, spanID: spanID, traceState: parent?.traceState ?? TraceState())
    }

    func onStart(_ span: TraceSpan, parent: GenAIContext) {
        for stage in stages { stage.processor.onStart(span, parent: parent) }
    }

    func onEnding(_ span: inout SpanData) {
        for stage in stages { stage.processor.onEnding(&span) }
    }

    func onEnd(_ span: SpanData) {
        for stage in stages { stage.processor.onEnd(span) }
    }

    /// A processor, called where it lies: calling one out of an array copies and frees it, which is a tenth of a span.
    private final class Stage: Sendable {
        let processor: any SpanProcessor

        init(_ processor: any SpanProcessor) { self.processor = processor }
    }
}

/// The live span: its data behind one lock until it ends.
final class RecordingSpan: ActiveSpan {
    let context: SpanContext
    private let pipeline: TracePipeline
    private let state: Mutex<State>

    // Cannot be copied, so that nothing but a move is possible.
    private struct State: ~Copyable {
        var data: SpanData?
    }

    /// Creates a span whose data lies where it is made: moving it costs as much as a fifth of the span.
    init(
        name: String, context: SpanContext, parent: SpanContext?, kind: SpanKind, startNanoseconds: UnixNanoseconds,
        attributes: consuming Attributes, droppedAttributesCount: Int, scope: InstrumentationScope,
        surroundings: GenAIContext, pipeline: TracePipeline
    ) {
        self.context = context
        self.pipeline = pipeline
        state = Mutex(
            State(
                data: SpanData(
                    name: name, context: context, parent: parent, kind: kind, startNanoseconds: startNanoseconds,
                    endNanoseconds: 0, attributes: attributes, droppedAttributesCount: droppedAttributesCount,
                    events: [], droppedEventsCount: 0, links: [], droppedLinksCount: 0, status: .unset, scope: scope,
                    resource: pipeline.configuration.resource, meter: surroundings.meter,
                    enclosing: surroundings.activeSpan as? RecordingSpan)))
    }

    var isRecording: Bool { state.withLock { $0.data != nil } }
    var instrumentation: InstrumentationSettings { pipeline.instrumentation }
    var containsCountedCall: Bool { state.withLock { $0.data?.containsCountedCall ?? false } }

    func attribute(_ name: String) -> AttributeValue? {
        state.withLock { $0.data?.attributes[name] }
    }

    // Taken over from the caller down to the memory of the span: what is not copied need not be freed.
    @inline(__always)
    func setAttribute(_ name: consuming String, _ value: consuming AttributeValue) {
        var new = Optional(NewAttribute(name: name, value: value))
        state.withLock { state in
            guard let new = new.take() else { return }
            state.data?.set(new, pipeline.attributeLimits)
        }
    }

    func setAttributes(_ attributes: consuming Attributes) {
        var taken = Optional(attributes)
        state.withLock { state in
            guard let attributes = taken.take() else { return }
            // All at once where no limit is near: names keep their fingerprints, and nothing is looked at twice.
            if let held = state.data?.attributes.count,
                !attributes.mayExceed(pipeline.attributeLimits, besides: held)
            {
                state.data?.attributes.absorb(attributes)
                return
            }
            attributes.withRuns { run in
                for attribute in run {
                    state.data?.set(NewAttribute(name: attribute.key, value: attribute.value), pipeline.attributeLimits)
                }
            }
        }
    }

    func setUsage(_ usage: TokenUsage) {
        let boxed = SpanData.Usage(usage)
        state.withLock { $0.data?.boxedUsage = boxed }
    }

    func addEvent(_ name: String, attributes: Attributes, at nanoseconds: UnixNanoseconds) {
        let limits = pipeline.limits
        let (kept, dropped) = attributes.limited(limits.forEvents)
        let event = SpanEvent(name: name, nanoseconds: nanoseconds, attributes: kept, droppedAttributesCount: dropped)
        state.withLock { $0.data?.add(event, limit: limits.eventCount) }
    }

    func addLink(_ link: SpanLink) {
        let link = link.limited(pipeline.limits)
        state.withLock { $0.data?.add(link, limit: pipeline.limits.linkCount) }
    }

    func setStatus(_ status: SpanStatus) {
        state.withLock { $0.data?.apply(status) }
    }

    func updateName(_ name: String) {
        state.withLock { $0.data?.name = name }
    }

    func recordError(type: String, message: String) {
        let limits = pipeline.limits
        let event = SpanEvent(
            name: "exception", nanoseconds: systemUnixNanoseconds(),
            attributes: ["exception.type": .string(type), "exception.message": .string(message)])
        state.withLock { state in
            state.data?.set(NewAttribute(name: "error.type", value: .string(type)), pipeline.attributeLimits)
            state.data?.apply(.error(description: message))
            state.data?.add(event, limit: limits.eventCount)
        }
    }

    func end(at nanoseconds: UnixNanoseconds?) {
        // Taken out, not copied: from here on the span is this thread's alone, and later calls find nothing.
        guard var ended = state.withLock({ $0.data.take() }) else { return }
        pipeline.counters.countEnd(isSampled: context.isSampled)
        let enclosing = ended.enclosing.take()
        ended.endNanoseconds = max(nanoseconds ?? systemUnixNanoseconds(), ended.startNanoseconds)
        pipeline.onEnding(&ended)
        if ended.isCountedCall { enclosing?.noteCountedCall() }
        ended.meter = nil
        pipeline.configuration.redactor?.redact(&ended)
        pipeline.onEnd(ended)
    }
}

extension RecordingSpan {
    /// Tells the span and those around it that a call inside has been counted, so that they are not as well.
    private func noteCountedCall() {
        var next: RecordingSpan? = self
        while let span = next {
            next = span.state.withLock { state in
                state.data?.containsCountedCall = true
                return state.data?.enclosing
            }
        }
    }
}

extension SpanLink {
    /// The link with its attributes within limits.
    func limited(_ limits: SpanLimits) -> SpanLink {
        let (kept, dropped) = attributes.limited(limits.forLinks)
        return SpanLink(context: context, attributes: kept, droppedAttributesCount: droppedAttributesCount + dropped)
    }
}

extension SpanData {
    @inline(__always)
    mutating func set(_ new: consuming NewAttribute, _ limits: AttributeLimits) {
        if attributes.setLimited(new, limits) { droppedAttributesCount += 1 }
    }

    mutating func add(_ event: SpanEvent, limit: Int) {
        guard events.count < limit else { return droppedEventsCount += 1 }
        events.append(event)
    }

    mutating func add(_ link: SpanLink, limit: Int) {
        guard links.count < limit else { return droppedLinksCount += 1 }
        links.append(link)
    }

    mutating func apply(_ newStatus: SpanStatus) {
        guard status != .ok, newStatus != .unset else { return }
        status = newStatus
    }
}
