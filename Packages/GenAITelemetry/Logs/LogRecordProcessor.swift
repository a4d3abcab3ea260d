// SPDX-License-Identifier: MIT
public import GenAICore

/// A stage of the log pipeline that sees every record.
///
/// Called on the thread that emits, in the order the processors were given, possibly by many threads at once. Must
/// be quick and must not block. What one processor changes, the next one sees.
///
/// Source: OpenTelemetry logs SDK, LogRecordProcessor.
public protocol LogRecordProcessor: Sendable {
    /// A record was emitted; it may be changed.
    ///
    /// - Parameter context: The context in which it was emitted.
    func onEmit(_ record: inout LogRecord, context: GenAIContext)
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

extension LogRecordProcessor {
    /// Has nothing to hand on.
    public func forceFlush(timeout: Duration) async -> Bool { true }
    /// Has nothing to free.
    public func shutdown(timeout: Duration) async -> Bool { true }
}

/// A processor that can take a message without a record around it.
package protocol LogMessageProcessor: LogRecordProcessor {
    /// A message was emitted.
    ///
    /// - Parameter span: The span that its record would name.
    /// - Returns: Whether the processor has done all that it would do with the record.
    func onEmit(_ message: LogMessage, span: borrowing SpanContext) -> Bool
}
