// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// Watches one call from its start to its end: the only place where requests and answers meet telemetry.
///
/// The first of `finish`, `finishStream`, `fail` and `abandon` ends the record; later calls do nothing.
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

    /// How a call came to its end.
    private enum Outcome {
        case answered
        case abandoned
        case failed(OpenAIError)
    }

    private struct State {
        var isOver = false
        var chunks = StreamedAnswer()
        var firstChunkNanoseconds: UInt64?
    }

    /// The span of the call.
    let span: TraceSpan
    private let request: RequestFacts
    private let isStream: Bool
    private let settings: InstrumentationSettings
    private let names: ConventionNames
    private let logger: LogEmitter?
    private let startNanoseconds = steadyNanoseconds()
    private let state = Mutex(State())

    /// Begins a record, or returns `nil` where nobody listens.
    static func start(_ request: Request, isStream: Bool, sender: Sender) -> CallRecorder? {
        guard let tracer = sender.tracer, tracer.isEnabled else { return nil }
        return CallRecorder(request.facts, isStream: isStream, sender: sender, tracer: tracer)
    }

    private init(_ request: RequestFacts, isStream: Bool, sender: Sender, tracer: Tracer) {
        self.request = request
        self.isStream = isStream
        settings = sender.settings(for: tracer)
        names = ConventionNames(settings.conventions, provider: sender.providerName)
        logger = sender.logger
        span = tracer.startSpan(
            request.model.isEmpty ? request.operation.rawValue : "\(request.operation.rawValue) \(request.model)",
            kind: .client, attributes: names.start(request, isStream: isStream, address: sender.address))
        recordInput()
    }

    /// Notes a chunk of a streamed answer, as it is decoded.
    func chunk(_ chunk: some JSONRecord) {
        let now = steadyNanoseconds()
        state.withLock { state in
            state.firstChunkNanoseconds = state.firstChunkNanoseconds ?? now
            state.chunks.add(chunk)
        }
    }

    /// Ends the record of a plain call.
    func finish(_ answer: Answer) {
        end(.answered) { _ in answer.facts }
    }

    /// Ends the record of a stream that came to its end.
    func finishStream() {
        end(.answered) { $0.chunks.facts }
    }

    /// Ends the record of a call that failed.
    func fail(_ error: OpenAIError) {
        end(.failed(error)) { $0.chunks.facts }
    }

    /// Ends the record of a stream whose reader lost interest.
    func abandon() {
        end(.abandoned) { $0.chunks.facts }
    }

    private func end(_ outcome: Outcome, _ facts: (State) -> AnswerFacts) {
        let state: State? = state.withLock { state in
            if state.isOver { return nil }
            state.isOver = true
            return state
        }
        guard let state else { return }
        var answer = facts(state)
        if case .failed = outcome, answer.choices.isEmpty, request.operation != .embeddings {
            answer.choices = [ChatChoice()]
        }
        recordOutput(answer, firstChunk: state.firstChunkNanoseconds)
        if case .failed(let error) = outcome { recordFailure(error) }
        span.end()
    }
}

// MARK: - Recording

extension CallRecorder {
    private func recordInput() {
        switch settings.conventions {
        case .latest:
            guard settings.contentCapture.contains(.spans) else { return }
            for attribute in content(of: request) {
                span.setAttribute(attribute.key, .string(attribute.value.jsonText))
            }
        default:
            guard let logger, logger.isEnabled else { return }
            let capturing = settings.contentCapture.contains(.events)
            for message in request.messages { emit(MessageEvents.record(of: message, capturing: capturing), logger) }
        }
    }

    private func recordOutput(_ answer: AnswerFacts, firstChunk: UInt64?) {
        guard span.isRecording else { return }
        var attributes = names.end(answer)
        if isStream, settings.conventions == .latest, let firstChunk {
            attributes[.genAIResponseTimeToFirstChunk] = Double(firstChunk &- startNanoseconds) / 1e9
        }
        span.setAttributes(attributes)
        if let usage = answer.usage { span.setUsage(usage) }
        switch settings.conventions {
        case .latest: recordMessages(answer)
        default: recordChoices(answer)
        }
    }

    private func recordChoices(_ answer: AnswerFacts) {
        guard let logger, logger.isEnabled else { return }
        let capturing = settings.contentCapture.contains(.events)
        for choice in answer.choices { emit(MessageEvents.record(of: choice, capturing: capturing), logger) }
    }

    private func recordMessages(_ answer: AnswerFacts) {
        guard settings.contentCapture.contains(.spans), !answer.choices.isEmpty else { return }
        span.setAttribute(
            AttributeKey<AttributeValue>.genAIOutputMessages.name,
            .string(MessageAttributes.output(answer.choices).jsonText))
    }

    private func content(of request: RequestFacts) -> Attributes {
        var content = Attributes()
        if !request.messages.isEmpty { content[.genAIInputMessages] = MessageAttributes.input(request.messages) }
        content[.genAISystemInstructions] = request.instructions.map(MessageAttributes.instructions)
        if !request.tools.isEmpty { content[.genAIToolDefinitions] = MessageAttributes.definitions(request.tools) }
        return content
    }

    private func emit(_ record: LogRecord, _ logger: LogEmitter) {
        var record = record
        record.spanContext = span.context
        record.attributes = names.identity
        record.severity = .info
        logger.emit(record)
    }

    // What the server says about a failure can quote the prompt.
    private func recordFailure(_ error: OpenAIError) {
        let isContentAllowed = settings.contentCapture != .nowhere
        span.setAttribute(AttributeKey<String>.errorType.name, .string(error.errorType))
        span.setStatus(.error(description: isContentAllowed ? error.description : error.code.name))
    }
}

extension Sender {
    /// The tracer of the configured or the global provider.
    var tracer: Tracer? {
        (configuration.tracerProvider ?? TracerProvider.global)?.tracer(scope: Self.instrumentationScope)
    }

    /// The log emitter of the configured or the global provider.
    var logger: LogEmitter? {
        (configuration.loggerProvider ?? LoggerProvider.global)?.emitter(scope: Self.instrumentationScope)
    }

    /// What may be recorded of a call that starts now.
    func settings(for tracer: Tracer) -> InstrumentationSettings {
        var settings = tracer.instrumentation.narrowed(by: GenAIContext.current)
        if !configuration.allowsContentCapture { settings.contentCapture = .nowhere }
        return settings
    }

    private static let instrumentationScope = InstrumentationScope(name: "GenAIOpenAI")

    /// Runs a plain call under a record.
    func recorded<Value: Sendable>(
        _ request: CallRecorder.Request, answer: (Value) -> CallRecorder.Answer,
        _ call: () async throws(OpenAIError) -> Value
    ) async throws(OpenAIError) -> Value {
        try await askBeforeCall(request)
        guard let recorder = CallRecorder.start(request, isStream: false, sender: self) else { return try await call() }
        do throws(OpenAIError) {
            let value = try await GenAIContext.current.settingSpan(recorder.span).run(call)
            recorder.finish(answer(value))
            return value
        } catch {
            recorder.fail(error)
            throw error
        }
    }

    /// Opens a stream under a record, which ends with the stream.
    func recordedStream<Chunk: JSONRecord>(
        _ request: CallRecorder.Request, rules: StreamRules<Chunk>, _ call: APICall
    ) async throws(OpenAIError) -> OpenAIStream<Chunk> {
        try await askBeforeCall(request)
        let recorder = CallRecorder.start(request, isStream: true, sender: self)
        do throws(OpenAIError) {
            let response = try await stream(of: call)
            return OpenAIStream(
                try await StreamOpening(
                    response, sender: self, rules: rules, lifetime: StreamLifetime(recorder: recorder)))
        } catch {
            recorder?.fail(error)
            throw error
        }
    }

    /// Runs a tool of the tool loop under a record.
    func recordedTool(
        _ call: ChatToolCall, _ tool: LocalTool, _ run: () async throws -> String
    ) async throws -> String {
        guard let tracer, tracer.isEnabled else { return try await run() }
        let mayCapture = configuration.allowsContentCapture
        return try await tracer.executeTool(
            call.name, callID: call.id, description: tool.definition.description,
            arguments: mayCapture ? .string(call.arguments) : nil,
            recording: { mayCapture ? .string($0) : nil }, run)
    }

    private func askBeforeCall(_ request: CallRecorder.Request) async throws(OpenAIError) {
        do {
            try GenAIContext.current.meter?.check(model: request.model)
            try await configuration.beforeCall?(request.model)
        } catch {
            var failure = OpenAIError(.budgetExceeded, "stopped before the call: \(errorType(of: error))")
            failure.underlying = error
            throw failure
        }
    }
}
