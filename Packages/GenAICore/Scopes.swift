// SPDX-License-Identifier: MIT

/// Runs a closure as part of a conversation: every span started inside is stamped with its id.
///
/// Scopes nest in any order and inner values win. A turn is a question: each outermost operation inside - a workflow, an
/// agent, an observed function, a tool loop, or a call to a model alone - is the next turn, and everything in it has its
/// number, also across separate scopes with the same id. ``withTurn(_:isolation:_:)`` makes a turn of several of them.
///
/// Turns are counted by this process. Where several serve a conversation, hand the turn on with
/// ``GenAIContext/inject(into:propagating:attributes:using:)`` or give `turn`, for example from the store that has the
/// conversation.
///
/// - Parameters:
///   - id: Attributes `gen_ai.conversation.id` and `session.id`.
///   - userID: Attribute `user.id`. Not inherited from an outer scope of another conversation.
///   - turn: Attribute `gen_ai.conversation.turn`, from 1. `nil` lets turns count themselves.
public func withConversation<Value, Failure: Error>(
    _ id: String, userID: String? = nil, turn: Int? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.enteringConversation(id, userID: userID, turn: turn).run(operation)
}

/// Runs a synchronous closure as part of a conversation; see the asynchronous form.
public func withConversation<Value, Failure: Error>(
    _ id: String, userID: String? = nil, turn: Int? = nil,
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.enteringConversation(id, userID: userID, turn: turn).run(operation)
}

/// Runs a closure as the next turn of the conversation around: all operations inside have its number.
///
/// For programs that answer a question by several operations. Does nothing outside a conversation.
///
/// - Parameter number: Attribute `gen_ai.conversation.turn`, from 1. `nil` takes the next one.
public func withTurn<Value, Failure: Error>(
    _ number: Int? = nil, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.enteringTurn(number).run(operation)
}

/// Runs a synchronous closure as the next turn of the conversation around; see the asynchronous form.
public func withTurn<Value, Failure: Error>(
    _ number: Int? = nil, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.enteringTurn(number).run(operation)
}

/// Runs a closure as a workflow: every span started inside is stamped with it, and its costs are added up.
///
/// Each entry is a run. `workflow.total_cost_usd`, `.llm_calls` and `.tool_calls` on its spans are the run's totals so
/// far; a workflow inside is a run of its own, and counts for those around it too. Within a conversation an outermost
/// workflow is the next turn.
///
/// - Parameters:
///   - id: Attribute `workflow.id`.
///   - type: Attribute `workflow.type`.
///   - name: Attribute `workflow.name`.
public func withWorkflow<Value, Failure: Error>(
    _ id: String, type: String? = nil, name: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.enteringWorkflow(Workflow(id: id, type: type, name: name)).run(operation)
}

/// Runs a synchronous closure as a workflow; see the asynchronous form.
public func withWorkflow<Value, Failure: Error>(
    _ id: String, type: String? = nil, name: String? = nil,
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.enteringWorkflow(Workflow(id: id, type: type, name: name)).run(operation)
}

/// Runs a closure as an agent: every span started inside is stamped with it.
///
/// An inner agent replaces the outer one as a whole: what it leaves out is not inherited. Within a conversation an
/// outermost agent is the next turn.
///
/// - Parameters:
///   - name: Attribute `gen_ai.agent.name`.
///   - id: Attribute `gen_ai.agent.id`.
///   - description: Attribute `gen_ai.agent.description`.
///   - version: Attribute `gen_ai.agent.version`.
public func withAgent<Value, Failure: Error>(
    name: String, id: String? = nil, description: String? = nil, version: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let agent = Agent(name: name, id: id, description: description, version: version)
    return try await GenAIContext.current.enteringAgent(agent).run(operation)
}

/// Runs a synchronous closure as an agent; see the asynchronous form.
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
///   - attributes: Merged with those of outer scopes; inner values win.
///   - prefix: Put before each name, so that custom names never collide with conventions; `""` writes them as given.
public func withAttributes<Value, Failure: Error>(
    _ attributes: Attributes, prefix: String = "custom.",
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.adding(attributes, prefix: prefix).run(operation)
}

/// Runs a synchronous closure with custom attributes on every span started inside; see the asynchronous form.
public func withAttributes<Value, Failure: Error>(
    _ attributes: Attributes, prefix: String = "custom.",
    _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.adding(attributes, prefix: prefix).run(operation)
}

/// Runs a closure without recording prompts, completions, tool arguments or results.
///
/// Only narrows: where content is off, `true` does not switch it on.
public func withContentCapture<Value, Failure: Error>(
    _ isAllowed: Bool,
    isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await GenAIContext.current.narrowingContentCapture(isAllowed).run(operation)
}

/// Runs a synchronous closure without recording content; see the asynchronous form.
public func withContentCapture<Value, Failure: Error>(
    _ isAllowed: Bool, _ operation: () throws(Failure) -> Value
) throws(Failure) -> Value {
    try GenAIContext.current.narrowingContentCapture(isAllowed).run(operation)
}

extension GenAIContext {
    fileprivate func narrowingContentCapture(_ isAllowed: Bool) -> GenAIContext {
        updating { $0.allowsContentCapture = $0.allowsContentCapture && isAllowed }
    }

    /// The context inside a conversation.
    package func enteringConversation(_ id: String, userID: String?, turn: Int?) -> GenAIContext {
        if let turn { TurnCounter.shared.note(turn, in: id) }
        return updating { fields in
            // Entering the same conversation again goes on with its turn and user; another one has its own.
            let isSame = fields.conversationID == id
            fields.turn = turn ?? (isSame ? fields.turn : nil)
            fields.userID = userID ?? (isSame ? fields.userID : nil)
            fields.conversationID = id
        }
    }

    /// The context inside a workflow, which begins a turn where none has begun.
    package func enteringWorkflow(_ workflow: Workflow) -> GenAIContext {
        updating { fields in
            fields.workflow = workflow
            fields.run = WorkflowRun(within: fields.run)
            fields.claimTurn()
        }
    }

    /// The context inside an agent, which begins a turn where none has begun.
    package func enteringAgent(_ agent: Agent) -> GenAIContext {
        updating { fields in
            fields.agent = agent
            fields.claimTurn()
        }
    }

    /// The context inside another turn of the conversation.
    package func enteringTurn(_ number: Int?) -> GenAIContext {
        guard let conversationID else { return self }
        if let number { TurnCounter.shared.note(number, in: conversationID) }
        return updating { $0.turn = number ?? TurnCounter.shared.next(in: conversationID) }
    }

    /// Prepares for a span with these attributes: an LLM call begins a turn where none has begun.
    package mutating func claimTurn(for attributes: Attributes) {
        guard identity?.awaitsTurn ?? false, attributes.isLLMCall else { return }
        claimTurn()
    }

    /// Prepares for an LLM call, which begins a turn where none has begun.
    package mutating func claimTurn() {
        guard identity?.awaitsTurn ?? false else { return }
        self = updating { $0.claimTurn() }
    }

    fileprivate func adding(_ attributes: Attributes, prefix: String) -> GenAIContext {
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
    /// Whether these are the attributes of a call to a model that answers with content.
    package var isLLMCall: Bool {
        guard case .string(let operation) = self["gen_ai.operation.name"] else {
            return self["gen_ai.l9.span.kind"] == "llm"
        }
        return ["chat", "text_completion", "generate_content"].contains(operation)
    }
}
