// SPDX-License-Identifier: MIT
public import GenAICore
import Synchronization

/// A live span: its data behind one lock until it ends.
@usableFromInline
final class RecordingSpan: ActiveSpan {
    @usableFromInline let context: SpanContext
    private let pipeline: TracePipeline
    /// The current span of another tracer at the start of the span, in the same trace.
    let foreignParentID: SpanID?
    /// The number of the pipeline's processors at the start of the span. Only those process it.
    let processorCount: Int
    /// Indicates whether texts are cut when the span ends instead of when they are set.
    private let cutsAtEnd: Bool
    /// Indicates whether the enclosing scopes forbid content.
    private let forbidsContent: Bool
    private let state: Mutex<State>

    // Noncopyable, so that it can only be moved.
    private struct State: ~Copyable {
        /// All data except the attributes; `nil` once the span has ended.
        var data: SpanData?
        // Stored separately and with a flag, because testing `data` for nil would slow each attribute noticeably.
        var attributes: UniqueAttributes
        var droppedAttributesCount: Int
        var isRecording = true

        @inline(__always)
        mutating func set(_ attribute: consuming Attribute, _ byteCount: Int?, _ limits: AttributeLimits) {
            guard isRecording else { return }
            if !attributes.insert(attribute, byteCount, within: limits) { droppedAttributesCount &+= 1 }
        }

        /// Changes the attributes and applies the limits.
        mutating func update(_ limits: AttributeLimits, _ change: (inout Attributes) -> Void) {
            guard isRecording else { return }
            var changed = attributes.take()
            change(&changed)
            droppedAttributesCount &+= changed.limit(limits)
            attributes = UniqueAttributes(consume changed)
        }

        /// Removes and returns the data, after which nothing can be written any more.
        @inline(__always)
        mutating func end() -> SpanData? {
            guard isRecording else { return nil }
            isRecording = false
            data?.attributes = attributes.take()
            data?.droppedAttributesCount = droppedAttributesCount
            return data.take()
        }
    }

    /// Creates a span whose data is constructed in place, because moving it is expensive.
    init(
        name: String, context: SpanContext, parent: SpanParent, kind: TraceSpan.Kind,
        startNanoseconds: UnixNanoseconds,
        attributes: consuming UniqueAttributes, droppedAttributesCount: Int, origin: SpanOrigin,
        surroundings: GenAIContext, pipeline: TracePipeline, cutsAtEnd: Bool
    ) {
        self.context = context
        self.pipeline = pipeline
        foreignParentID = parent.foreignID
        self.cutsAtEnd = cutsAtEnd
        processorCount = pipeline.processorCount
        forbidsContent = !surroundings.allowsContentCapture
        state = Mutex(
            State(
                data: SpanData(
                    name: name, context: context, parent: parent.context, kind: kind,
                    startNanoseconds: startNanoseconds,
                    endNanoseconds: 0, attributes: Attributes(), droppedAttributesCount: 0,
                    events: [], droppedEventsCount: 0, links: [], droppedLinksCount: 0, status: .unset, origin: origin,
                    identity: surroundings.identity,
                    enclosing: surroundings.activeSpan as? RecordingSpan),
                attributes: attributes, droppedAttributesCount: droppedAttributesCount))
    }

    // Without this loop, releasing a chain of spans that were never ended would recurse once for each span.
    deinit {
        var next = detachEnclosing()
        while var span = next {
            next = nil
            guard isKnownUniquelyReferenced(&span) else { return }
            next = span.detachEnclosing()
        }
    }

    private func detachEnclosing() -> RecordingSpan? {
        state.withLock { $0.data?.enclosing.take() }
    }

    /// The limits that apply to attributes when they are set.
    @inline(__always)
    private var limits: AttributeLimits {
        cutsAtEnd ? pipeline.attributeLimits.withoutLength : pipeline.attributeLimits
    }

    var isRecording: Bool { state.withLock { $0.isRecording } }
    var instrumentation: InstrumentationSettings { pipeline.instrumentation }
    var containsCountedCall: Bool { state.withLock { $0.data?.containsCountedCall ?? false } }

    func attribute(_ name: String) -> AttributeValue? {
        state.withLock { $0.attributes[name] }
    }

    // Consumed by every function from the caller to the storage of the span, so that nothing is copied and freed.
    @inline(__always)
    func setAttribute(_ attribute: consuming Attribute, _ byteCount: Int?) {
        var new = Optional(attribute)
        state.withLock { state in
            guard let attribute = new.take() else { return }
            state.set(attribute, byteCount, limits)
        }
    }

    func setAttributes(_ attributes: consuming Attributes) {
        var new = Optional(attributes)
        state.withLock { state in
            // In one step if no limit is near, so that nothing is checked twice.
            guard let attributes = new.take(), state.isRecording else { return }
            let limits = limits
            guard attributes.mayExceed(limits, besides: state.attributes.count) else {
                return state.update(limits) { $0.merge(attributes) }
            }
            for attribute in attributes { state.set(attribute, attribute.value.plainByteCount, limits) }
        }
    }

    func updateAttributes(_ change: (inout Attributes) -> Void) {
        state.withLock { $0.update(limits, change) }
    }

    func setUsage(_ usage: TokenUsage) {
        state.withLock { $0.data?.usage = usage }
    }

    func setCall(_ call: any SpanCall) {
        state.withLock { $0.data?.call = call }
    }

    func addEvent(_ name: String, attributes: Attributes, at nanoseconds: UnixNanoseconds) {
        let limits = pipeline.limits
        var kept = attributes
        let dropped = kept.limit(cutsAtEnd ? limits.forEvents.withoutLength : limits.forEvents)
        let event = TraceSpan.Event(
            name: name, nanoseconds: nanoseconds, attributes: kept, droppedAttributesCount: dropped)
        state.withLock { $0.data?.add(event, limit: limits.eventCount) }
    }

    func addLink(_ link: TraceSpan.Link) {
        let limits = pipeline.limits
        let link = link.limited(cutsAtEnd ? limits.forLinks.withoutLength : limits.forLinks)
        state.withLock { $0.data?.add(link, limit: limits.linkCount) }
    }

    /// Adds the links given at the start.
    @inline(never)
    func addLinks(_ links: [TraceSpan.Link]) {
        for link in links { addLink(link) }
    }

    func setStatus(_ status: TraceSpan.Status) {
        state.withLock { $0.data?.apply(status) }
    }

    func updateName(_ name: String) {
        state.withLock { $0.data?.name = name }
    }

    func recordError(type: String, message: String) {
        let eventCount = pipeline.limits.eventCount
        let event = TraceSpan.Event(
            name: "exception", nanoseconds: systemUnixNanoseconds(),
            attributes: ["exception.type": .string(type), "exception.message": .string(message)])
        state.withLock { state in
            state.set(Attribute(AttributeName(.errorType), .string(type)), type.utf8.count, limits)
            state.data?.apply(.error(description: message))
            state.data?.add(event, limit: eventCount)
        }
    }

    func end(at nanoseconds: UnixNanoseconds?) {
        // Moved out, not copied: from here on the span belongs to this thread alone, and later calls find nothing.
        guard let ended = state.withLock({ $0.end() }) else { return }
        finish(ended, at: nanoseconds)
    }

    @inline(__always)
    private func finish(_ ended: consuming SpanData, at nanoseconds: UnixNanoseconds?) {
        pipeline.counters.countEnd(isSampled: context.isSampled)
        let enclosing = ended.enclosing.take()
        ended.endNanoseconds = max(nanoseconds ?? systemUnixNanoseconds(), ended.startNanoseconds)
        if cutsAtEnd { redactAndCut(&ended) }
        pipeline.onEnding(&ended, count: processorCount)
        if ended.isCountedCall { enclosing?.noteCountedCall() }
        ended.identity = nil
        if pipeline.instrumentation.removesContent(isForbidden: forbidsContent) { ended.removeContent() }
        pipeline.redaction.current?.redact(&ended)
        pipeline.onEnd(ended, count: processorCount)
    }

    @inline(never)
    private func redactAndCut(_ ended: inout SpanData) {
        pipeline.redaction.current?.redact(&ended)
        ended.limit(pipeline.limits)
    }
}

extension RecordingSpan {
    /// Notes on the span and the enclosing ones that a call inside has been counted, so that they are not counted too.
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

extension TraceSpan.Link {
    /// Returns the link with its attributes within limits.
    func limited(_ limits: AttributeLimits) -> TraceSpan.Link {
        var kept = attributes
        let dropped = kept.limit(limits)
        return TraceSpan.Link(
            context: context, attributes: kept, droppedAttributesCount: droppedAttributesCount + dropped)
    }
}

extension SpanData {
    /// Applies the limits to the attributes of the span, its events and its links.
    mutating func limit(_ limits: SpanLimits) {
        droppedAttributesCount += attributes.limit(limits.forSpan)
        for index in events.indices {
            events[index].droppedAttributesCount += events[index].attributes.limit(limits.forEvents)
        }
        for index in links.indices {
            links[index].droppedAttributesCount += links[index].attributes.limit(limits.forLinks)
        }
    }

    mutating func add(_ event: TraceSpan.Event, limit: Int) {
        guard events.count < limit else { return droppedEventsCount += 1 }
        events.append(event)
    }

    mutating func add(_ link: TraceSpan.Link, limit: Int) {
        guard links.count < limit else { return droppedLinksCount += 1 }
        links.append(link)
    }

    mutating func apply(_ newStatus: TraceSpan.Status) {
        guard status != .ok, newStatus != .unset else { return }
        status = newStatus
    }
}
