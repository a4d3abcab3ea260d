// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// Runs a closure as an agent: the scope of `withAgent` and an `invoke_agent` span in one.
///
/// The span is `TraceSpan.current` inside. Where content is allowed it carries the first question and the last answer of
/// the models inside. The scope is there with or without a provider.
///
/// Source: semantic conventions 1.36.0 and 1.41.1, spans `gen_ai.invoke_agent.client` and `.internal`.
///
/// - Parameters:
///   - agent: Attributes `gen_ai.agent.*`, also of every span inside. The name is part of the span's name.
///   - provider: The provider that runs the agent's model; required by the conventions, `_OTHER` when `nil`.
///   - model: Attribute `gen_ai.request.model`, where one is fixed for the whole run.
///   - isRemote: Whether the agent runs in another process, which makes the span's kind `client`.
///   - attributes: Further attributes of the span, such as `server.address` of a remote agent.
///   - tracer: Makes the span; `nil` takes the global provider.
///   - input: The question, where the first one that a model is asked is not it. Content.
///   - output: The answer, where the last one that a model gives is not it. Content.
///   - operation: The agent.
public func invokeAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
    attributes: Attributes = [:], tracer: Tracer? = nil, input: @autoclosure () -> String? = nil,
    isolation: isolated (any Actor)? = #isolation, output: ((Value) -> String?)? = nil,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let call = AgentCall(.invokeAgent, agent, provider, model, attributes, tracer)
    return try await call.span(isRemote: isRemote, input: input).run(output: output, operation)
}

/// Runs a synchronous closure as an agent; see the asynchronous form.
public func invokeAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
    attributes: Attributes = [:], tracer: Tracer? = nil, input: @autoclosure () -> String? = nil,
    output: ((Value) -> String?)? = nil, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let call = AgentCall(.invokeAgent, agent, provider, model, attributes, tracer)
    return try call.span(isRemote: isRemote, input: input).run(output: output, operation)
}

/// Runs a closure that has a provider create an agent, as a `create_agent` span.
///
/// Set what the provider answers, such as the agent's id, on `TraceSpan.current`.
///
/// Source: semantic conventions 1.36.0 and 1.41.1, span `gen_ai.create_agent.client`.
///
/// - Parameters:
///   - agent: Attributes `gen_ai.agent.*` of this span only: what creates an agent is not that agent.
///   - provider: The provider that keeps the agent; required by the conventions, `_OTHER` when `nil`.
///   - model: Attribute `gen_ai.request.model`.
///   - instructions: Attribute `gen_ai.system_instructions`. Content: recorded only where that is allowed.
///   - attributes: Further attributes of the span, such as `server.address`.
///   - tracer: Makes the span; `nil` takes the global provider.
///   - operation: Creates the agent.
public func createAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, instructions: String? = nil,
    attributes: Attributes = [:], tracer: Tracer? = nil, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let call = AgentCall(creating: agent, provider, model, attributes, tracer, instructions: instructions)
    return try await call.tracer.withSpan(call.spanName, kind: .client, attributes: call.attributes) {
        _ async throws(Failure) in try await operation()
    }
}

/// Runs a synchronous closure that has a provider create an agent; see the asynchronous form.
public func createAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, instructions: String? = nil,
    attributes: Attributes = [:], tracer: Tracer? = nil, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let call = AgentCall(creating: agent, provider, model, attributes, tracer, instructions: instructions)
    return try call.tracer.withSpan(call.spanName, kind: .client, attributes: call.attributes) { _ throws(Failure) in
        try operation()
    }
}

/// The start of an agent's span.
private struct AgentCall {
    let agent: Agent
    let tracer: Tracer
    let spanName: String
    private(set) var attributes: Attributes

    init(
        _ operation: OperationName, _ agent: Agent, _ provider: ProviderName?, _ model: String?,
        _ attributes: Attributes, _ tracer: Tracer?
    ) {
        self.agent = agent
        self.tracer = tracer ?? .ofGlobalProvider
        spanName = agent.name.map { "\(operation.rawValue) \($0)" } ?? operation.rawValue
        self.attributes = self.tracer.conventions.identity(of: provider ?? .other).merging(attributes)
        self.attributes[.genAIOperationName] = operation
        self.attributes[.genAIRequestModel] = model
    }

    init(
        creating agent: Agent, _ provider: ProviderName?, _ model: String?, _ attributes: Attributes,
        _ tracer: Tracer?, instructions: String?
    ) {
        self.init(.createAgent, agent, provider, model, attributes, tracer)
        self.attributes[.genAIAgentName] = agent.name
        self.attributes[.genAIAgentID] = agent.id
        self.attributes[.genAIAgentDescription] = agent.description
        self.attributes[.genAIAgentVersion] = agent.version
        guard let instructions, self.tracer.capturesContent else { return }
        self.attributes[.genAISystemInstructions] = MessageAttributes.instructions([.text(instructions)]).spanContent
    }

    func span(isRemote: Bool, input: () -> String?) -> OperationSpan {
        OperationSpan(
            spanName, kind: isRemote ? .client : .internal, attributes: attributes,
            context: GenAIContext.current.enteringAgent(agent), tracer: tracer, input: input)
    }
}
