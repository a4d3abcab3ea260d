// SPDX-License-Identifier: MIT

import GenAITelemetry

/// Watches one call from its start to its end: the only place where requests and answers meet telemetry.
///
/// The first of `finish`, `fail` and `abandon` ends the record; later calls do nothing.
struct CallRecorder: Sendable {
    /// What is being asked.
    enum Request: Sendable {
        case chat(ChatCompletionRequest)
        case response(ResponseRequest)
        case completion(CompletionRequest)
        case embeddings(EmbeddingRequest)

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
    }

    /// Begins a record.
    static func start(_ request: Request, isStream: Bool, sender: Sender) -> CallRecorder {
        CallRecorder()
    }

    /// Notes a chunk of a streamed answer, as it is decoded.
    func chunk(_ chunk: some JSONRecord) {}

    /// Ends the record of a plain call.
    func finish(_ answer: Answer) {}

    /// Ends the record of a stream that came to its end.
    func finishStream() {}

    /// Ends the record of a call that failed.
    func fail(_ error: OpenAIError) {}

    /// Ends the record of a stream whose reader lost interest.
    func abandon() {}
}

extension Sender {
    /// Runs a plain call under a record.
    func recorded<Value: Sendable>(
        _ request: CallRecorder.Request, answer: (Value) -> CallRecorder.Answer,
        _ call: () async throws(OpenAIError) -> Value
    ) async throws(OpenAIError) -> Value {
        try await askBeforeCall(request)
        let recorder = CallRecorder.start(request, isStream: false, sender: self)
        do throws(OpenAIError) {
            let value = try await call()
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
            recorder.fail(error)
            throw error
        }
    }

    /// Runs a tool of the tool loop under a record.
    func recordedTool(
        _ call: ChatToolCall, _ tool: LocalTool, _ run: () async throws -> String
    ) async throws -> String {
        try await run()
    }

    private func askBeforeCall(_ request: CallRecorder.Request) async throws(OpenAIError) {
        guard let beforeCall = configuration.beforeCall else { return }
        do {
            try await beforeCall(request.model)
        } catch {
            var failure = OpenAIError(.budgetExceeded, "stopped before the call: \(errorType(of: error))")
            failure.underlying = error
            throw failure
        }
    }
}
