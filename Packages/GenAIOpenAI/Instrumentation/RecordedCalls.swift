// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAIInstrumentation
import GenAITelemetry

// A call that is stopped before it is sent, for example by a budget, is not recorded, because no model was called. Its
// error propagates to the enclosing scopes, whose spans record it.
extension Sender {
    /// Makes a plain call and records it.
    func recorded<Value: JSONConvertible & RecordedAnswer>(
        _ request: some RecordedRequest, _ call: APICall
    ) async throws(OpenAIClientError) -> Value {
        try await askBeforeCall(call.model)
        guard let recorder = record(of: request, call) else {
            return try await value(of: call, as: Value.self)
        }
        let (value, headers) = try await watched(by: recorder) { () async throws(OpenAIClientError) in
            try await self.answer(to: call, as: Value.self, recorder: recorder)
        }
        var answer = value.modelAnswer(recorder.contentNeed)
        answer.takeStatedCost { headers[$0] }
        recorder.finish(answer, failure: value.failure)
        return value
    }

    /// Begins a record; `nil` if nothing would receive it.
    private func record(of request: some RecordedRequest, _ call: APICall) -> ModelCall? {
        guard let listeners = telemetry.listeners(allowsContent: call.options.allowsContentCapture) else { return nil }
        var asked = request.modelRequest(listeners.contentNeed)
        asked.provider = ProviderName(rawValue: providerName)
        asked.isStream = call.isStream
        asked.serverAddress = address?.host
        asked.serverPort = address?.port
        return ModelCall(asked, listeners)
    }

    /// Opens a stream and begins its record, which ends with the stream.
    func recordedStream<Chunk: JSONRecord & RecordedChunk>(
        _ request: some RecordedRequest, rules: StreamRules<Chunk>, _ call: APICall
    ) async throws(OpenAIClientError) -> OpenAIStream<Chunk> {
        try await askBeforeCall(call.model)
        guard let recorder = record(of: request, call) else {
            let source = try await stream(of: call)
            return OpenAIStream(
                StreamOpening(source: source, rules: rules, lifetime: StreamLifetime(recorder: nil)))
        }
        let source = try await watched(by: recorder) { () async throws(OpenAIClientError) -> EventSource in
            try await self.stream(of: call, recorder: recorder)
        }
        var rules = rules
        rules.record = { chunk, lifetime in lifetime.add(chunk) }
        return OpenAIStream(
            StreamOpening(source: source, rules: rules, lifetime: StreamLifetime(recorder: recorder)))
    }

    /// Runs a closure in the context of a record, which ends if the closure throws.
    private func watched<Value>(
        by recorder: ModelCall, _ operation: () async throws(OpenAIClientError) -> Value
    ) async throws(OpenAIClientError) -> Value {
        var value: Value?
        var failure: OpenAIClientError?
        await recorder.context.perform {
            do throws(OpenAIClientError) { value = try await operation() } catch { failure = error }
        }
        // Moved, not copied: answers are large.
        if let value = value.take() { return value }
        let error = failure ?? OpenAIClientError(.cancelled, "not sent")
        recorder.fail(error)
        throw error
    }

    /// The tracer of the client, if there is one.
    private var tracer: TracerProvider.Tracer? {
        (configuration.tracerProvider ?? TracerProvider.global)?.tracer(scope: .openAIClient)
    }

    /// Runs a tool loop in one `invoke_agent` span around all its calls and tools.
    func recordedLoop<Value: Sendable>(
        _ model: String, options: CallOptions, _ loop: () async throws(OpenAIClientError) -> Value
    ) async throws(OpenAIClientError) -> Value {
        guard let tracer else { return try await loop() }
        let mayCapture = configuration.allowsContentCapture && options.allowsContentCapture
        return try await withContentCapture(mayCapture) { () async throws(OpenAIClientError) in
            try await invokeAgent(
                GenAIContext.current.agent ?? Agent(), provider: ProviderName(rawValue: providerName), model: model,
                tracer: tracer, loop)
        }
    }

    /// Runs a tool of the tool loop in a span.
    func recordedTool(
        _ call: ChatMessage.ToolCall, _ tool: LocalTool,
        approving approve: (@Sendable (ChatMessage.ToolCall) async -> ToolApproval)?,
        _ run: () async throws -> String
    ) async throws -> String {
        guard let approve else {
            guard let tracer else { return try await run() }
            return try await executeTool(
                call.name, callID: call.id, description: tool.definition.description,
                arguments: .string(call.arguments), tracer: tracer, run)
        }
        return try await executeTool(
            call.name, callID: call.id, description: tool.definition.description, arguments: .string(call.arguments),
            tracer: tracer, approving: { await approve(call) }, run)
    }

    private func askBeforeCall(_ model: String) async throws(OpenAIClientError) {
        do {
            try GenAIContext.current.meter?.check(model: model)
            try await configuration.beforeCall?(model)
        } catch {
            var failure = OpenAIClientError(.budgetExceeded, "stopped before the call: \(reason(of: error))")
            failure.underlying = error
            throw failure
        }
    }

    /// Returns the description of an error that is known to contain no prompts and answers; of others, only the type.
    private func reason(of error: any Error) -> String {
        (error as? any ErrorTypeProviding)?.contentFreeDescription ?? errorType(of: error)
    }
}
