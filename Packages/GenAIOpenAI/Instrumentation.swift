// SPDX-License-Identifier: MIT

/// Watches one call from its start to its end: the only place where requests and answers meet telemetry.
///
/// The first of `finish`, `fail` and `abandon` ends the record; later calls do nothing.
struct CallRecorder: Sendable {
    /// What is being asked.
    enum Request: Sendable {
        case chat(ChatCompletionRequest)
    }

    /// What came back; for streams, put together from the chunks.
    enum Answer: Sendable {
        case chat(ChatCompletion)
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
}
