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
        provider.pipeline?.instrumentation
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
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = Attributes(), links: [SpanLink] = [],
        context: GenAIContext? = nil, startNanoseconds: UnixNanoseconds? = nil
    ) -> TraceSpan {
        guard let pipeline = provider.pipeline else {
            guard GenAIContext.hasHadSpan else { return TraceSpan(context: .invalid, recording: nil) }
            return TraceSpan(context: (context ?? .current).validParent ?? .invalid, recording: nil)
        }
        // A span without attributes claims no turn, so that one that is dropped as a root needs no context.
        if context == nil, attributes.isEmpty, !GenAIContext.hasHadSpan, pipeline.dropsRoots {
            return TraceSpan(context: pipeline.dropped(parent: nil), recording: nil)
        }
        let context = (context ?? .current).claimingTurn(for: attributes)
        return start(name, kind, attributes, links, context, startNanoseconds, pipeline)
    }

    /// Starts a span with attributes that go on from ``GenAICore/GenAIContext/stamp``, which are not copied.
    ///
    /// - Parameter context: Claims no turn: that would change its stamp.
    package func startSpan(
        _ name: String, kind: SpanKind, stamped attributes: consuming Attributes, context: GenAIContext
    ) -> TraceSpan {
        start(name, kind, attributes, [], context, nil, provider.pipeline, isStamped: true)
    }

    /// Runs a closure within a span, which is current inside it and ends with it.
    ///
    /// A thrown error sets the status, `error.type` and one exception event, and is thrown on.
    ///
    /// - Parameter context: Where the parent and the identity come from, also for what runs inside.
    public func withSpan<Value, Failure: Error>(
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = Attributes(), links: [SpanLink] = [],
        context: GenAIContext = .current, isolation: isolated (any Actor)? = #isolation,
        _ operation: (TraceSpan) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let context = context.claimingTurn(for: attributes)
        let span = start(name, kind, attributes, links, context, nil, provider.pipeline)
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
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = Attributes(), links: [SpanLink] = [],
        context: GenAIContext = .current, _ operation: (TraceSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let context = context.claimingTurn(for: attributes)
        let span = start(name, kind, attributes, links, context, nil, provider.pipeline)
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
        _ name: String, _ kind: SpanKind, _ attributes: consuming Attributes, _ links: [SpanLink],
        _ context: GenAIContext, _ startNanoseconds: UnixNanoseconds?, _ pipeline: TracePipeline?,
        isStamped: Bool = false
    ) -> TraceSpan {
        let parent = context.validParent
        guard let pipeline else {
            return TraceSpan(context: parent ?? .invalid, recording: nil)
        }
        let known = pipeline.sampling.decision(for: parent)
        if known == .drop { return TraceSpan(context: pipeline.dropped(parent: parent), recording: nil) }
        let (traceID, spanID) = pipeline.makeIDs(parent)
        let sampled: SamplingResult? =
            known != nil
            ? nil
            : pipeline.configuration.sampler.sample(
                SpanToSample(
                    parent: parent, traceID: traceID, name: name, kind: kind,
                    attributes: isStamped ? attributes : context.stamp.merging(attributes), links: links))
        let decision = known ?? sampled?.decision ?? .drop
        let identity = SpanContext(
            traceID: traceID, spanID: spanID, flags: decision == .recordAndSample ? .sampled : [],
            traceState: sampled?.traceState ?? parent?.traceState ?? TraceState())
        pipeline.counters.countStart(decision, parent: parent)
        guard decision != .drop else { return TraceSpan(context: identity, recording: nil) }
        var all = isStamped ? attributes : Self.stamped(attributes, context)
        if let sampled { all.merge(sampled.attributes) }
        var droppedAttributesCount = 0
        if all.mayExceed(pipeline.attributeLimits) {
            (all, droppedAttributesCount) = all.limited(pipeline.attributeLimits)
        }
        let recording = RecordingSpan(
            name: name, context: identity, parent: parent, kind: kind,
            startNanoseconds: startNanoseconds ?? systemUnixNanoseconds(), attributes: all,
            droppedAttributesCount: droppedAttributesCount, scope: scope, surroundings: context, pipeline: pipeline)
        for link in links { recording.addLink(link) }
        let span = TraceSpan(context: identity, recording: recording)
        pipeline.onStart(span, parent: context)
        return span
    }

    /// The attributes of the scopes, which are shared, with those of the span.
    private static func stamped(_ attributes: Attributes, _ context: GenAIContext) -> Attributes {
        var all = context.stamp
        all.reserveCapacity(all.count + max(ownAttributeCount, attributes.count))
        all.merge(attributes)
        return all
    }

    /// What an LLM span holds in the end beside the attributes of its scopes; room made at once instead of growing.
    private static var ownAttributeCount: Int { 23 }
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
