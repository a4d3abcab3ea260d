// SPDX-License-Identifier: MIT

/// Runs a closure as part of a conversation, whose identifier is stamped on every span started inside.
///
/// Scopes nest in any order, and inner values take precedence. A turn is one question. Each outermost operation inside
/// the scope - a workflow, an agent, an observed function, a tool loop, or a single call to a model - is the next turn,
/// and everything in it has its number. The count continues across separate scopes with the same identifier.
/// ``withTurn(_:isolation:_:)`` combines several operations into one turn.
///
/// Each process counts turns for itself. If several processes serve a conversation, propagate the turn with
/// ``GenAIContext/inject(into:propagating:attributes:using:)`` or pass `turn`, for example from the store that has the
/// conversation.
///
/// - Parameters:
///   - id: Attributes `gen_ai.conversation.id` and `session.id`.
///   - userID: Attribute `user.id`. Not inherited from an outer scope of another conversation.
///   - turn: Attribute `gen_ai.conversation.turn`, from 1. `nil` counts turns automatically.
@inlinable
public func withConversation<Value, Failure: Error>(
    _ id: String, userID: String? = nil, turn: Int? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.enteringConversation(id, userID: userID, turn: turn).run(operation)
}

/// Runs a synchronous closure as part of a conversation; see the asynchronous form.
@inlinable
public func withConversation<Value, Failure: Error>(
    _ id: String, userID: String? = nil, turn: Int? = nil,
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.enteringConversation(id, userID: userID, turn: turn).run(operation)
}

/// Runs a closure as the next turn of the enclosing conversation: all operations inside have its number.
///
/// For programs that answer one question with several operations. Does nothing outside a conversation.
///
/// - Parameter number: Attribute `gen_ai.conversation.turn`, from 1. `nil` means the next one.
@inlinable
public func withTurn<Value, Failure: Error>(
    _ number: Int? = nil, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.enteringTurn(number).run(operation)
}

/// Runs a synchronous closure as the next turn of the enclosing conversation; see the asynchronous form.
@inlinable
public func withTurn<Value, Failure: Error>(
    _ number: Int? = nil, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.enteringTurn(number).run(operation)
}

/// Runs a closure as a workflow, which is stamped on every span started inside and whose costs are summed.
///
/// Each call is one run. `workflow.total_cost_usd`, `.llm_calls` and `.tool_calls` on its spans are the run's totals so
/// far. A nested workflow is a run of its own, and also counts towards the enclosing ones. Within a conversation, an
/// outermost workflow is the next turn.
///
/// - Parameters:
///   - id: Attribute `workflow.id`.
///   - type: Attribute `workflow.type`.
///   - name: Attribute `workflow.name`.
@inlinable
public func withWorkflow<Value, Failure: Error>(
    _ id: String, type: String? = nil, name: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.enteringWorkflow(Workflow(id: id, type: type, name: name)).run(operation)
}

/// Runs a synchronous closure as a workflow; see the asynchronous form.
@inlinable
public func withWorkflow<Value, Failure: Error>(
    _ id: String, type: String? = nil, name: String? = nil,
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.enteringWorkflow(Workflow(id: id, type: type, name: name)).run(operation)
}

/// Runs a closure as an agent, which is stamped on every span started inside.
///
/// An inner agent replaces the outer one completely: missing properties are not inherited. Within a conversation, an
/// outermost agent is the next turn.
///
/// - Parameters:
///   - name: Attribute `gen_ai.agent.name`.
///   - id: Attribute `gen_ai.agent.id`.
///   - description: Attribute `gen_ai.agent.description`.
///   - version: Attribute `gen_ai.agent.version`.
@inlinable
public func withAgent<Value, Failure: Error>(
    name: String, id: String? = nil, description: String? = nil, version: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let agent = Agent(name: name, id: id, description: description, version: version)
    return try await GenAIContext.current.enteringAgent(agent).run(operation)
}

/// Runs a synchronous closure as an agent; see the asynchronous form.
@inlinable
public func withAgent<Value, Failure: Error>(
    name: String, id: String? = nil, description: String? = nil, version: String? = nil,
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    let agent = Agent(name: name, id: id, description: description, version: version)
    return try GenAIContext.current.enteringAgent(agent).run(operation)
}

/// Runs a closure with custom attributes on every span started inside.
///
/// - Parameters:
///   - attributes: The attributes, merged with those of outer scopes. Inner values take precedence.
///   - prefix: A prefix for each name, so that custom names never collide with those of the conventions; `""` for none.
@inlinable
public func withAttributes<Value, Failure: Error>(
    _ attributes: Attributes, prefix: String = "custom.",
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.adding(attributes, prefix: prefix).run(operation)
}

/// Runs a synchronous closure with custom attributes on every span started inside; see the asynchronous form.
@inlinable
public func withAttributes<Value, Failure: Error>(
    _ attributes: Attributes, prefix: String = "custom.",
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.adding(attributes, prefix: prefix).run(operation)
}

/// Runs a closure without recording prompts, completions, tool arguments or results.
///
/// Can only restrict: if content is off, `true` does not switch it on.
@inlinable
public func withContentCapture<Value, Failure: Error>(
    _ isAllowed: Bool,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.narrowingContentCapture(isAllowed).run(operation)
}

/// Runs a synchronous closure without recording content; see the asynchronous form.
@inlinable
public func withContentCapture<Value, Failure: Error>(
    _ isAllowed: Bool, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.narrowingContentCapture(isAllowed).run(operation)
}

extension GenAIContext {
    @usableFromInline
    func narrowingContentCapture(_ isAllowed: Bool) -> GenAIContext {
        updating { $0.allowsContentCapture = $0.allowsContentCapture && isAllowed }
    }

    /// Returns the context inside a conversation.
    @usableFromInline
    package func enteringConversation(_ id: String, userID: String?, turn: Int?) -> GenAIContext {
        if let turn { TurnCounter.shared.note(turn, in: id) }
        return updating { fields in
            // Entering the same conversation again keeps its turn and user; another conversation has its own.
            let isSame = fields.conversationID == id
            fields.turn = turn ?? (isSame ? fields.turn : nil)
            fields.userID = userID ?? (isSame ? fields.userID : nil)
            fields.conversationID = id
        }
    }

    /// Returns the context inside a workflow, which begins a turn unless one has begun.
    @usableFromInline
    package func enteringWorkflow(_ workflow: Workflow) -> GenAIContext {
        updating { fields in
            fields.workflow = workflow
            fields.run = WorkflowRun(within: fields.run)
            fields.claimTurn()
        }
    }

    /// Returns the context inside an agent, which begins a turn unless one has begun.
    @usableFromInline
    package func enteringAgent(_ agent: Agent) -> GenAIContext {
        updating { fields in
            fields.agent = agent
            fields.claimTurn()
        }
    }

    /// Returns the context inside another turn of the conversation.
    @usableFromInline
    package func enteringTurn(_ number: Int?) -> GenAIContext {
        guard let conversationID else { return self }
        if let number { TurnCounter.shared.note(number, in: conversationID) }
        return updating { $0.turn = number ?? TurnCounter.shared.next(in: conversationID) }
    }

    /// Prepares for a span with these attributes: an LLM call begins a turn unless one has begun.
    package mutating func claimTurn(for attributes: Attributes) {
        guard identity?.awaitsTurn ?? false, attributes.isLLMCall else { return }
        claimTurn()
    }

    /// Prepares for an LLM call, which begins a turn unless one has begun.
    package mutating func claimTurn() {
        guard identity?.awaitsTurn ?? false else { return }
        self = updating { $0.claimTurn() }
    }

    @usableFromInline
    func adding(_ attributes: Attributes, prefix: String) -> GenAIContext {
        updating { fields in
            for attribute in attributes { fields.attributes[prefix + attribute.key] = attribute.value }
        }
    }
}

extension GenAIIdentity.Fields {
    fileprivate mutating func claimTurn() {
        guard turn == nil, let conversationID else { return }
        turn = TurnCounter.shared.next(in: conversationID)
    }
}

extension Attributes {
    /// Indicates whether these are the attributes of a call to a model that answers with content.
    package var isLLMCall: Bool {
        guard case .string(let operation) = self["gen_ai.operation.name"] else {
            return self["gen_ai.l9.span.kind"] == "llm"
        }
        return ["chat", "text_completion", "generate_content"].contains(operation)
    }
}
