// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// Runs a closure as a workflow: combines the scope of `withWorkflow` with an `invoke_workflow` span.
///
/// The span is `TraceSpan.current` inside. Each call is one run: the span contains the final totals of its cost and
/// calls and, if content is allowed, the first question and the last answer of the models inside. The scope exists with
/// or without a provider.
///
/// Source: semantic conventions 1.41.1, span `gen_ai.invoke_workflow.internal`.
///
/// - Parameters:
///   - name: Attributes `gen_ai.workflow.name` and `workflow.name`, and part of the span's name. Low cardinality.
///   - id: Attribute `workflow.id`. `nil` creates a new one for each run.
///   - type: Attribute `workflow.type`.
///   - attributes: Additional attributes of the span.
///   - tracer: The tracer for the span; `nil` means the global provider's.
///   - input: The question; `nil` means the first one that a model receives. Content.
///   - output: The answer; `nil` means the last one of a model. Content.
///   - operation: The workflow.
public func invokeWorkflow<Value, Failure: Error>(
    _ name: String, id: String? = nil, type: String? = nil, attributes: Attributes = [:],
    tracer: TracerProvider.Tracer? = nil,
    input: @autoclosure () -> String? = nil, isolation: isolated (any Actor)? = #isolation,
    output: ((Value) -> String?)? = nil, _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let span = workflowSpan(name, id, type, attributes, tracer, input: input)
    return try await span.run(output: output, operation)
}

/// Runs a synchronous closure as a workflow; see the asynchronous form.
public func invokeWorkflow<Value, Failure: Error>(
    _ name: String, id: String? = nil, type: String? = nil, attributes: Attributes = [:],
    tracer: TracerProvider.Tracer? = nil,
    input: @autoclosure () -> String? = nil, output: ((Value) -> String?)? = nil,
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let span = workflowSpan(name, id, type, attributes, tracer, input: input)
    return try span.run(output: output, operation)
}

private func workflowSpan(
    _ name: String, _ id: String?, _ type: String?, _ attributes: Attributes, _ tracer: TracerProvider.Tracer?,
    input: () -> String?
) -> OperationSpan {
    let workflow = Workflow(id: id ?? freshID(for: name), type: type, name: name)
    var all = attributes
    all[.genAIOperationName] = .invokeWorkflow
    all[.genAIWorkflowName] = name
    return OperationSpan(
        "invoke_workflow \(name)", attributes: all, context: GenAIContext.current.enteringWorkflow(workflow),
        tracer: tracer ?? .ofGlobalProvider, input: input)
}

/// Returns an identifier for one run: the workflow's name, which people recognise, and 48 random bits.
private func freshID(for name: String) -> String {
    let digits = String(UInt64.random(in: 0..<(1 << 48)), radix: 16)
    return "\(name)-" + String(repeating: "0", count: 12 - digits.utf8.count) + digits
}
