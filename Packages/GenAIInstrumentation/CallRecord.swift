// SPDX-License-Identifier: MIT
package import GenAICore
import GenAITelemetry

// The record of a call: its span attributes, log records and measurements.

extension CallListeners {
    /// The attribute names of the configured generation.
    var conventions: Conventions { Conventions(settings.conventions) }
}

// MARK: - Start

extension ModelCall {
    static func startAttributes(
        of request: borrowing ModelRequest, _ facts: borrowing RequestFacts, _ listeners: CallListeners,
        _ context: GenAIContext
    ) -> Attributes {
        var attributes = Attributes()
        addStart(of: request, facts, listeners, context, to: &attributes)
        attributes[.genAIConversationID] = context.conversationID ?? request.conversationID
        return attributes
    }

    static func addStart(
        of request: borrowing ModelRequest, _ facts: borrowing RequestFacts, _ listeners: CallListeners,
        _ context: GenAIContext, to attributes: inout Attributes
    ) {
        listeners.conventions.addSubject(of: facts, to: &attributes)
        listeners.conventions.addStart(of: request, to: &attributes)
        // The program's own conversation takes precedence over the provider's.
        if context.conversationID == nil, let id = request.conversationID { attributes[.genAIConversationID] = id }
        if !request.attributes.isEmpty { attributes.merge(request.attributes) }
    }
}

extension ModelCall.RequestContent {
    init(_ request: borrowing ModelRequest, _ listeners: CallListeners) {
        guard listeners.conventions.isLatest, listeners.contentNeed == .full else { return }
        (messages, isCut) = request.messages.cut(to: ModelCall.contentLimit)
        systemInstructions = request.systemInstructions
        tools = request.tools
    }
}

// MARK: - End

extension ModelCall {
    func record(_ ending: CallEnding, _ listeners: CallListeners) {
        var ending = ending
        // If a client inside the closure records its calls itself, its own span contains the usage.
        let isCounted = span?.containsCountedCall == true
        if isCounted { ending.answer.usage = nil }
        if listeners.conventions.isLatest {
            recordLatest(ending, listeners)
        } else {
            recordSpan(ending, listeners) { addEnd(of: ending, listeners, to: &$0) }
            emitChoices(ending, listeners)
        }
        if !isCounted { measure(ending, listeners) }
        if listeners.notesMessages { (context.listener as? EnclosedMessages)?.noteOutput(ending.answer.messages) }
        span?.end()
    }

    private func recordLatest(_ ending: CallEnding, _ listeners: CallListeners) {
        var attributes = Attributes()
        addEnd(of: ending, listeners, to: &attributes)
        attributes[.genAIResponseTimeToFirstChunk] = ending.secondsToFirstChunk
        let said = contentAttributes(of: ending, listeners)
        recordSpan(ending, listeners) { all in
            all.merge(attributes)
            guard listeners.settings.contentCapture.contains(.spans) else { return }
            for attribute in said {
                let text = attribute.value.spanContent
                all.insert(attribute.name, text, text.plainByteCount)
            }
        }
        emitDetails(attributes, said, listeners)
        if let failure = ending.failure { emitException(failure, listeners) }
    }

    private func addEnd(of ending: CallEnding, _ listeners: CallListeners, to attributes: inout Attributes) {
        var answer = ending.answer
        if !ending.hasAnswered, answer.finishReasons.isEmpty {
            answer.finishReasons = answer.messages.map { $0.finishReason ?? ending.usualFinishReason }
        }
        listeners.conventions.addEnd(of: answer, to: &attributes)
        if let failure = ending.failure { attributes[.errorType] = failure.type }
        if !answer.attributes.isEmpty { attributes.merge(answer.attributes) }
        let cut: [String] = (content.isCut ? ["input"] : []) + (answer.pieces.isCut ? ["output"] : [])
        if !cut.isEmpty { attributes[.contentTruncated] = cut }
    }

    private func recordSpan(
        _ ending: CallEnding, _ listeners: CallListeners, _ addAttributes: (inout Attributes) -> Void
    ) {
        guard let span, span.isRecording else { return }
        span.updateAttributes { attributes in
            addAttributes(&attributes)
            if ending.resends > 0 { attributes["http.request.resend_count"] = .int(ending.resends) }
        }
        span.setCall(RecordedCall(self, ending))
        if let failure = ending.failure, !failure.isOnSpan {
            // The server's description of a failure can quote the prompt.
            let isCaptured = listeners.settings.contentCapture != .nowhere
            span.setStatus(.error(description: isCaptured ? failure.message : failure.contentFreeMessage))
        }
    }

    /// Returns the messages, if they may be recorded, in the structured form of the latest conventions.
    private func contentAttributes(of ending: CallEnding, _ listeners: CallListeners) -> Attributes {
        let capture = listeners.settings.contentCapture
        let isForSpan = capture.contains(.spans) && span?.isRecording == true
        guard isForSpan || (capture.contains(.events) && startAttributes != nil) else { return Attributes() }
        var said = Attributes()
        if facts.operation == .retrieval {
            said[.genAIRetrievalQueryText] = content.messages.first?.text
            return said
        }
        if !content.messages.isEmpty { said[.genAIInputMessages] = MessageAttributes.input(content.messages) }
        if !ending.answer.messages.isEmpty {
            said[.genAIOutputMessages] = MessageAttributes.output(
                ending.answer, usualFinishReason: ending.usualFinishReason)
        }
        if !content.systemInstructions.isEmpty {
            said[.genAISystemInstructions] = MessageAttributes.instructions(content.systemInstructions)
        }
        if !content.tools.isEmpty { said[.genAIToolDefinitions] = MessageAttributes.definitions(content.tools) }
        return said
    }

    private func measure(_ ending: CallEnding, _ listeners: CallListeners) {
        listeners.instruments?.record(
            CallMeasurements(
                operation: facts.operation, attributes: measured(ending.answer, listeners),
                errorType: ending.failure?.type, seconds: ending.seconds,
                secondsToFirstChunk: ending.secondsToFirstChunk, secondsPerChunk: ending.secondsPerChunk,
                usage: ending.answer.usage),
            context: context)
    }

    /// Returns the attributes of the series that a call belongs to.
    private func measured(_ answer: borrowing ModelAnswer, _ listeners: CallListeners) -> Attributes {
        var attributes = Attributes()
        attributes.reserveCapacity(12)
        listeners.conventions.addSubject(of: facts, to: &attributes)
        if let model = answer.model { attributes[.genAIResponseModel] = model }
        listeners.conventions.addServer(of: answer, to: &attributes)
        listeners.instruments?.addDimensions(of: span, in: context, to: &attributes)
        return attributes
    }

    /// Records times between chunks during the call, so that a long stream does not accumulate them.
    func recordChunks(_ seconds: [Double], _ model: String?) {
        guard let listeners, let instruments = listeners.instruments else { return }
        instruments.recordChunks(seconds, of: measured(ModelAnswer(model: model), listeners), context: context)
    }
}

// MARK: - Log records

extension ModelCall {
    func emitInput(_ request: borrowing ModelRequest, _ listeners: CallListeners) {
        guard let logger = listeners.logger else { return }
        let capturing = listeners.settings.contentCapture.contains(.events)
        let identity = listeners.conventions.identity(of: facts.provider)
        func emit(_ message: Message) {
            MessageEvents.forEachEvent(of: message, capturing: capturing) { event, message in
                logger.emit(message, eventName: event.rawValue, attributes: identity, context: context)
            }
        }
        if !request.systemInstructions.isEmpty {
            emit(Message(role: .system, parts: request.systemInstructions))
        }
        for message in request.messages { emit(message) }
    }

    // The conventions require one choice even for a call that failed before there was any content.
    private func emitChoices(_ ending: CallEnding, _ listeners: CallListeners) {
        guard facts.operation.isInference, let logger = listeners.logger else { return }
        let hasFailed = ending.failure != nil
        let choices = ending.answer.messages.isEmpty && hasFailed ? [.assistant("").outline] : ending.answer.messages
        let capturing = listeners.settings.contentCapture.contains(.events)
        let identity = listeners.conventions.identity(of: facts.provider)
        for (index, choice) in choices.enumerated() {
            let message = MessageEvents.choice(
                choice, finishReason: ending.answer.finishReason(at: index) ?? ending.usualFinishReason,
                index: ending.answer.pieces.number(at: index), capturing: capturing)
            logger.emit(
                message, eventName: EventName.genAIChoice.rawValue, attributes: identity, context: context)
        }
    }

    private func emitDetails(_ attributes: Attributes, _ content: Attributes, _ listeners: CallListeners) {
        guard let startAttributes else { return }
        var record = LogRecordData(
            eventName: EventName.genAIClientInferenceOperationDetails.rawValue, severity: .info,
            attributes: startAttributes.merging(attributes))
        if listeners.settings.contentCapture.contains(.events) { record.attributes.merge(content) }
        record.repeatsCall = listeners.notesMessages
        listeners.logger?.emit(record, context: context)
    }

    private func emitException(_ failure: CallFailure, _ listeners: CallListeners) {
        var record = LogRecordData(eventName: EventName.genAIClientOperationException.rawValue, severity: .warn)
        record.attributes[.exceptionType] = failure.type
        if listeners.settings.contentCapture != .nowhere { record.attributes[.exceptionMessage] = failure.message }
        listeners.logger?.emit(record, context: context)
    }
}

extension AttributeKey where Value == [String] {
    /// The sides of a call with content left out because of the size limit: `input`, `output`.
    package static var contentTruncated: AttributeKey { AttributeKey("last9.content.truncated") }
}
