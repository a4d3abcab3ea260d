// SPDX-License-Identifier: MIT
public import GenAICore
import GenAIInstrumentation
public import GenAITelemetry
import Synchronization

/// A processor that copies the messages of model calls from log records to the spans of the calls.
///
/// Instrumentations send prompts and answers as log records; dashboards look for them on spans. This processor collects
/// the GenAI message events of every open span and writes them once, when the span ends. It matches records to spans by
/// the trace and span identifiers in the record, not by the current span. It writes:
///
/// - `gen_ai.prompt` and `gen_ai.completion`: JSON arrays of `{role, content, tool_calls, tool_call_id}` and
///   `{role, content, tool_calls, finish_reason, index}`;
/// - the span events `gen_ai.content.prompt` and `gen_ai.content.completion` with the same text;
/// - `gen_ai.prompt.{i}.*` and `gen_ai.completion.{i}.*`, limited in number.
///
/// Records pass unchanged. Attributes and events that the application has set itself are kept. Spans get the same
/// attributes if their messages are in `gen_ai.input.messages`, `gen_ai.output.messages` and
/// `gen_ai.system_instructions`, on the span itself or in an event record with its identifiers.
///
/// Give the same instance to the tracer provider and to the logger provider. Corresponds to `Last9LogToSpanProcessor`
/// of the Python package. Can be called from any thread.
///
/// Source: semantic-conventions v1.36.0 (message events) and v1.41.1 (message attributes).
public final class LogToSpanProcessor: SpanProcessor, LogMessageProcessor, DeadlineKeeping {
    private let configuration: Configuration
    private let reader: MessageReader
    private let writer: ConversationWriter
    private let report: @Sendable (String) -> Void
    private let shards: [Shard]

    /// Creates a processor.
    public convenience init(_ configuration: Configuration = Configuration()) {
        self.init(configuration, shardCount: 8) { Diagnostics.report(.warning, "LogToSpanProcessor", $0) }
    }

    /// Creates a processor that distributes its open spans over several locks; the limits are divided evenly.
    ///
    /// - Parameters:
    ///   - shardCount: A power of two.
    ///   - report: Called for every loss, outside of locks.
    init(_ configuration: Configuration, shardCount: Int, report: @escaping @Sendable (String) -> Void) {
        let configuration = configuration.bounded
        self.configuration = configuration
        self.report = report
        reader = MessageReader(
            capturesContent: configuration.capturesContent, maxContentLength: configuration.maxContentLength)
        writer = ConversationWriter(configuration)
        let bytes = max(0, configuration.maxBytes) / shardCount
        let limits = OpenSpans.Limits(
            spans: max(1, configuration.maxSpans / shardCount),
            bytesPerSpan: min(max(0, configuration.maxBytesPerSpan), bytes / 2), bytes: bytes)
        shards = (0..<shardCount).map { _ in Shard(limits) }
    }

    /// The messages and spans lost so far.
    public var losses: Losses {
        shards.reduce(into: Losses()) { losses, shard in
            shard.state.withLock { state in
                losses.lateRecords += state.lateCount
                losses.evictedSpans += state.spans.evictedCount
                losses.elidedMessages += state.elidedCount
            }
        }
    }

    /// The number of open spans; for tests.
    var openSpanCount: Int { shards.reduce(0) { $0 + $1.state.withLock(\.spans.count) } }

    /// The approximate number of bytes of stored messages; for tests.
    var storedSize: Int { shards.reduce(0) { $0 + $1.state.withLock(\.spans.size) } }

    /// The number of entries examined by evictions; for tests.
    var evictionWork: Int { shards.reduce(0) { $0 + $1.state.withLock(\.spans.evictionWork) } }

    // MARK: - Spans

    /// Registers the span, so that records with its identifiers are collected.
    public func onStart(_ span: TraceSpan, parent: GenAIContext) {
        open(span.context)
    }

    private func open(_ context: SpanContext) {
        let isEvicting = shard(of: context).state.withLock { state -> Bool in
            guard state.isOpen else { return false }
            let before = state.spans.evictedCount
            state.spans.open(OpenSpans.Key(context))
            return state.spans.evictedCount > before
        }
        if isEvicting { reportEviction() }
    }

    /// Writes the collected messages onto the span and frees them.
    public func onEnding(_ span: inout SpanData) {
        let key = OpenSpans.Key(span.context)
        let collected: Conversation? = shard(of: span.context).state.withLock { state in
            guard let conversation = state.spans.close(key) else { return nil }
            state.elidedCount += conversation.elidedCount
            return conversation
        }
        var conversation = collected ?? Conversation()
        if let call = span.call as? RecordedCall { complete(&conversation, from: call) }
        // The spans of the calls inside an operation have its question and answer already.
        let isRepetition = (span.call as? RecordedOperation)?.repeatsMessages == true
        if configuration.promotesMessageAttributes, !isRepetition {
            complete(&conversation, from: span.attributes)
        }
        writer.write(conversation, to: &span)
    }

    // The messages of the package's own calls need not be parsed from their JSON text.
    private func complete(_ conversation: inout Conversation, from call: RecordedCall) {
        if conversation.prompts.isEmpty, !call.input.isEmpty || !call.systemInstructions.isEmpty {
            conversation.prompts = Transcript(whole: call.promptMessages.map(reader.shortened))
        }
        if conversation.completions.isEmpty, !call.output.isEmpty {
            conversation.completions = Transcript(whole: call.choiceMessages.map(reader.shortened))
        }
    }

    // The messages in attributes are used if no record brought any.
    private func complete(_ conversation: inout Conversation, from attributes: Attributes) {
        if conversation.prompts.isEmpty, let prompts = reader.prompts(in: attributes) {
            conversation.prompts = Transcript(whole: prompts)
        }
        if conversation.completions.isEmpty, let completions = reader.completions(in: attributes) {
            conversation.completions = Transcript(whole: completions)
        }
    }

    // MARK: - Log records

    /// Stores a message until its span ends. Other records are ignored.
    public func onEmit(_ record: inout LogRecordData, context: GenAIContext) {
        guard let span = record.spanContext else { return }
        // For messages of the package's own instrumentations the record's name need not be read.
        if let message = record.message, onEmit(message, span: span) { return }
        guard span.isValid, !record.repeatsCall, let update = update(record) else { return }
        keep(update, for: span)
    }

    /// Stores the message until its span ends, unless parsing its record's body would give a different one.
    package func onEmit(_ message: LogMessage, span: borrowing SpanContext) -> Bool {
        guard span.isValid, reader.takesWhole(message) else { return false }
        keep(message.index == nil ? .prompt(message) : .completion(message), for: span)
        return true
    }

    private func keep(_ update: OpenSpans.Update, for span: borrowing SpanContext) {
        let key = OpenSpans.Key(span)
        let isSampled = span.isSampled
        let outcome = shard(of: span).state.withLock { $0.take(update, for: key, isSampled: isSampled) }
        switch outcome {
        case .kept: break
        case .evicting: reportEviction()
        case .late:
            report("a message arrived for a span that has ended or was started elsewhere; it was not added to the span")
        }
    }

    private func update(_ record: borrowing LogRecordData) -> OpenSpans.Update? {
        guard let event = MessageEvent(record) else { return nil }
        switch event {
        case .prompt(let role): return .prompt(reader.prompt(role: role, record))
        case .completion: return .completion(reader.completion(record))
        case .details:
            guard configuration.promotesMessageAttributes else { return nil }
            let attributes = record.attributes
            return .whole(prompts: reader.prompts(in: attributes), completions: reader.completions(in: attributes))
        }
    }

    // MARK: - Lifecycle

    /// Does nothing: messages stay until their span ends.
    ///
    /// - Returns: True.
    public func forceFlush(timeout: Duration) async -> Bool { true }

    /// Frees all messages. Later spans and records are ignored.
    ///
    /// - Returns: True.
    public func shutdown(timeout: Duration) async -> Bool {
        for shard in shards { shard.state.withLock { $0.shutDown() } }
        return true
    }

    private func shard(of context: borrowing SpanContext) -> Shard {
        shards[Int(truncatingIfNeeded: context.spanID.rawValue) & (shards.count - 1)]
    }

    private func reportEviction() {
        report("too many messages of open spans; those of the oldest spans were dropped")
    }
}

// MARK: - State

extension LogToSpanProcessor {
    /// A part of the open spans, with its own lock.
    private final class Shard: Sendable {
        let state: Mutex<State>

        init(_ limits: OpenSpans.Limits) {
            state = Mutex(State(spans: OpenSpans(limits: limits)))
        }
    }

    private enum Outcome {
        case kept, evicting, late
    }

    private struct State {
        var spans: OpenSpans
        var isOpen = true
        var lateCount = 0
        var elidedCount = 0

        mutating func take(_ update: OpenSpans.Update, for key: OpenSpans.Key, isSampled: Bool) -> Outcome {
            guard isOpen else { return .kept }
            let before = spans.evictedCount
            guard spans.update(key, update) else {
                // A span that is not sampled was never recorded, so nothing is lost.
                guard isSampled else { return .kept }
                lateCount += 1
                return .late
            }
            return spans.evictedCount > before ? .evicting : .kept
        }

        mutating func shutDown() {
            isOpen = false
            spans.removeAll()
        }
    }
}
