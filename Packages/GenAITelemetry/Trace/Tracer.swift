// SPDX-License-Identifier: MIT
public import GenAICore

/// Starts spans on behalf of one library.
///
/// Spans become children of the current span and are stamped with the identity of the scopes around them.
///
/// Source: OpenTelemetry trace API, Tracer.
public struct Tracer: Sendable {
    package let provider: TracerProvider
    /// The library the spans are attributed to.
    public var scope: InstrumentationScope { origin.scope }
    let origin: SpanOrigin

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
        guard let pipeline = provider.unretainedPipeline else {
            guard GenAIContext.hasHadSpan else { return TraceSpan(context: .invalid, recording: nil) }
            return TraceSpan(context: (context ?? .current).validParent ?? .invalid, recording: nil)
        }
        // A span without attributes claims no turn, so that one that is dropped as a root needs no context.
        if context == nil, attributes.isEmpty, !GenAIContext.hasHadSpan,
            let dropped = pipeline._withUnsafeGuaranteedRef({ $0.dropsRoots ? $0.dropped(parent: nil) : nil })
        {
            return TraceSpan(context: dropped, recording: nil)
        }
        return pipeline._withUnsafeGuaranteedRef { pipeline in
            var context = context ?? .current
            context.claimTurn(for: attributes)
            let parent = context.validParent
            let sampled = pipeline.sample(name, kind, links, parent: parent) { context.stamped(attributes) }
            guard sampled.isRecorded else { return TraceSpan(context: sampled.identity, recording: nil) }
            return pipeline.record(
                sampled, name, kind, links, parent: parent, context.stamped(attributes), in: context,
                at: startNanoseconds, origin)
        }
    }

    /// Starts a span with attributes that go on from ``GenAICore/GenAIContext/stamp``, which are not copied.
    ///
    /// - Parameter context: Claims no turn: that would change its stamp.
    package func startSpan(
        _ name: String, kind: SpanKind, stamped attributes: consuming Attributes, context: GenAIContext
    ) -> TraceSpan {
        guard let pipeline = provider.pipeline else {
            return TraceSpan(context: context.validParent ?? .invalid, recording: nil)
        }
        let parent = context.validParent
        let sampled = pipeline.sample(name, kind, [], parent: parent) { [attributes] in attributes }
        guard sampled.isRecorded else { return TraceSpan(context: sampled.identity, recording: nil) }
        return pipeline.record(
            sampled, name, kind, [], parent: parent, consume attributes, in: context, at: nil, origin)
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
        var context = context
        context.claimTurn(for: attributes)
        let span = startSpan(name, kind: kind, attributes: attributes, links: links, context: context)
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
        var context = context
        context.claimTurn(for: attributes)
        let span = startSpan(name, kind: kind, attributes: attributes, links: links, context: context)
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
}

extension GenAIContext {
    /// A span's attributes with those of the scopes around, which are shared and gone on from.
    @inline(__always)
    fileprivate func stamped(_ attributes: Attributes) -> Attributes {
        var all = stamp
        // About what an LLM span holds in the end beside these; room made at once instead of growing.
        all.reserveCapacity(all.count + max(Attributes.usualCapacity, attributes.count))
        if !attributes.isEmpty { all.merge(attributes) }
        return all
    }
}

extension SpanContext {
    /// The context of a span that is not recorded and has no parent.
    static var invalid: SpanContext {
        SpanContext(traceID: TraceID(high: 0, low: 0), spanID: SpanID(rawValue: 0))
    }
}
