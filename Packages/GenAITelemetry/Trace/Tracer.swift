// SPDX-License-Identifier: MIT
public import GenAICore

/// Starts spans on behalf of one library.
///
/// Spans become children of the current span and are stamped with the identity of the scopes around them.
///
/// Source: OpenTelemetry trace API, Tracer.
public struct Tracer: Sendable {
    let provider: TracerProvider
    /// The library the spans are attributed to.
    public let scope: InstrumentationScope

    /// Whether spans are recorded at all; false after shutdown and when the SDK is disabled.
    public var isEnabled: Bool { provider.pipeline != nil }

    /// What instrumentations record; nothing when spans are not recorded.
    public var instrumentation: InstrumentationSettings {
        provider.pipeline?.configuration.instrumentation
            ?? InstrumentationSettings(environment: TelemetryEnvironment([:]))
    }

    /// Starts a span, which must be ended with ``TraceSpan/end(at:)``.
    ///
    /// Prefer ``withSpan(_:kind:attributes:links:context:isolation:_:)``, which also makes the span current.
    ///
    /// - Parameters:
    ///   - attributes: What is known at the start; only these are seen by the sampler.
    ///   - context: Where the parent and the identity come from; ``GenAICore/GenAIContext/current`` by default.
    ///   - startNanoseconds: When the operation began; now by default.
    public func startSpan(
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
        context: GenAIContext? = nil, startNanoseconds: UnixNanoseconds? = nil
    ) -> TraceSpan {
        guard isEnabled else {
            return TraceSpan(context: (context ?? .current).validParent ?? .invalid, recording: nil)
        }
        let context = (context ?? .current).claimingTurn(for: attributes)
        return start(name, kind, attributes, links, context, startNanoseconds)
    }

    /// Runs a closure within a span, which is current inside it and ends with it.
    ///
    /// A thrown error sets the status, `error.type` and one exception event, and is thrown on.
    ///
    /// - Parameter context: Where the parent and the identity come from, also for what runs inside.
    public func withSpan<Value, Failure: Error>(
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
        context: GenAIContext = .current, isolation: isolated (any Actor)? = #isolation,
        _ operation: (TraceSpan) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let context = context.claimingTurn(for: attributes)
        let span = start(name, kind, attributes, links, context, nil)
        defer { span.end() }
        return try await context.settingSpan(span).run { () async throws(Failure) in
            do throws(Failure) {
                return try await operation(span)
            } catch {
                span.recordError(error)
                throw error
            }
        }
    }

    /// Runs a synchronous closure within a span, which is current inside it and ends with it.
    ///
    /// A thrown error sets the status, `error.type` and one exception event, and is thrown on.
    public func withSpan<Value, Failure: Error>(
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
        context: GenAIContext = .current, _ operation: (TraceSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let context = context.claimingTurn(for: attributes)
        let span = start(name, kind, attributes, links, context, nil)
        defer { span.end() }
        return try context.settingSpan(span).run { () throws(Failure) in
            do throws(Failure) {
                return try operation(span)
            } catch {
                span.recordError(error)
                throw error
            }
        }
    }

    private func start(
        _ name: String, _ kind: SpanKind, _ attributes: Attributes, _ links: [SpanLink], _ context: GenAIContext,
        _ startNanoseconds: UnixNanoseconds?
    ) -> TraceSpan {
        let parent = context.validParent
        guard let pipeline = provider.pipeline else {
            return TraceSpan(context: parent ?? .invalid, recording: nil)
        }
        let ids = pipeline.configuration.idGenerator
        let traceID = parent?.traceID ?? ids.makeTraceID()
        let sampling =
            pipeline.sampling.answer(for: parent)
            ?? pipeline.configuration.sampler.sample(
                SpanToSample(
                    parent: parent, traceID: traceID, name: name, kind: kind,
                    attributes: context.stamp.merging(attributes), links: links))
        let identity = SpanContext(
            traceID: traceID, spanID: ids.makeSpanID(), flags: sampling.decision == .recordAndSample ? .sampled : [],
            traceState: sampling.traceState ?? parent?.traceState ?? TraceState())
        pipeline.configuration.counters.countStart(sampling.decision, parent: parent)
        guard sampling.decision != .drop else { return TraceSpan(context: identity, recording: nil) }
        var all = context.stamp
        all.reserveCapacity(max(Self.usualAttributeCount, all.count + attributes.count))
        all.merge(attributes)
        all.merge(sampling.attributes)
        let recording = record(
            SpanData(
                name: name, context: identity, parent: parent, kind: kind,
                startNanoseconds: startNanoseconds ?? systemUnixNanoseconds(), attributes: all, scope: scope,
                resource: pipeline.configuration.resource),
            links, context, pipeline)
        let span = TraceSpan(context: identity, recording: recording)
        for processor in pipeline.processors { processor.onStart(span, parent: context) }
        return span
    }

    /// What an LLM span holds in the end; room made at once instead of growing.
    private static var usualAttributeCount: Int { 32 }

    private func record(
        _ data: consuming SpanData, _ links: [SpanLink], _ context: GenAIContext, _ pipeline: TracePipeline
    ) -> RecordingSpan {
        let limits = pipeline.limits
        (data.attributes, data.droppedAttributesCount) = data.attributes.limited(limits.forSpan)
        for link in links { data.add(link.limited(limits), limit: limits.linkCount) }
        data.meter = context.meter
        data.enclosing = context.activeSpan as? RecordingSpan
        return RecordingSpan(data, pipeline: pipeline)
    }
}

extension GenAIContext {
    /// The current span's identity; that of a provider that records nothing has none to go on with.
    fileprivate var validParent: SpanContext? {
        guard let parent = activeSpan?.context, parent.isValid else { return nil }
        return parent
    }
}

extension SpanContext {
    /// The context of a span that is not recorded and has no parent.
    static var invalid: SpanContext {
        SpanContext(traceID: TraceID(high: 0, low: 0), spanID: SpanID(rawValue: 0))
    }
}
