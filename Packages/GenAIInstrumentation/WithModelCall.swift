// SPDX-License-Identifier: MIT
import GenAICore

/// Runs a closure that calls a model with any client, and records the call.
///
/// Span, messages, metrics, cost, budget and turn are the same as with `OpenAIClient`. Enclosing budgets are checked
/// first. The span is current inside and ends with the closure; a thrown error is recorded and rethrown.
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
///   - request: The request. Its messages are recorded only if content is allowed.
///   - telemetry: The providers to record with.
///   - operation: Makes the call and sets ``ModelCall/answer``.
/// - Throws: The error of `operation`, or that of an enclosing budget that refuses the call.
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
/// The record ends when iteration ends, fails or is cancelled, or when the sequence and its iterator are released. The
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
///   - request: The request. Its messages are recorded only if content is allowed.
///   - telemetry: The providers to record with.
///   - open: Opens the stream. The call's span is current inside, and whenever the stream produces its next element.
///   - add: Adds an element to the answer.
/// - Throws: The error of `open`, or that of an enclosing budget that refuses the call.
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
