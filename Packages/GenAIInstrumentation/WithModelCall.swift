// SPDX-License-Identifier: MIT
import GenAICore

/// Runs a closure that calls a model, whichever client makes the call, and records it.
///
/// The span, the messages, the metrics, the cost, the budget and the turn are those that `OpenAIClient` gives. Budgets
/// around are asked first. The span is current inside and ends with the closure; a thrown error is recorded and thrown
/// on.
///
/// ```swift
/// let reply = try await withModelCall(
///     ModelRequest(model: "claude-sonnet-4-5", provider: .anthropic, messages: [.user(question)], maxTokens: 500)
/// ) { call in
///     let reply = try await anthropic.messages(…)
///     call.answer = ModelAnswer(
///         id: reply.id, model: reply.model, messages: [.assistant(reply.text)], finishReasons: [reply.stopReason],
///         usage: .partsBeside(input: reply.input, cacheRead: reply.cacheRead, output: reply.output))
///     return reply
/// }
/// ```
///
/// - Parameters:
///   - request: The request; messages are recorded only where content is allowed.
///   - telemetry: The providers to record with.
///   - operation: Makes the call and sets ``ModelCall/answer``.
/// - Throws: What `operation` throws, or what a budget around refuses the call with.
@discardableResult
public func withModelCall<Value>(
    _ request: ModelRequest, telemetry: CallTelemetry = .global, isolation: isolated (any Actor)? = #isolation,
    _ operation: (ModelCall) async throws -> Value
) async throws -> Value {
    let call = try ModelCall.start(request, telemetry: telemetry)
    do {
        let value = try await call.run { try await operation(call) }
        call.finish()
        return value
    } catch {
        call.fail(error)
        throw error
    }
}

/// Runs a synchronous closure that calls a model, and records it; see the asynchronous form.
@discardableResult
public func withModelCall<Value>(
    _ request: ModelRequest, telemetry: CallTelemetry = .global, _ operation: (ModelCall) throws -> Value
) throws -> Value {
    let call = try ModelCall.start(request, telemetry: telemetry)
    do {
        let value = try call.run { try operation(call) }
        call.finish()
        return value
    } catch {
        call.fail(error)
        throw error
    }
}

/// Runs a closure that opens a streamed answer, and records the call until the stream ends.
///
/// The record ends when iteration ends, fails or is cancelled, or when the sequence and its iterator are dropped. The
/// times to the first element and between elements are measured as they are read. Iterate the result once.
///
/// ```swift
/// let events = try await withModelCall(
///     request, stream: { _ in try await anthropic.stream(…) },
///     adding: { event, answer in
///         if let text = event.text { answer.appendText(text, block: event.index) }
///         if let usage = event.usage { answer.updateUsage(withCumulative: TokenUsage(outputTokens: usage.output)) }
///     })
/// for try await event in events { … }
/// ```
///
/// - Parameters:
///   - request: The request; messages are recorded only where content is allowed.
///   - telemetry: The providers to record with.
///   - open: Opens the stream; the call's span is current inside and wherever the stream makes its next element.
///   - add: Adds an element to the answer.
/// - Throws: What `open` throws, or what a budget around refuses the call with.
public func withModelCall<Base: AsyncSequence>(
    _ request: ModelRequest, telemetry: CallTelemetry = .global, isolation: isolated (any Actor)? = #isolation,
    stream open: (ModelCall) async throws -> Base,
    adding add: @escaping @Sendable (Base.Element, inout ModelAnswer) -> Void
) async throws -> ModelCallStream<Base> {
    var request = request
    request.isStream = true
    let call = try ModelCall.start(request, telemetry: telemetry)
    do {
        return ModelCallStream(try await call.run { try await open(call) }, call, add)
    } catch {
        call.fail(error)
        throw error
    }
}
