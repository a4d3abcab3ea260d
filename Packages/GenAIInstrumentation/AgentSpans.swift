// SPDX-License-Identifier: MIT
public import GenAICore
public import GenAITelemetry

/// Runs a closure as an agent: combines the scope of `withAgent` with an `invoke_agent` span.
///
/// The span is `TraceSpan.current` inside. If content is allowed, it contains the first question and the last answer of
/// the models inside. The scope exists with or without a provider.
///
/// Source: semantic conventions 1.36.0 and 1.41.1, spans `gen_ai.invoke_agent.client` and `.internal`.
///
/// - Parameters:
///   - agent: Attributes `gen_ai.agent.*`, also of every span inside. The name is part of the span's name.
///   - provider: The provider that runs the agent's model. Required by the conventions; `nil` means `_OTHER`.
///   - model: Attribute `gen_ai.request.model`, if one model is used for the whole run.
///   - isRemote: Whether the agent runs in another process, which makes the span's kind `client`.
///   - attributes: Additional attributes of the span, such as `server.address` of a remote agent.
///   - tracer: The tracer for the span; `nil` means the global provider's.
///   - input: The question; `nil` means the first one that a model receives. Content.
///   - output: The answer; `nil` means the last one of a model. Content.
///   - operation: The agent.
public func invokeAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
    attributes: Attributes = [:], tracer: TracerProvider.Tracer? = nil, input: @autoclosure () -> String? = nil,
    isolation: isolated (any Actor)? = #isolation, output: ((Value) -> String?)? = nil,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let call = AgentCall(.invokeAgent, agent, provider, model, attributes, tracer)
    return try await call.span(isRemote: isRemote, input: input).run(output: output, operation)
}

/// Runs a synchronous closure as an agent; see the asynchronous form.
public func invokeAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
    attributes: Attributes = [:], tracer: TracerProvider.Tracer? = nil, input: @autoclosure () -> String? = nil,
    output: ((Value) -> String?)? = nil, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let call = AgentCall(.invokeAgent, agent, provider, model, attributes, tracer)
    return try call.span(isRemote: isRemote, input: input).run(output: output, operation)
}

/// Runs a closure in which a provider creates an agent, in a `create_agent` span.
///
/// Set the properties that the provider returns, such as the agent's identifier, on `TraceSpan.current`.
///
/// Source: semantic conventions 1.36.0 and 1.41.1, span `gen_ai.create_agent.client`.
///
/// - Parameters:
///   - agent: Attributes `gen_ai.agent.*` of this span only, because the creator of an agent is not that agent.
///   - provider: The provider that stores the agent. Required by the conventions; `nil` means `_OTHER`.
///   - model: Attribute `gen_ai.request.model`.
///   - instructions: Attribute `gen_ai.system_instructions`. Content: recorded only if that is allowed.
///   - attributes: Additional attributes of the span, such as `server.address`.
///   - tracer: The tracer for the span; `nil` means the global provider's.
///   - operation: Creates the agent.
public func createAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, instructions: String? = nil,
    attributes: Attributes = [:], tracer: TracerProvider.Tracer? = nil, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let call = AgentCall(creating: agent, provider, model, attributes, tracer, instructions: instructions)
    return try await call.tracer.withSpan(call.spanName, kind: .client, attributes: call.attributes) {
        _ async throws(Failure) in try await operation()
    }
}

/// Runs a synchronous closure in which a provider creates an agent; see the asynchronous form.
public func createAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, instructions: String? = nil,
    attributes: Attributes = [:], tracer: TracerProvider.Tracer? = nil, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let call = AgentCall(creating: agent, provider, model, attributes, tracer, instructions: instructions)
    return try call.tracer.withSpan(call.spanName, kind: .client, attributes: call.attributes) { _ throws(Failure) in
        try operation()
    }
}

/// The start of an agent's span.
private struct AgentCall {
    let agent: Agent
    let tracer: TracerProvider.Tracer
    let spanName: String
    private(set) var attributes: Attributes

    init(
        _ operation: OperationName, _ agent: Agent, _ provider: ProviderName?, _ model: String?,
        _ attributes: Attributes, _ tracer: TracerProvider.Tracer?
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
        _ tracer: TracerProvider.Tracer?, instructions: String?
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
