// SPDX-License-Identifier: MIT
public import GenAICore

extension TracerProvider {
    /// Starts spans for one library.
    ///
    /// Spans become children of the current span and are stamped with the identity of the enclosing scopes.
    ///
    /// Source: OpenTelemetry trace API, Tracer.
    public struct Tracer: Sendable {
        package let provider: TracerProvider
        /// The library that the spans are attributed to.
        public var scope: InstrumentationScope { origin.scope }
        let origin: SpanOrigin

        /// Indicates whether spans are recorded; false after the shutdown and if the SDK is disabled.
        public var isEnabled: Bool { provider.pipeline != nil }

        /// The settings for instrumentations; without content if spans are not recorded.
        public var instrumentation: InstrumentationSettings {
            provider.pipeline?.instrumentation
                ?? InstrumentationSettings(environment: TelemetryEnvironment([:]))
        }

        /// Starts a span, which must be ended with ``TraceSpan/end(at:)``.
        ///
        /// Prefer ``withSpan(_:kind:attributes:links:context:isolation:_:)``, which also makes the span current.
        ///
        /// - Parameters:
        ///   - attributes: The attributes known at the start. The sampler sees only these.
        ///   - context: The source of the parent and the identity; ``GenAICore/GenAIContext/current`` by default.
        ///   - startNanoseconds: The start of the operation; now by default.
        public func startSpan(
            _ name: String, kind: TraceSpan.Kind = .internal, attributes: Attributes = Attributes(),
            links: [TraceSpan.Link] = [],
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
                let parent = pipeline.parent(in: context)
                let sampled = pipeline.sample(name, kind, links, parent: parent.context) { context.stamped(attributes) }
                guard sampled.isRecorded else { return TraceSpan(context: sampled.identity, recording: nil) }
                return pipeline.record(
                    sampled, name, kind, links, parent: parent, context.stamped(attributes), in: context,
                    at: startNanoseconds, origin)
            }
        }

        /// Starts a span with attributes that are chained to ``GenAICore/GenAIContext/stamp``, which is not copied.
        ///
        /// - Parameter context: The context, for which no turn is claimed, because that would change its stamp.
        package func startSpan(
            _ name: String, kind: TraceSpan.Kind, stamped attributes: consuming Attributes, context: GenAIContext
        ) -> TraceSpan {
            guard let pipeline = provider.pipeline else {
                return TraceSpan(context: context.validParent ?? .invalid, recording: nil)
            }
            let parent = pipeline.parent(in: context)
            let sampled = pipeline.sample(name, kind, [], parent: parent.context) { [attributes] in attributes }
            guard sampled.isRecorded else { return TraceSpan(context: sampled.identity, recording: nil) }
            return pipeline.record(
                sampled, name, kind, [], parent: parent, consume attributes, in: context, at: nil, origin)
        }

        /// Runs a closure in a span, which is current inside it and ends with it.
        ///
        /// A thrown error sets the status, `error.type` and one exception event, and is rethrown.
        ///
        /// - Parameter context: The source of the parent and the identity, also for code in the closure.
        public func withSpan<Value, Failure: Error>(
            _ name: String, kind: TraceSpan.Kind = .internal, attributes: Attributes = Attributes(),
            links: [TraceSpan.Link] = [],
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

        /// Runs a synchronous closure in a span, which is current inside it and ends with it.
        ///
        /// A thrown error sets the status, `error.type` and one exception event, and is rethrown.
        public func withSpan<Value, Failure: Error>(
            _ name: String, kind: TraceSpan.Kind = .internal, attributes: Attributes = Attributes(),
            links: [TraceSpan.Link] = [],
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
}

extension GenAIContext {
    /// Returns a span's attributes chained to those of the enclosing scopes, which are shared.
    @inline(__always)
    fileprivate func stamped(_ attributes: Attributes) -> Attributes {
        var all = stamp
        // The approximate final number of an LLM span's own attributes, reserved at once instead of growing.
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
