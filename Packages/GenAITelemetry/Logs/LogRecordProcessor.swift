// SPDX-License-Identifier: MIT
public import GenAICore

/// A stage of the log pipeline that processes every record.
///
/// Called on the thread that emits, in the order of the processors, possibly by many threads concurrently. Must be
/// quick and must not block. Changes of one processor are visible to the next.
///
/// Source: OpenTelemetry logs SDK, LogRecordProcessor.
public protocol LogRecordProcessor: Sendable {
    /// Called when a record is emitted. May change the record.
    ///
    /// - Parameter context: The context in which it was emitted.
    func onEmit(_ record: inout LogRecordData, context: GenAIContext)
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

extension LogRecordProcessor {
    /// Does nothing, because there is nothing to flush.
    public func forceFlush(timeout: Duration) async -> Bool { true }
    /// Does nothing, because there is nothing to free.
    public func shutdown(timeout: Duration) async -> Bool { true }
}

/// A processor that can process a message without a record around it.
package protocol LogMessageProcessor: LogRecordProcessor {
    /// Called when a message is emitted.
    ///
    /// - Parameter span: The span that the record would belong to.
    /// - Returns: Whether the processor needs no record of this message.
    func onEmit(_ message: LogMessage, span: borrowing SpanContext) -> Bool
}
