// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

/// The first question and the last answer of the models inside an operation, for the operation's own span.
final class EnclosedMessages: MessageListener {
    private struct State {
        var input: [Message]?
        var output: [Message]?
    }

    private let outer: EnclosedMessages?
    private let state = Mutex(State())

    init(within outer: EnclosedMessages?) { self.outer = outer }

    /// Notes the input of a call: of the first call, the last user message.
    func noteInput(_ messages: [Message]) {
        guard let question = messages.last(where: { $0.role == .user }) ?? messages.last else { return }
        note(input: [question])
    }

    /// Notes the output of a call.
    func noteOutput(_ messages: [Message]) {
        guard !messages.isEmpty else { return }
        state.withLock { $0.output = messages }
        outer?.noteOutput(messages)
    }

    private func note(input: [Message]) {
        state.withLock { $0.input = $0.input ?? input }
        outer?.note(input: input)
    }

    /// Writes the messages onto the operation's span. Existing ones are kept.
    ///
    /// - Parameters:
    ///   - input: The question given by the program; `nil` means the first one that a model received.
    ///   - output: The answer given by the program; `nil` means the last one of a model.
    func write(to span: TraceSpan, input: String?, output: String?) {
        let noted = state.withLock { $0 }
        span.setCall(
            RecordedOperation(
                inputText: input ?? noted.input?.first?.text, outputText: output ?? noted.output?.first?.text,
                repeatsMessages: noted.input != nil || noted.output != nil))
        if let messages = input.map({ [.user($0)] }) ?? noted.input, span["gen_ai.input.messages"] == nil {
            let (kept, _) = messages.cut(to: ModelCall.contentLimit)
            span.setAttribute(.genAIInputMessages, MessageAttributes.input(kept).spanContent)
        }
        if let messages = output.map({ [.assistant($0)] }) ?? noted.output, span["gen_ai.output.messages"] == nil {
            let (kept, _) = messages.cut(to: ModelCall.contentLimit)
            span.setAttribute(
                .genAIOutputMessages,
                MessageAttributes.output(ModelAnswer(messages: kept), usualFinishReason: "stop").spanContent)
        }
    }
}

/// The span of an operation around calls to models: a workflow, an agent, an observed function.
struct OperationSpan {
    let span: TraceSpan
    let context: GenAIContext
    private let messages: EnclosedMessages?
    private let input: String?

    /// Starts the span.
    ///
    /// - Parameters:
    ///   - context: The scope of the operation, which has claimed its turn.
    ///   - input: The question given by the program. Called only if it is recorded.
    init(
        _ name: String, kind: TraceSpan.Kind = .internal, attributes: Attributes, context: GenAIContext,
        tracer: TracerProvider.Tracer,
        input: () -> String? = { nil }
    ) {
        var context = context
        let captures = tracer.capturesContent && tracer.conventions.isLatest
        let messages = captures ? EnclosedMessages(within: context.listener as? EnclosedMessages) : nil
        if let messages { context = context.updating { $0.listener = messages } }
        self.messages = messages
        self.input = captures ? input() : nil
        span = tracer.startSpan(name, kind: kind, attributes: attributes, context: context)
        self.context = context.settingSpan(span)
    }

    /// Runs the operation and ends the span.
    func run<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, output: ((Value) -> String?)? = nil,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        do throws(Failure) {
            let value = try await context.run(operation)
            finish(messages == nil ? nil : output?(value))
            return value
        } catch {
            fail(error)
            throw error
        }
    }

    /// Runs a synchronous operation and ends the span.
    func run<Value, Failure: Error>(
        output: ((Value) -> String?)? = nil, _ operation: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        do throws(Failure) {
            let value = try context.run(operation)
            finish(messages == nil ? nil : output?(value))
            return value
        } catch {
            fail(error)
            throw error
        }
    }

    func finish(_ output: String?) {
        messages?.write(to: span, input: input, output: output)
        span.end()
    }

    func fail(_ error: any Error) {
        context.run { span.recordError(error) }
        messages?.write(to: span, input: input, output: nil)
        span.end()
    }
}
