// SPDX-License-Identifier: MIT
public import GenAICore

extension Tracer {
    /// Runs a closure as a workflow: the scope of `withWorkflow` and an `invoke_workflow` span in one.
    ///
    /// The span is ``TraceSpan/current`` inside. Costs of calls inside are added up by the workflow's id, and the span
    /// carries their final total.
    ///
    /// Source: semantic conventions 1.41.1, span `gen_ai.invoke_workflow.internal`.
    ///
    /// - Parameters:
    ///   - name: Attribute `gen_ai.workflow.name`, and part of the span's name: low in cardinality.
    ///   - id: Attribute `workflow.id`. `nil` takes the name, so that all runs are added up together.
    ///   - type: Attribute `workflow.type`.
    ///   - attributes: Further attributes of the span.
    public func invokeWorkflow<Value, Failure: Error>(
        _ name: String, id: String? = nil, type: String? = nil, attributes: Attributes = [:],
        isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let call = WorkflowCall(name, id, type, attributes)
        return try await withSpan(call.spanName, attributes: call.attributes, context: call.context) {
            _ async throws(Failure) in try await operation()
        }
    }

    /// Runs a synchronous closure as a workflow; see the asynchronous form.
    public func invokeWorkflow<Value, Failure: Error>(
        _ name: String, id: String? = nil, type: String? = nil, attributes: Attributes = [:],
        _ operation: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let call = WorkflowCall(name, id, type, attributes)
        return try withSpan(call.spanName, attributes: call.attributes, context: call.context) {
            _ throws(Failure) in try operation()
        }
    }
}

/// Runs a closure as a workflow on the global provider; see ``Tracer/invokeWorkflow(_:id:type:attributes:isolation:_:)``.
///
/// The scope is there with or without a provider.
public func invokeWorkflow<Value, Failure: Error>(
    _ name: String, id: String? = nil, type: String? = nil, attributes: Attributes = [:],
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await Tracer.ofGlobalProvider.invokeWorkflow(name, id: id, type: type, attributes: attributes, operation)
}

/// Runs a synchronous closure as a workflow on the global provider; see the asynchronous form.
public func invokeWorkflow<Value, Failure: Error>(
    _ name: String, id: String? = nil, type: String? = nil, attributes: Attributes = [:],
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try Tracer.ofGlobalProvider.invokeWorkflow(name, id: id, type: type, attributes: attributes, operation)
}

/// What the span of a workflow starts with.
private struct WorkflowCall {
    let spanName: String
    let attributes: Attributes
    let context: GenAIContext

    init(_ name: String, _ id: String?, _ type: String?, _ attributes: Attributes) {
        spanName = "invoke_workflow \(name)"
        context = GenAIContext.current.enteringWorkflow(Workflow(id: id ?? name, type: type, name: name))
        var all = attributes
        all[.genAIOperationName] = .invokeWorkflow
        all[.genAIWorkflowName] = name
        self.attributes = all
    }
}
