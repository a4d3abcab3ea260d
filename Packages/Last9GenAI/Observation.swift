// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing
import GenAITelemetry

/// What all forms of `observe` share: how the span starts, and what its result adds.
struct Observation: Sendable {
    let span: TraceSpan
    let kind: Last9SpanKind
    private let context: GenAIContext
    private let provider: ProviderName?
    private let pricing: PriceBook?
    private let capturesOutput: Bool

    /// How a caller wants a closure observed.
    struct Options {
        var tags: [String]
        var metadata: Attributes
        var model: String?
        var provider: ProviderName?
        var pricing: PriceBook?
        var capturesInput: Bool
        var capturesOutput: Bool
        var tracer: Tracer?
    }

    init(
        _ name: String, _ kind: Last9SpanKind, _ options: Options, isStream: Bool, input: () -> (any Encodable)?,
        arguments: () -> Attributes
    ) {
        let tracer = options.tracer ?? Tracer.ofGlobalProvider
        let conventions = tracer.instrumentation.conventions
        let captures = tracer.capturesContent
        self.kind = kind
        provider = options.provider ?? options.model.flatMap(ProviderName.init(ofModel:))
        pricing = options.pricing
        capturesOutput = captures && options.capturesOutput
        var attributes = kind.startAttributes(name)
        if kind == .llm { attributes.merge(conventions.identity(of: provider ?? .other)) }
        attributes[.genAIRequestModel] = options.model
        if isStream, kind == .llm, conventions >= .latest { attributes[.genAIRequestStream] = true }
        if !options.tags.isEmpty { attributes["tags"] = options.tags.attributeValue }
        for entry in options.metadata {
            attributes["metadata.\(entry.key)"] = entry.value
            if entry.key == "category" { attributes["user.category"] = entry.value }
        }
        if captures, options.capturesInput {
            for argument in arguments() { attributes["function.arg.\(argument.key)"] = argument.value.spanContent }
        }
        span = tracer.startSpan(name, kind: kind == .llm ? .client : .internal, attributes: attributes)
        context = GenAIContext.current.settingSpan(span)
        guard captures, options.capturesInput, span.isRecording, let value = input() else { return }
        CapturedContent(of: value).map { record($0, isInput: true) }
    }

    /// Runs code with the span as the current one; a thrown error is recorded, and ends the span.
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
        span.recordError(error)
        span.end()
    }

    /// Records a result and ends the span.
    func finish<Value>(_ value: Value, output: ((Value) -> AttributeValue?)?) {
        if span.isRecording {
            let report = (value as? any UsageReporting)?.usageReport
            if let report { record(report) }
            if capturesOutput {
                let content =
                    if let output { output(value).map { CapturedContent($0.contentText) } } else {
                        CapturedContent(of: value)
                    }
                if let content { record(content, isInput: false, finishReason: report?.finishReasons.first) }
            }
        }
        span.end()
    }

    /// Records what a stream has told, and ends the span.
    func finish(_ report: UsageReport) {
        if span.isRecording {
            record(report)
            if capturesOutput, let text = report.text {
                record(CapturedContent(text), isInput: false, finishReason: report.finishReasons.first)
            }
        }
        span.end()
    }
}

// MARK: - Recording

extension Observation {
    private func record(_ report: UsageReport) {
        var report = report
        // A client that records its calls itself has told all this on a span of its own.
        if span.containsCountedCall { report.usage = nil }
        report.provider = report.provider ?? (provider == nil ? report.model.flatMap(ProviderName.init(ofModel:)) : nil)
        span.setResponse(report)
        guard let pricing, let usage = report.usage, let model = report.model else { return }
        span.setCost(of: usage, model: model, prices: pricing)
    }

    private func record(_ content: CapturedContent, isInput: Bool, finishReason: String? = nil) {
        if kind == .tool {
            let key: AttributeKey<AttributeValue> = isInput ? .genAIToolCallArguments : .genAIToolCallResult
            span.setAttribute(key, .string(content.text))
        } else if span.conventions >= .latest {
            var message: Attributes = ["role": isInput ? "user" : "assistant"]
            message["parts"] = .array([.map(["type": "text", "content": .string(content.text)])])
            if !isInput { message["finish_reason"] = .string(finishReason ?? "stop") }
            let key: AttributeKey<AttributeValue> = isInput ? .genAIInputMessages : .genAIOutputMessages
            span.setAttribute(key, AttributeValue.array([.map(message)]).spanContent)
        } else {
            span.addContentEvent(content, isInput: isInput)
        }
    }
}

extension Last9SpanKind {
    /// What the span of an observed closure starts with.
    fileprivate func startAttributes(_ name: String) -> Attributes {
        var attributes: Attributes = [:]
        attributes[.genAIL9SpanKind] = self
        switch self {
        case .llm: attributes[.genAIOperationName] = .chat
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
