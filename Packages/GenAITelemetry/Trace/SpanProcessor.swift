// SPDX-License-Identifier: MIT
public import GenAICore

/// A stage of the trace pipeline that processes every recording span when it starts and when it ends.
///
/// Called on the thread that starts or ends the span, in the order of the processors, possibly by many threads
/// concurrently. Must be quick, and must not block or call back into the same span.
///
/// Source: OpenTelemetry trace SDK, SpanProcessor.
public protocol SpanProcessor: Sendable {
    /// Called when a span has started. The span can still be changed.
    ///
    /// - Parameter parent: The context in which the span was started.
    func onStart(_ span: TraceSpan, parent: GenAIContext)
    /// Called when a span ends. Its end time is fixed; everything else can still be changed.
    ///
    /// The `onEnding` functions of all processors run before the first `onEnd`. Limits no longer apply.
    func onEnding(_ span: inout SpanData)
    /// Called when a span has ended, also for unsampled spans. Only sampled ones may be exported.
    func onEnd(_ span: SpanData)
    /// Flushes everything received before the call.
    ///
    /// - Returns: Whether all of it was delivered within `timeout`.
    @discardableResult
    func forceFlush(timeout: Duration) async -> Bool
    /// Flushes and frees resources. Later calls of any method do nothing. Idempotent.
    ///
    /// - Returns: Whether everything was delivered within `timeout`.
    @discardableResult
    func shutdown(timeout: Duration) async -> Bool
}

extension SpanProcessor {
    /// Does nothing.
    public func onStart(_ span: TraceSpan, parent: GenAIContext) {}
    /// Does nothing.
    public func onEnding(_ span: inout SpanData) {}
    /// Does nothing.
    public func onEnd(_ span: SpanData) {}
    /// Does nothing, because there is nothing to flush.
    public func forceFlush(timeout: Duration) async -> Bool { true }
    /// Does nothing, because there is nothing to free.
    public func shutdown(timeout: Duration) async -> Bool { true }
}
