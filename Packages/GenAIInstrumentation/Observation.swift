// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// The record of an observed closure: a call to a model, or an operation of another kind.
struct Observation: Sendable {
    private enum Record {
        case model(ModelCall)
        case operation(OperationSpan)
    }

    private let record: Record
    private let kind: Last9SpanKind
    private let provider: ProviderName?
    /// Indicates whether the result is recorded.
    let capturesOutput: Bool

    /// The options given by the caller.
    struct Options {
        var tags: [String]
        var metadata: Attributes
        var model: String?
        var provider: ProviderName?
        var capturesInput: Bool
        var capturesOutput: Bool
        var tracer: TracerProvider.Tracer?

        fileprivate var attributes: Attributes {
            var attributes: Attributes = [:]
            if !tags.isEmpty { attributes["tags"] = tags.attributeValue }
            for entry in metadata {
                attributes["metadata.\(entry.key)"] = entry.value
                if entry.key == "category" { attributes["user.category"] = entry.value }
            }
            return attributes
        }
    }

    init(
        _ name: String, _ kind: Last9SpanKind, _ options: Options, isStream: Bool, input: () -> (any Encodable)?,
        arguments: () -> Attributes
    ) {
        let tracer = options.tracer ?? .ofGlobalProvider
        let captures = tracer.capturesContent
        self.kind = kind
        provider = options.provider ?? options.model.flatMap(ProviderName.init(ofModel:))
        capturesOutput = captures && options.capturesOutput
        var attributes = options.attributes
        attributes[.genAIL9SpanKind] = kind
        if captures, options.capturesInput {
            for argument in arguments() { attributes["function.arg.\(argument.key)"] = argument.value.spanContent }
        }
        let content = captures && options.capturesInput ? input().flatMap { AttributeValue(content: $0) } : nil
        if kind == .llm {
            var request = ModelRequest(
                model: options.model ?? "", provider: provider ?? .other, isStream: isStream, attributes: attributes)
            request.messages = content.map { [.user($0.contentText)] } ?? []
            let telemetry = options.tracer.map { CallTelemetry(tracer: $0) } ?? .global
            let call = ModelCall(recording: request, telemetry: telemetry, spanName: name)
            record = .model(call)
            if call.needsContentEvents { call.span?.addContentEvent(content, isInput: true) }
        } else {
            attributes.merge(kind.startAttributes(name))
            attributes[.genAIRequestModel] = options.model
            var context = GenAIContext.current
            context.claimTurn()
            let isMessage = kind != .tool && tracer.conventions.isLatest
            let span = OperationSpan(name, attributes: attributes, context: context, tracer: tracer) {
                isMessage ? content.map { CapturedContent($0.contentText).text } : nil
            }
            record = .operation(span)
            if !isMessage { record(content, isInput: true, on: span.span) }
        }
    }

    /// The context of the closure, with its span as the current one.
    var context: GenAIContext {
        switch record {
        case .model(let call): call.context
        case .operation(let span): span.context
        }
    }

    /// Runs code with the span as the current one. A thrown error is recorded and ends the span.
    func run<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        do throws(Failure) {
            return try await context.run(operation)
        } catch {
            fail(error)
            throw error
        }
    }

    /// Runs synchronous code with the span as the current one.
    func run<Value, Failure: Error>(_ operation: () throws(Failure) -> Value) throws(Failure) -> Value {
        do throws(Failure) {
            return try context.run(operation)
        } catch {
            fail(error)
            throw error
        }
    }

    func fail(_ error: any Error) {
        switch record {
        case .model(let call):
            call.run { call.span?.recordError(error) }
            call.finish(nil, failure: CallFailure(error, isOnSpan: true))
        case .operation(let span): span.fail(error)
        }
    }

    /// Records a result and ends the span.
    func finish<Value>(_ value: Value, output: ((Value) -> AttributeValue?)?) {
        let report = (value as? any UsageReporting)?.usageReport
        let content = capturesOutput ? output.map { $0(value) } ?? AttributeValue(content: value) : nil
        finish(report ?? UsageReport(), content)
    }

    /// Records the known facts of a result, and ends the span.
    func finish(_ report: UsageReport, _ content: AttributeValue?) {
        switch record {
        case .model(let call):
            if call.needsContentEvents { call.span?.addContentEvent(content, isInput: false) }
            call.finish(answer(report, content))
        case .operation(let span):
            finish(span, report, content)
        }
    }

    /// Adds a piece of a stream.
    ///
    /// - Returns: Whether it was added. The caller must collect the pieces of other operations than calls to models.
    func add(_ report: UsageReport) -> Bool {
        guard case .model(let call) = record else { return false }
        call.add { answer in
            answer.id = report.responseID ?? answer.id
            answer.model = report.model ?? answer.model
            answer.provider = report.provider ?? answer.provider
            if let usage = report.usage { answer.updateUsage(withCumulative: usage) }
            if capturesOutput, let text = report.text { answer.appendText(text) }
            for tool in report.toolCalls {
                answer.appendToolCall(id: tool.id, name: tool.name, arguments: tool.arguments)
            }
            if let reason = report.finishReasons.first { answer.finish(reason) }
        }
        return true
    }

    /// Ends the record of a stream of pieces.
    func finishStream(_ gathered: UsageReport) {
        switch record {
        case .model(let call): call.finish()
        case .operation: finish(gathered, capturesOutput ? gathered.text.map(AttributeValue.string) : nil)
        }
    }
}

// MARK: - Recording

extension Observation {
    private func answer(_ report: UsageReport, _ content: AttributeValue?) -> ModelAnswer {
        var parts: [Message.Part] = content.map { [.text($0.contentText)] } ?? []
        parts += report.toolCalls.map { .toolCall(.init(id: $0.id, name: $0.name, arguments: $0.arguments)) }
        var answer = ModelAnswer(
            id: report.responseID, model: report.model, finishReasons: report.finishReasons, usage: report.usage)
        answer.provider = report.provider ?? (provider == nil ? report.model.flatMap(ProviderName.init(ofModel:)) : nil)
        if !parts.isEmpty { answer.messages = [Message(role: .assistant, parts: parts)] }
        if !report.toolCalls.isEmpty { answer.attributes[.genAIToolCallsCount] = report.toolCalls.count }
        return answer
    }

    private func finish(_ operation: OperationSpan, _ report: UsageReport, _ content: AttributeValue?) {
        var report = report
        // A client that records its calls itself has recorded the usage on its own span.
        if operation.span.containsCountedCall { report.usage = nil }
        if report != UsageReport() { operation.span.setResponse(report) }
        let isMessage = kind != .tool && Conventions(operation.span.conventions).isLatest
        if !isMessage { record(content, isInput: false, on: operation.span) }
        operation.finish(isMessage ? content.map { CapturedContent($0.contentText).text } : nil)
    }

    private func record(_ content: AttributeValue?, isInput: Bool, on span: TraceSpan) {
        guard let content, span.isRecording else { return }
        if kind == .tool {
            let key: AttributeKey<AttributeValue> = isInput ? .genAIToolCallArguments : .genAIToolCallResult
            span.setAttribute(key, .string(CapturedContent(content.contentText).text))
        } else {
            span.addContentEvent(content, isInput: isInput)
        }
    }
}

extension ModelCall {
    /// Indicates whether content is recorded in span events: in legacy conventions, if no log records are exported.
    fileprivate var needsContentEvents: Bool {
        guard let listeners else { return false }
        return !listeners.conventions.isLatest && listeners.logger == nil
    }
}

extension TraceSpan {
    fileprivate func addContentEvent(_ content: AttributeValue?, isInput: Bool) {
        if let content { addContentEvent(CapturedContent(content.contentText), isInput: isInput) }
    }
}

/// Checks the enclosing budgets before an observed call to a model.
///
/// - Throws: The error of a budget that refuses the call. If the closure cannot throw it, the call is made, and the
///   refusal is reported.
func askBudgets<Failure: Error>(
    of kind: Last9SpanKind, _ model: String?, throwing: Failure.Type
) throws(Failure) {
    guard kind == .llm, let meter = GenAIContext.current.meter else { return }
    do {
        try meter.check(model: model)
    } catch {
        if let failure = error as? Failure { throw failure }
        Diagnostics.report(
            .warning, "observe", "a call is made although a budget refused it: its closure cannot throw: \(error)",
            key: "budget")
    }
}

extension Last9SpanKind {
    /// Returns the attributes that identify the span of an observed closure.
    fileprivate func startAttributes(_ name: String) -> Attributes {
        var attributes: Attributes = [:]
        switch self {
        case .tool:
            attributes[.genAIOperationName] = .executeTool
            attributes[.genAIToolName] = name
        case .agent:
            attributes[.genAIOperationName] = .invokeAgent
            if GenAIContext.current.agent == nil { attributes[.genAIAgentName] = name }
        default: break
        }
        return attributes
    }
}
