// SPDX-License-Identifier: MIT
import Synchronization

/// The surroundings of the running code: conversation, turn, user, workflow, agent, custom attributes and current span.
///
/// The package's only task-local value. It follows child tasks and `Task {}`; `Task.detached`, callbacks and dispatch
/// queues do not inherit it: capture ``current`` and ``run(isolation:_:)`` there.
public struct GenAIContext: Sendable {
    @TaskLocal package static var active = GenAIContext()

    /// The context of the running task; empty outside all scopes.
    public static var current: GenAIContext { active }

    // Two references, so that reading the task-local costs two retains however much the context holds.
    package private(set) var identity: GenAIIdentity?
    /// The span that new spans become children of.
    package var activeSpan: (any ActiveSpan)? {
        didSet {
            isWithinModelCall = false
            guard !Self.hasHadSpan, activeSpan?.context.isValid ?? false else { return }
            Self.spanNoted.store(true, ordering: .relaxed)
        }
    }

    /// Whether the current span is that of a call to a model, which must not be recorded once more on its way out.
    package var isWithinModelCall = false

    private static let spanNoted = Atomic(false)
    /// Whether any context of this process ever had a span. While none has, spans need not look for their parent:
    /// reading the task-local is more than half of the cost of a span that is not recorded.
    package static var hasHadSpan: Bool { spanNoted.load(ordering: .relaxed) }

    /// Creates an empty context.
    public init() {}

    /// The conversation, in the sense of `gen_ai.conversation.id`.
    public var conversationID: String? { identity?.fields.conversationID }
    /// The user on whose behalf the code runs.
    public var userID: String? { identity?.fields.userID }
    /// The number of the turn within the conversation, from 1.
    public var turn: Int? { identity?.fields.turn }
    /// The workflow.
    public var workflow: Workflow? { identity?.fields.workflow }
    /// The agent.
    public var agent: Agent? { identity?.fields.agent }
    /// The custom attributes, under their full names.
    public var attributes: Attributes { identity?.fields.attributes ?? [:] }
    /// Whether the scopes around allow prompts and completions to be recorded.
    public var allowsContentCapture: Bool { identity?.fields.allowsContentCapture ?? true }
    /// The identity of the current span.
    public var spanContext: SpanContext? { activeSpan?.context }

    /// The meter of the calls made in this context, if there is one.
    package var meter: (any CallMeter)? { identity?.fields.meter }
    /// The innermost run of a workflow.
    package var run: WorkflowRun? { identity?.fields.run }
    /// The innermost operation that notes what is asked and answered inside.
    package var listener: (any MessageListener)? { identity?.fields.listener }

    /// The attributes that spans started in this context are stamped with.
    package var stamp: Attributes { identity?.stamp ?? [:] }

    /// The context with its identity changed.
    package func updating(_ change: (inout GenAIIdentity.Fields) -> Void) -> GenAIContext {
        var context = self
        var fields = identity?.fields ?? GenAIIdentity.Fields()
        change(&fields)
        context.identity = GenAIIdentity(fields)
        return context
    }

    /// Runs a closure in this context instead of the current one.
    ///
    /// `GenAIContext().run { … }` runs it with no context at all.
    public func run<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = await Self.$active.withValue(self) {
            do throws(Failure) { return .success(try await operation()) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    /// Runs a closure that neither returns nor throws, which takes no look at its types while the program runs.
    package func perform(isolation: isolated (any Actor)? = #isolation, _ operation: () async -> Void) async {
        await Self.$active.withValue(self, operation: operation)
    }

    /// Runs a synchronous closure in this context instead of the current one.
    public func run<Value, Failure: Error>(_ operation: () throws(Failure) -> Value) throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = Self.$active.withValue(self) {
            do throws(Failure) { return .success(try operation()) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

/// A workflow: the steps that together serve one purpose.
public struct Workflow: Sendable, Hashable {
    /// Identifies the workflow; costs are added up by it. Attribute `workflow.id`.
    public var id: String
    /// The kind of workflow. Attribute `workflow.type`.
    public var type: String?
    /// A name for people. Attribute `workflow.name`; on the workflow's own span also `gen_ai.workflow.name`.
    public var name: String?

    /// Creates a workflow.
    public init(id: String, type: String? = nil, name: String? = nil) {
        self.id = id
        self.type = type
        self.name = name
    }
}

/// An agent, in the sense of the `gen_ai.agent.*` attributes.
public struct Agent: Sendable, Hashable {
    /// The name for people.
    public var name: String?
    /// A stable identifier.
    public var id: String?
    /// The purpose of the agent.
    public var description: String?
    /// The version of its definition.
    public var version: String?

    /// Creates an agent.
    public init(name: String? = nil, id: String? = nil, description: String? = nil, version: String? = nil) {
        self.name = name
        self.id = id
        self.description = description
        self.version = version
    }
}

/// The span that is current in a context. Implemented by the telemetry SDK.
@usableFromInline
package protocol ActiveSpan: AnyObject, Sendable {
    /// The span's identity.
    var context: SpanContext { get }
}

/// Counts what the calls inside a scope use up, and refuses those that would start past a limit.
package protocol CallMeter: AnyObject, Sendable {
    /// Asked before a call to a model starts; what it throws stops the call.
    func check(model: String?) throws
}

/// Prices for the calls inside a scope. Implemented by the price table.
package protocol ScopedPrices: AnyObject, Sendable {}

/// An operation that notes what the models inside are asked and what they answer. Implemented by the instrumentation.
package protocol MessageListener: AnyObject, Sendable {}

/// The part of a context that is not the current span; never changes, so that contexts share it.
package final class GenAIIdentity: Sendable {
    /// The identity's facts.
    package struct Fields: Sendable {
        package var conversationID: String?
        package var turn: Int?
        package var userID: String?
        package var workflow: Workflow?
        package var agent: Agent?
        package var attributes: Attributes = [:]
        package var allowsContentCapture = true
        package var baggage = Baggage()
        package var meter: (any CallMeter)?
        package var run: WorkflowRun?
        package var listener: (any MessageListener)?
        package var prices: (any ScopedPrices)?
    }

    package let fields: Fields
    /// The attributes that spans are stamped with; made once a scope, not once a span.
    package let stamp: Attributes
    /// Whether the next LLM call begins a turn.
    let awaitsTurn: Bool

    init(_ fields: Fields) {
        self.fields = fields
        stamp = fields.stamp
        awaitsTurn = fields.conversationID != nil && fields.turn == nil
    }
}

extension GenAIIdentity.Fields {
    fileprivate var stamp: Attributes {
        var stamp = attributes
        stamp.reserveCapacity(attributes.count + 12)
        func add<Value>(_ key: AttributeKey<Value>, _ value: Value?) {
            if let value { stamp[key] = value }
        }
        add(.genAIConversationID, conversationID)
        add(.sessionID, conversationID)
        add(.genAIConversationTurn, turn)
        add(.genAIConversationTurnNumber, turn)
        add(.userID, userID)
        add(.workflowID, workflow?.id)
        add(.workflowType, workflow?.type)
        add(.workflowName, workflow?.name)
        add(.genAIAgentName, agent?.name)
        add(.genAIAgentID, agent?.id)
        add(.genAIAgentDescription, agent?.description)
        add(.genAIAgentVersion, agent?.version)
        return stamp
    }
}

/// A current span of which only the identity is known: not recorded here, or of another process.
package final class PassiveSpan: ActiveSpan {
    package let context: SpanContext

    package init(_ context: SpanContext) {
        self.context = context
    }
}

extension GenAIContext {
    /// The context with another parent for new spans: the span of another process, or `nil` to begin a new trace.
    public func settingParent(_ parent: SpanContext?) -> GenAIContext {
        var context = self
        context.activeSpan = parent.map(PassiveSpan.init)
        return context
    }
}
