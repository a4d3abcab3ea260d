// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

// A call that is stopped before it is made, by a budget say, leaves no record: no model was asked. The error goes to
// the scopes around, whose spans tell of it.
extension Sender {
    /// Makes a plain call under a record.
    func recorded<Value: JSONConvertible>(
        _ request: CallRecorder.Request, answer: (Value) -> CallRecorder.Answer, _ call: APICall
    ) async throws(OpenAIError) -> Value {
        try await askBeforeCall(request)
        guard let recorder = CallRecorder(request, isStream: false, options: call.options, sender: self) else {
            return try await value(of: call, as: Value.self)
        }
        let call = call.recorded(by: recorder)
        do throws(OpenAIError) {
            let value = try await recorder.context.run { () async throws(OpenAIError) -> Value in
                try await self.value(of: call, as: Value.self)
            }
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
        let recorder = CallRecorder(request, isStream: true, options: call.options, sender: self)
        let call = call.recorded(by: recorder)
        do throws(OpenAIError) {
            let context = recorder?.context ?? .current
            let response = try await context.run { () async throws(OpenAIError) -> HTTPResponse in
                try await self.stream(of: call)
            }
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
        _ call: ChatToolCall, _ tool: LocalTool, options: CallOptions, _ run: () async throws -> String
    ) async throws -> String {
        guard let tracer = (configuration.tracerProvider ?? TracerProvider.global)?.tracer(scope: .openAIClient) else {
            return try await run()
        }
        let mayCapture = configuration.allowsContentCapture && options.allowsContentCapture
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

extension APICall {
    fileprivate func recorded(by recorder: CallRecorder?) -> APICall {
        var call = self
        call.recorder = recorder
        return call
    }
}
