// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// Watches one call from its start to its end: the only place where requests and answers meet telemetry.
///
/// A call has one span, however often it is sent. The first of `finish`, `finishStream`, `fail` and `abandon` ends the
/// record; later calls do nothing.
final class CallRecorder: Sendable {
    /// The surroundings of the call, with its span as the current one.
    let context: GenAIContext
    private let span: TraceSpan?
    private let operation: OperationName
    private let model: String
    private let content: RequestContent
    private let listeners: CallListeners
    private let names: ConventionNames
    /// What was known when the call started; kept for a record of operation details only.
    private let startAttributes: Attributes?
    private let startNanoseconds = steadyNanoseconds()
    private let isOver = Atomic(false)
    private let resends = Atomic(0)
    private let stream: StreamProgress?

    /// Begins a record, or returns `nil` where nobody listens.
    init?(_ request: borrowing some RecordedRequest, _ call: borrowing APICall, sender: borrowing Sender) {
        var surroundings = GenAIContext.current
        guard
            let listeners = CallListeners.of(
                sender, allowsContent: call.options.allowsContentCapture, context: surroundings)
        else { return nil }
        let facts = request.facts
        let names = sender.names.of(listeners.settings.conventions)
        if listeners.tracer != nil, facts.operation != .embeddings { surroundings.claimTurn() }
        var attributes = surroundings.stamp
        if listeners.emitsDetails(of: facts.operation) {
            var own = Attributes()
            names.addStart(of: facts, request, isStream: call.isStream, to: &own)
            attributes.merge(own)
            // A conversation of the program's own goes before the server's.
            own[.genAIConversationID] = surroundings.conversationID ?? facts.conversationID
            startAttributes = own
        } else {
            attributes.reserveCapacity(attributes.count + listeners.usualAttributeCount)
            names.addStart(of: facts, request, isStream: call.isStream, to: &attributes)
            startAttributes = nil
        }
        if surroundings.conversationID == nil, let id = facts.conversationID { attributes[.genAIConversationID] = id }
        if let tracer = listeners.tracer {
            let span = tracer.startSpan(
                facts.spanName, kind: .client, stamped: consume attributes, context: surroundings)
            context = surroundings.settingSpan(span)
            self.span = span
        } else {
            context = surroundings
            span = nil
        }
        stream = call.isStream ? StreamProgress(measuresChunks: listeners.instruments?.measuresChunks == true) : nil
        operation = facts.operation
        model = facts.model
        content = request.recordedContent
        self.listeners = listeners
        self.names = names
        if !isLatest { emitInput() }
    }

    /// Notes that the call is sent once more.
    func retrying(after error: OpenAIError) {
        resends.add(1, ordering: .relaxed)
        var attributes: Attributes = ["error.type": .string(error.errorType)]
        attributes["http.response.status_code"] = error.status.map(AttributeValue.int)
        span?.addEvent("retry", attributes: attributes)
    }

    /// Notes a chunk of a streamed answer, as it is decoded: a reader that takes its time makes chunks late.
    func chunk(_ chunk: some Sendable) {
        stream?.add(chunk)
    }

    /// Ends the record of a plain call.
    func finish(_ answer: borrowing some RecordedAnswer) {
        if isFirstEnd() { end(answer.facts) }
    }

    /// Ends the record of a stream that came to its end.
    func finishStream() {
        if isFirstEnd() { end(stream?.answer ?? AnswerFacts()) }
    }

    /// Ends the record of a call that failed.
    func fail(_ error: OpenAIError) {
        guard isFirstEnd() else { return }
        var facts = stream?.answer ?? AnswerFacts()
        facts.failure = CallFailure(type: error.errorType, message: error.description)
        end(facts)
    }

    /// Ends the record of a stream whose reader lost interest, which is no failure.
    func abandon() {
        finishStream()
    }

    private func isFirstEnd() -> Bool {
        !isOver.exchange(true, ordering: .relaxed)
    }

    private func end(_ answer: AnswerFacts) {
        let now = steadyNanoseconds()
        let secondsToFirstChunk = stream?.secondsToFirstChunk(from: startNanoseconds)
        if isLatest {
            var attributes = Attributes()
            addEnd(of: answer, to: &attributes)
            attributes[.genAIResponseTimeToFirstChunk] = secondsToFirstChunk
            let content = said(answer)
            var spanAttributes = attributes
            if capture.contains(.spans) {
                for attribute in content { spanAttributes[attribute.key] = .string(attribute.value.jsonText) }
            }
            recordSpan(answer) { $0.merge(spanAttributes) }
            emitDetails(attributes, content)
            if let failure = answer.failure { emitException(failure) }
        } else {
            recordSpan(answer) { addEnd(of: answer, to: &$0) }
            emitChoices(answer)
        }
        listeners.instruments?.record(
            CallMeasurements(
                operation: operation, attributes: names.measured(operation, model, answer),
                errorType: answer.failure?.type, seconds: seconds(from: startNanoseconds, to: now),
                secondsToFirstChunk: secondsToFirstChunk, secondsPerChunk: stream?.secondsPerChunk ?? [],
                usage: answer.usage),
            context: context)
        span?.end()
    }

    private func addEnd(of answer: AnswerFacts, to attributes: inout Attributes) {
        names.addEnd(of: answer, to: &attributes)
        if let failure = answer.failure { attributes[.errorType] = failure.type }
    }
}

// MARK: - Spans

extension CallRecorder {
    private var isLatest: Bool { listeners.settings.conventions >= .latest }
    private var capture: ContentCapture { listeners.settings.contentCapture }

    private func recordSpan(_ answer: AnswerFacts, _ addAttributes: (inout Attributes) -> Void) {
        guard let span, span.isRecording else { return }
        let resends = resends.load(ordering: .relaxed)
        span.updateAttributes { attributes in
            addAttributes(&attributes)
            if resends > 0 { attributes["http.request.resend_count"] = .int(resends) }
        }
        if let usage = answer.usage { span.setUsage(usage) }
        if let failure = answer.failure { span.setStatus(.error(description: description(of: failure))) }
    }

    // What the server says about a failure can quote the prompt.
    private func description(of failure: CallFailure) -> String {
        capture == .nowhere ? failure.type : failure.message
    }

    /// What was said, where it may be recorded: structured, as the latest conventions have it.
    private func said(_ answer: AnswerFacts) -> Attributes {
        let isForSpan = capture.contains(.spans) && span?.isRecording == true
        guard isForSpan || (capture.contains(.events) && startAttributes != nil) else { return Attributes() }
        var said = Attributes()
        if !content.messages.isEmpty { said[.genAIInputMessages] = MessageAttributes.input(content.messages) }
        if !answer.choices.isEmpty { said[.genAIOutputMessages] = MessageAttributes.output(answer.choices) }
        said[.genAISystemInstructions] = content.instructions.map(MessageAttributes.instructions)
        if !content.tools.isEmpty { said[.genAIToolDefinitions] = MessageAttributes.definitions(content.tools) }
        return said
    }
}

// MARK: - Log records

extension CallRecorder {
    private func emitInput() {
        guard let logger = listeners.logger else { return }
        if let instructions = content.instructions { emit([.system(instructions)], logger) }
        emit(content.messages, logger)
    }

    private func emit(_ messages: [ChatMessage], _ logger: LogEmitter) {
        let capturing = capture.contains(.events)
        for index in messages.indices {
            emit(MessageEvents.event(of: messages, at: index, capturing: capturing), logger)
        }
    }

    // A call that failed before there was any content has one choice all the same, as the conventions ask for.
    private func emitChoices(_ answer: AnswerFacts) {
        guard operation != .embeddings, let logger = listeners.logger else { return }
        let choices = answer.choices.isEmpty && answer.failure != nil ? [ChatChoice()] : answer.choices
        let capturing = capture.contains(.events)
        for index in choices.indices {
            emit(MessageEvents.event(of: choices, at: index, capturing: capturing), logger)
        }
    }

    private func emit(_ event: (name: EventName, message: LogMessage), _ logger: LogEmitter) {
        logger.emit(event.message, eventName: event.name.rawValue, attributes: names.identity, context: context)
    }

    private func emitDetails(_ attributes: Attributes, _ content: Attributes) {
        guard let startAttributes else { return }
        var record = LogRecord(eventName: EventName.genAIClientInferenceOperationDetails.rawValue)
        record.attributes = startAttributes.merging(attributes)
        if capture.contains(.events) { record.attributes.merge(content) }
        emit(record)
    }

    private func emitException(_ failure: CallFailure) {
        var record = LogRecord(eventName: EventName.genAIClientOperationException.rawValue, severity: .warn)
        record.attributes[.exceptionType] = failure.type
        if capture != .nowhere { record.attributes[.exceptionMessage] = failure.message }
        emit(record)
    }

    private func emit(_ record: consuming LogRecord) {
        record.severity = record.severity ?? .info
        if record.attributes.isEmpty { record.attributes = names.identity }
        listeners.logger?.emit(record, context: context)
    }
}
