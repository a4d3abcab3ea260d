// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization

/// What all spans of a provider share; replaced as a whole when the provider changes.
final class TracePipeline: Sendable {
    let configuration: TracerProvider.Configuration
    let sampling: FixedSampling

    init(_ configuration: TracerProvider.Configuration) {
        self.configuration = configuration
        sampling = FixedSampling(configuration.sampler)
    }

    var limits: SpanLimits { configuration.limits }
    var processors: [any SpanProcessor] { configuration.processors }
}

/// The live span: its data behind one lock until it ends.
final class RecordingSpan: ActiveSpan {
    let context: SpanContext
    private let pipeline: TracePipeline
    private let data: Mutex<SpanData?>

    init(_ data: consuming SpanData, pipeline: TracePipeline) {
        context = data.context
        self.pipeline = pipeline
        self.data = Mutex(data)
    }

    var isRecording: Bool { data.withLock { $0 != nil } }
    var instrumentation: InstrumentationSettings { pipeline.configuration.instrumentation }
    var containsCountedCall: Bool { data.withLock { $0?.containsCountedCall ?? false } }

    func attribute(_ name: String) -> AttributeValue? {
        data.withLock { $0?.attributes[name] }
    }

    func setAttribute(_ name: String, _ value: AttributeValue) {
        data.withLock { $0?.set(name, value, pipeline.limits) }
    }

    func setAttributes(_ attributes: Attributes) {
        data.withLock { data in
            for attribute in attributes { data?.set(attribute.key, attribute.value, pipeline.limits) }
        }
    }

    func setUsage(_ usage: TokenUsage) {
        let boxed = SpanData.Usage(usage)
        data.withLock { $0?.boxedUsage = boxed }
    }

    func addEvent(_ name: String, attributes: Attributes, at nanoseconds: UnixNanoseconds) {
        let limits = pipeline.limits
        let (kept, dropped) = attributes.limited(limits.forEvents)
        let event = SpanEvent(name: name, nanoseconds: nanoseconds, attributes: kept, droppedAttributesCount: dropped)
        data.withLock { $0?.add(event, limit: limits.eventCount) }
    }

    func addLink(_ link: SpanLink) {
        let link = link.limited(pipeline.limits)
        data.withLock { $0?.add(link, limit: pipeline.limits.linkCount) }
    }

    func setStatus(_ status: SpanStatus) {
        data.withLock { $0?.apply(status) }
    }

    func updateName(_ name: String) {
        data.withLock { $0?.name = name }
    }

    func recordError(type: String, message: String) {
        let limits = pipeline.limits
        let event = SpanEvent(
            name: "exception", nanoseconds: systemUnixNanoseconds(),
            attributes: ["exception.type": .string(type), "exception.message": .string(message)])
        data.withLock { data in
            data?.set("error.type", .string(type), limits)
            data?.apply(.error(description: message))
            data?.add(event, limit: limits.eventCount)
        }
    }

    func end(at nanoseconds: UnixNanoseconds?) {
        // Taken out, not copied: from here on the span is this thread's alone, and later calls find nothing.
        guard var ended = data.withLock({ $0.take() }) else { return }
        pipeline.configuration.counters.countEnd(isSampled: context.isSampled)
        let enclosing = ended.enclosing.take()
        ended.endNanoseconds = max(nanoseconds ?? systemUnixNanoseconds(), ended.startNanoseconds)
        let processors = pipeline.processors
        for processor in processors { processor.onEnding(&ended) }
        if ended.isCountedCall { enclosing?.noteCountedCall() }
        ended.meter = nil
        pipeline.configuration.redactor?.redact(&ended)
        for processor in processors { processor.onEnd(ended) }
    }
}

extension RecordingSpan {
    /// Tells the span and those around it that a call inside has been counted, so that they are not as well.
    private func noteCountedCall() {
        var next: RecordingSpan? = self
        while let span = next {
            next = span.data.withLock { data in
                data?.containsCountedCall = true
                return data?.enclosing
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
    mutating func set(_ name: String, _ value: AttributeValue, _ limits: SpanLimits) {
        if attributes.setLimited(name, value, limits.forSpan) { droppedAttributesCount += 1 }
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
