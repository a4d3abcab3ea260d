// SPDX-License-Identifier: MIT
public import GenAICore

extension Tracer {
    /// Runs a closure as an agent: the scope of `withAgent` and an `invoke_agent` span in one.
    ///
    /// The span is ``TraceSpan/current`` inside.
    ///
    /// Source: semantic conventions 1.36.0 and 1.41.1, spans `gen_ai.invoke_agent.client` and `.internal`.
    ///
    /// - Parameters:
    ///   - agent: Attributes `gen_ai.agent.*`, also of every span inside. The name is part of the span's name.
    ///   - provider: Who runs the agent's model; required by the conventions, `_OTHER` when `nil`.
    ///   - model: Attribute `gen_ai.request.model`, where one is fixed for the whole run.
    ///   - isRemote: Whether the agent runs in another process, which makes the span's kind `client`.
    ///   - attributes: Further attributes of the span, such as `server.address` of a remote agent.
    public func invokeAgent<Value, Failure: Error>(
        _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
        attributes: Attributes = [:], isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let call = AgentCall(.invokeAgent, agent, provider, model, attributes, self)
        let context = GenAIContext.current.enteringAgent(agent)
        return try await withSpan(
            call.spanName, kind: isRemote ? .client : .internal, attributes: call.attributes, context: context
        ) { _ async throws(Failure) in try await operation() }
    }

    /// Runs a synchronous closure as an agent; see the asynchronous form.
    public func invokeAgent<Value, Failure: Error>(
        _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
        attributes: Attributes = [:], _ operation: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let call = AgentCall(.invokeAgent, agent, provider, model, attributes, self)
        let context = GenAIContext.current.enteringAgent(agent)
        return try withSpan(
            call.spanName, kind: isRemote ? .client : .internal, attributes: call.attributes, context: context
        ) { _ throws(Failure) in try operation() }
    }

    /// Runs a closure that has a provider create an agent, as a `create_agent` span.
    ///
    /// Set what the provider answers, such as the agent's id, on ``TraceSpan/current``.
    ///
    /// Source: semantic conventions 1.36.0 and 1.41.1, span `gen_ai.create_agent.client`.
    ///
    /// - Parameters:
    ///   - agent: Attributes `gen_ai.agent.*` of this span only: what creates an agent is not that agent.
    ///   - provider: Where the agent is created; required by the conventions, `_OTHER` when `nil`.
    ///   - model: Attribute `gen_ai.request.model`.
    ///   - instructions: Attribute `gen_ai.system_instructions`. Content: recorded only where that is allowed.
    ///   - attributes: Further attributes of the span, such as `server.address`.
    public func createAgent<Value, Failure: Error>(
        _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, instructions: String? = nil,
        attributes: Attributes = [:], isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        var call = AgentCall(.createAgent, agent, provider, model, attributes, self)
        call.describe(agent, instructions: capturesContent ? instructions : nil)
        return try await withSpan(call.spanName, kind: .client, attributes: call.attributes) {
            _ async throws(Failure) in try await operation()
        }
    }
}

/// Runs a closure as an agent on the global provider; see
/// ``Tracer/invokeAgent(_:provider:model:isRemote:attributes:isolation:_:)``.
///
/// The scope is there with or without a provider.
public func invokeAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
    attributes: Attributes = [:], isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await Tracer.ofGlobalProvider.invokeAgent(
        agent, provider: provider, model: model, isRemote: isRemote, attributes: attributes, operation)
}

/// Runs a synchronous closure as an agent on the global provider; see the asynchronous form.
public func invokeAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, isRemote: Bool = false,
    attributes: Attributes = [:], _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try Tracer.ofGlobalProvider.invokeAgent(
        agent, provider: provider, model: model, isRemote: isRemote, attributes: attributes, operation)
}

/// Runs a closure that has a provider create an agent, on the global telemetry provider; see
/// ``Tracer/createAgent(_:provider:model:instructions:attributes:isolation:_:)``.
public func createAgent<Value, Failure: Error>(
    _ agent: Agent, provider: ProviderName? = nil, model: String? = nil, instructions: String? = nil,
    attributes: Attributes = [:], isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await Tracer.ofGlobalProvider.createAgent(
        agent, provider: provider, model: model, instructions: instructions, attributes: attributes, operation)
}

/// What the span of an agent starts with.
private struct AgentCall {
    let spanName: String
    private(set) var attributes: Attributes

    init(
        _ operation: OperationName, _ agent: Agent, _ provider: ProviderName?, _ model: String?,
        _ attributes: Attributes, _ tracer: Tracer
    ) {
        spanName = agent.name.map { "\(operation.rawValue) \($0)" } ?? operation.rawValue
        self.attributes = tracer.instrumentation.conventions.identity(of: provider ?? .other).merging(attributes)
        self.attributes[.genAIOperationName] = operation
        self.attributes[.genAIRequestModel] = model
    }

    mutating func describe(_ agent: Agent, instructions: String?) {
        attributes[.genAIAgentName] = agent.name
        attributes[.genAIAgentID] = agent.id
        attributes[.genAIAgentDescription] = agent.description
        attributes[.genAIAgentVersion] = agent.version
        guard let instructions else { return }
        let parts: AttributeValue = .array([.map(["type": "text", "content": .string(instructions)])])
        attributes[.genAISystemInstructions] = parts.spanContent
    }
}
