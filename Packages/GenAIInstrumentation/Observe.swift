// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// Runs a closure in a span that records its input, output and cost.
///
/// With the kind `llm`, this is the short form of ``withModelCall(_:telemetry:isolation:_:)``: enclosing budgets are
/// checked, the call is measured, and its messages are recorded. In a conversation, an outermost observed closure is
/// the next turn.
///
/// Model, usage and cost are read from a result that is ``GenAICore/UsageReporting``, such as the answers of
/// `OpenAIClient`. A client that records its calls itself is counted once, on its own span. A thrown error is recorded
/// once and rethrown; the status of a success stays unset.
///
/// ```swift
/// let answer = try await observe("answer", tags: ["beta"], metadata: ["category": "premium"], input: question) {
///     try await model.answer(question)
/// }
/// ```
///
/// - Parameters:
///   - name: The span's name, with low cardinality.
///   - kind: Attribute `gen_ai.l9.span.kind`. `llm`, `tool` and `agent` also name the operation.
///   - tags: Attribute `tags`.
///   - metadata: Attributes `metadata.<name>`; `category` also sets `user.category`.
///   - capturesInput: Whether `input` and `arguments` may be recorded, if content is allowed at all.
///   - capturesOutput: Whether the result may be recorded, if content is allowed at all.
///   - model: Attribute `gen_ai.request.model`.
///   - provider: The provider of the model. `nil` infers it from the model's name.
///   - tracer: The tracer for the span; `nil` means the global provider's.
///   - input: Returns the input. Called only if it is recorded.
///   - arguments: Returns the attributes `function.arg.<name>`. Called only if they are recorded.
///   - output: Returns the value to record for the result. `nil` means its text, or the output of its `Encodable`
///     conformance.
///   - operation: The closure to observe. The span is `TraceSpan.current` inside.
@discardableResult
public func observe<Value, Failure: Error>(
    _ name: String, as kind: Last9SpanKind = .llm, tags: [String] = [], metadata: Attributes = [:],
    capturesInput: Bool = true, capturesOutput: Bool = true, model: String? = nil,
    provider: ProviderName? = nil, tracer: TracerProvider.Tracer? = nil,
    input: @autoclosure () -> (any Encodable)? = nil,
    arguments: @autoclosure () -> Attributes = [:], isolation: isolated (any Actor)? = #isolation,
    output: ((Value) -> AttributeValue?)? = nil,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let options = Observation.Options(
        tags: tags, metadata: metadata, model: model, provider: provider,
        capturesInput: capturesInput, capturesOutput: capturesOutput, tracer: tracer)
    try askBudgets(of: kind, model, throwing: Failure.self)
    let observation = Observation(name, kind, options, isStream: false, input: input, arguments: arguments)
    let value = try await observation.run(operation)
    observation.finish(value, output: output)
    return value
}

/// Runs a synchronous closure in a span that records its input and output; see the asynchronous form.
@discardableResult
public func observe<Value, Failure: Error>(
    _ name: String, as kind: Last9SpanKind = .llm, tags: [String] = [], metadata: Attributes = [:],
    capturesInput: Bool = true, capturesOutput: Bool = true, model: String? = nil,
    provider: ProviderName? = nil, tracer: TracerProvider.Tracer? = nil,
    input: @autoclosure () -> (any Encodable)? = nil,
    arguments: @autoclosure () -> Attributes = [:],
    output: ((Value) -> AttributeValue?)? = nil,
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let options = Observation.Options(
        tags: tags, metadata: metadata, model: model, provider: provider,
        capturesInput: capturesInput, capturesOutput: capturesOutput, tracer: tracer)
    try askBudgets(of: kind, model, throwing: Failure.self)
    let observation = Observation(name, kind, options, isStream: false, input: input, arguments: arguments)
    let value = try observation.run(operation)
    observation.finish(value, output: output)
    return value
}

/// Runs a closure that opens a stream, in a span that lasts until the stream ends.
///
/// The span ends when iteration ends, fails or is cancelled, or when the sequence and its iterator are released. The
/// reports of ``GenAICore/UsageReporting`` elements and the text of `String` elements are accumulated. The span is
/// current while the sequence produces its next element.
///
/// The parameters are those of the form for plain results. Iterate the result once.
public func observe<Base: AsyncSequence, Failure: Error>(
    _ name: String, as kind: Last9SpanKind = .llm, tags: [String] = [], metadata: Attributes = [:],
    capturesInput: Bool = true, capturesOutput: Bool = true, model: String? = nil,
    provider: ProviderName? = nil, tracer: TracerProvider.Tracer? = nil,
    input: @autoclosure () -> (any Encodable)? = nil,
    arguments: @autoclosure () -> Attributes = [:], isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Base
) async throws(Failure) -> ObservedSequence<Base> {
    let options = Observation.Options(
        tags: tags, metadata: metadata, model: model, provider: provider,
        capturesInput: capturesInput, capturesOutput: capturesOutput, tracer: tracer)
    try askBudgets(of: kind, model, throwing: Failure.self)
    let observation = Observation(name, kind, options, isStream: true, input: input, arguments: arguments)
    return ObservedSequence(try await observation.run(operation), observation)
}

/// Runs a closure that opens a stream of elements of any type, in a span that lasts until the stream ends.
///
/// For models in the same process, and for clients whose elements do not conform to ``GenAICore/UsageReporting``:
///
/// ```swift
/// let stream = try await observe(
///     "answer", model: "llama-3.2-3b", provider: "mlx", input: prompt, text: \.chunk,
///     usage: { $0.info.map { TokenUsage(inputTokens: $0.promptTokenCount, outputTokens: $0.generationTokenCount) } }
/// ) {
///     try await session.streamDetails(to: prompt)
/// }
/// ```
///
/// The other parameters are those of the form for a single result. Iterate the result once.
///
/// - Parameters:
///   - text: Returns the text of an element. Content: recorded only where that is allowed. By default, `String`
///     elements are text.
///   - usage: Returns the usage that an element reports, usually the last one. A later report replaces the counts of an
///     earlier one.
public func observe<Base: AsyncSequence, Failure: Error>(
    _ name: String, as kind: Last9SpanKind = .llm, tags: [String] = [], metadata: Attributes = [:],
    capturesInput: Bool = true, capturesOutput: Bool = true, model: String? = nil,
    provider: ProviderName? = nil, tracer: TracerProvider.Tracer? = nil,
    input: @autoclosure () -> (any Encodable)? = nil,
    arguments: @autoclosure () -> Attributes = [:], isolation: isolated (any Actor)? = #isolation,
    text: @escaping @Sendable (Base.Element) -> String? = { $0 as? String },
    usage: @escaping @Sendable (Base.Element) -> TokenUsage?,
    _ operation: () async throws(Failure) -> Base
) async throws(Failure) -> ObservedSequence<Base> {
    let options = Observation.Options(
        tags: tags, metadata: metadata, model: model, provider: provider,
        capturesInput: capturesInput, capturesOutput: capturesOutput, tracer: tracer)
    try askBudgets(of: kind, model, throwing: Failure.self)
    let observation = Observation(name, kind, options, isStream: true, input: input, arguments: arguments)
    return ObservedSequence(try await observation.run(operation), observation) { element in
        UsageReport(usage: usage(element), text: text(element))
    }
}

/// Runs a synchronous closure that creates a stream, in a span that lasts until the stream ends; see the asynchronous
/// form.
public func observe<Base: AsyncSequence, Failure: Error>(
    _ name: String, as kind: Last9SpanKind = .llm, tags: [String] = [], metadata: Attributes = [:],
    capturesInput: Bool = true, capturesOutput: Bool = true, model: String? = nil,
    provider: ProviderName? = nil, tracer: TracerProvider.Tracer? = nil,
    input: @autoclosure () -> (any Encodable)? = nil,
    arguments: @autoclosure () -> Attributes = [:],
    _ operation: () throws(Failure) -> Base
) throws(Failure) -> ObservedSequence<Base> {
    let options = Observation.Options(
        tags: tags, metadata: metadata, model: model, provider: provider,
        capturesInput: capturesInput, capturesOutput: capturesOutput, tracer: tracer)
    try askBudgets(of: kind, model, throwing: Failure.self)
    let observation = Observation(name, kind, options, isStream: true, input: input, arguments: arguments)
    return ObservedSequence(try observation.run(operation), observation)
}
