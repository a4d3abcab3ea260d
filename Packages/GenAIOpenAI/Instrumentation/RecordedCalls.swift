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
        guard let listeners = CallListeners(of: self, options: options, context: .current),
            let tracer = listeners.tracer
        else { return try await run() }
        let capturesContent = listeners.settings.contentCapture.contains(.spans)
        var attributes: Attributes = [:]
        attributes[.genAIOperationName] = .executeTool
        attributes[.genAIToolName] = call.name
        attributes[.genAIToolCallID] = call.id
        attributes[.genAIToolType] = .function
        attributes[.genAIToolDescription] = tool.definition.description
        if capturesContent { attributes[.genAIToolCallArguments] = .string(call.arguments) }
        return try await tracer.withSpan("execute_tool \(call.name)", attributes: attributes) { span in
            let result = try await run()
            if capturesContent { span.setAttribute(.genAIToolCallResult, .string(result)) }
            return result
        }
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

extension APICall {
    fileprivate func recorded(by recorder: CallRecorder?) -> APICall {
        var call = self
        call.recorder = recorder
        return call
    }
}
