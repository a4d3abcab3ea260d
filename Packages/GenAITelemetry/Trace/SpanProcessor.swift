// SPDX-License-Identifier: MIT
public import GenAICore

/// A stage of the trace pipeline that sees every recording span when it starts and when it ends.
///
/// Called on the thread that starts or ends the span, in the order the processors were given, possibly by many
/// threads at once. Must be quick, and must not block or call back into the same span.
///
/// Source: OpenTelemetry trace SDK, SpanProcessor.
public protocol SpanProcessor: Sendable {
    /// A span has started; it may still be written to.
    ///
    /// - Parameter parent: The context in which the span was started.
    func onStart(_ span: TraceSpan, parent: GenAIContext)
    /// A span ends: its end time is fixed, everything else may still be changed.
    ///
    /// All processors' `onEnding` run before the first `onEnd`. Limits no longer apply.
    func onEnding(_ span: inout SpanData)
    /// A span has ended. Unsampled ones come here too; only sampled ones may be exported.
    func onEnd(_ span: SpanData)
    /// Hands on everything received before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    func forceFlush(timeout: Duration) async -> Bool
    /// Flushes and frees resources; later calls of any method do nothing. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    func shutdown(timeout: Duration) async -> Bool
}

extension SpanProcessor {
    /// Does nothing.
    public func onStart(_ span: TraceSpan, parent: GenAIContext) {}
    /// Changes nothing.
    public func onEnding(_ span: inout SpanData) {}
    /// Does nothing.
    public func onEnd(_ span: SpanData) {}
    /// Has nothing to hand on.
    public func forceFlush(timeout: Duration) async -> Bool { true }
    /// Has nothing to free.
    public func shutdown(timeout: Duration) async -> Bool { true }
}
