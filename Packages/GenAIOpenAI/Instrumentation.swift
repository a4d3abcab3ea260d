// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// Watches one call from its start to its end: the only place where requests and answers meet telemetry.
///
/// A call has one span, however often it is sent. The first of `finish`, `finishStream`, `fail` and `abandon` ends the
/// record; later calls do nothing.
final class CallRecorder: Sendable {
    /// What is being asked.
    enum Request: Sendable {
        case chat(ChatCompletionRequest)
        case response(ResponseRequest)
        case completion(CompletionRequest)
        case embeddings(EmbeddingRequest)

        /// The request as telemetry sees it.
        var facts: RequestFacts {
            switch self {
            case .chat(let request): request.facts
            case .response(let request): request.facts
            case .completion(let request): request.facts
            case .embeddings(let request): request.facts
            }
        }

        var model: String {
            switch self {
            case .chat(let request): request.model
            case .response(let request): request.model ?? ""
            case .completion(let request): request.model
            case .embeddings(let request): request.model
            }
        }
    }

    /// What came back; for streams, put together from the chunks.
    enum Answer: Sendable {
        case chat(ChatCompletion)
        case response(ModelResponse)
        case completion(TextCompletion)
        case embeddings(EmbeddingResponse)

        /// The answer as telemetry sees it.
        var facts: AnswerFacts {
            switch self {
            case .chat(let completion): completion.facts
            case .response(let response): response.facts
            case .completion(let completion): completion.facts
            case .embeddings(let response): response.facts
            }
        }
    }

    private struct State {
        var isOver = false
        var resends = 0
        var chunks = StreamedAnswer()
        var firstChunk: UInt64?
        var lastChunk: UInt64?
        var secondsPerChunk: [Double] = []
    }

    /// The surroundings of the call, with its span as the current one.
    let context: GenAIContext
    private let span: TraceSpan?
    private let request: RequestFacts
    private let isStream: Bool
    private let listeners: CallListeners
    private let names: ConventionNames
    private let address: ServerAddress?
    private let startAttributes: Attributes
    private let startNanoseconds = steadyNanoseconds()
    private let state = Mutex(State())

    /// Begins a record, or returns `nil` where nobody listens.
    init?(_ request: borrowing Request, isStream: Bool, options: CallOptions, sender: borrowing Sender) {
        let surroundings = GenAIContext.current
        guard let listeners = CallListeners.of(sender, options: options, context: surroundings) else { return nil }
        let request = request.facts
        self.request = request
        self.isStream = isStream
        self.listeners = listeners
        address = sender.address
        names = ConventionNames(listeners.settings.conventions, provider: sender.providerName)
        var attributes = names.start(request, isStream: isStream, address: address)
        // A conversation of the program's own goes before the server's.
        attributes[.genAIConversationID] = surroundings.conversationID ?? request.conversationID
        startAttributes = attributes
        span = listeners.tracer?.startSpan(
            request.model.isEmpty ? request.operation.rawValue : "\(request.operation.rawValue) \(request.model)",
            kind: .client, attributes: attributes, context: surroundings)
        context = span.map(surroundings.settingSpan) ?? surroundings
        if !isLatest { emitInput() }
    }

    /// Notes that the call is sent once more.
    func retrying(after error: OpenAIError) {
        state.withLock { $0.resends += 1 }
        var attributes: Attributes = ["error.type": .string(error.errorType)]
        attributes["http.response.status_code"] = error.status.map(AttributeValue.int)
        span?.addEvent("retry", attributes: attributes)
    }

    /// Notes a chunk of a streamed answer, as it is decoded: a reader that takes its time makes chunks late.
    func chunk(_ chunk: some JSONRecord) {
        let now = steadyNanoseconds()
        let measuresChunks = listeners.instruments?.measuresChunks == true
        state.withLock { state in
            if let last = state.lastChunk, measuresChunks { state.secondsPerChunk.append(seconds(from: last, to: now)) }
            state.firstChunk = state.firstChunk ?? now
            state.lastChunk = now
            state.chunks.add(chunk)
        }
    }

    /// Ends the record of a plain call.
    func finish(_ answer: Answer) {
        end { _ in answer.facts }
    }

    /// Ends the record of a stream that came to its end.
    func finishStream() {
        end { $0.chunks.facts }
    }

    /// Ends the record of a call that failed.
    func fail(_ error: OpenAIError) {
        end { state in
            var facts = state.chunks.facts
            facts.failure = CallFailure(type: error.errorType, message: error.description)
            return facts
        }
    }

    /// Ends the record of a stream whose reader lost interest, which is no failure.
    func abandon() {
        end { $0.chunks.facts }
    }

    private func end(_ facts: (State) -> AnswerFacts) {
        let state: State? = state.withLock { state in
            if state.isOver { return nil }
            state.isOver = true
            return state
        }
        guard let state else { return }
        let now = steadyNanoseconds()
        let answer = facts(state)
        let secondsToFirstChunk = state.firstChunk.map { seconds(from: startNanoseconds, to: $0) }
        var attributes = names.end(answer)
        attributes[.errorType] = answer.failure?.type
        if isLatest {
            attributes[.genAIResponseTimeToFirstChunk] = secondsToFirstChunk
            let content = content(with: answer)
            recordSpan(attributes, content, answer, resends: state.resends)
            emitDetails(attributes, content)
            if let failure = answer.failure { emitException(failure) }
        } else {
            recordSpan(attributes, [:], answer, resends: state.resends)
            emitChoices(answer)
        }
        listeners.instruments?.record(
            CallMeasurements(
                operation: request.operation, attributes: names.measured(request, answer, address: address),
                errorType: answer.failure?.type, seconds: seconds(from: startNanoseconds, to: now),
                secondsToFirstChunk: secondsToFirstChunk, secondsPerChunk: state.secondsPerChunk, usage: answer.usage),
            context: context)
        span?.end()
    }
}

// MARK: - Spans

extension CallRecorder {
    private var isLatest: Bool { listeners.settings.conventions >= .latest }
    private var capture: ContentCapture { listeners.settings.contentCapture }

    private func recordSpan(_ attributes: Attributes, _ content: Attributes, _ answer: AnswerFacts, resends: Int) {
        guard let span, span.isRecording else { return }
        var attributes = attributes
        if resends > 0 { attributes["http.request.resend_count"] = .int(resends) }
        if capture.contains(.spans) {
            for attribute in content { attributes[attribute.key] = .string(attribute.value.jsonText) }
        }
        span.setAttributes(attributes)
        if let usage = answer.usage { span.setUsage(usage) }
        if let failure = answer.failure { span.setStatus(.error(description: description(of: failure))) }
    }

    // What the server says about a failure can quote the prompt.
    private func description(of failure: CallFailure) -> String {
        capture == .nowhere ? failure.type : failure.message
    }

    /// What was said, where it may be recorded: structured, as the latest conventions have it.
    private func content(with answer: AnswerFacts) -> Attributes {
        let isForSpan = capture.contains(.spans) && span?.isRecording == true
        guard isForSpan || (capture.contains(.events) && emitsDetails) else { return [:] }
        var content = Attributes()
        if !request.messages.isEmpty { content[.genAIInputMessages] = MessageAttributes.input(request.messages) }
        if !answer.choices.isEmpty { content[.genAIOutputMessages] = MessageAttributes.output(answer.choices) }
        content[.genAISystemInstructions] = request.instructions.map(MessageAttributes.instructions)
        if !request.tools.isEmpty { content[.genAIToolDefinitions] = MessageAttributes.definitions(request.tools) }
        return content
    }
}

// MARK: - Log records

extension CallRecorder {
    private var emitsDetails: Bool {
        listeners.settings.emitsOperationDetails && listeners.logger != nil && request.operation != .embeddings
    }

    private func emitInput() {
        guard listeners.logger != nil else { return }
        let capturing = capture.contains(.events)
        if let instructions = request.instructions {
            emit(MessageEvents.record(of: .system(instructions), capturing: capturing))
        }
        for message in request.messages { emit(MessageEvents.record(of: message, capturing: capturing)) }
    }

    // A call that failed before there was any content has one choice all the same, as the conventions ask for.
    private func emitChoices(_ answer: AnswerFacts) {
        guard listeners.logger != nil, request.operation != .embeddings else { return }
        let choices = answer.choices.isEmpty && answer.failure != nil ? [ChatChoice()] : answer.choices
        for choice in choices { emit(MessageEvents.record(of: choice, capturing: capture.contains(.events))) }
    }

    private func emitDetails(_ attributes: Attributes, _ content: Attributes) {
        guard emitsDetails else { return }
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
        record.spanContext = span?.context
        record.severity = record.severity ?? .info
        if record.attributes.isEmpty { record.attributes = names.identity }
        listeners.logger?.emit(record, context: context)
    }
}

private func seconds(from start: UInt64, to end: UInt64) -> Double {
    Double(end &- start) / 1e9
}
