// SPDX-License-Identifier: MIT
import Synchronization

/// The context of the running code: conversation, turn, user, workflow, agent, custom attributes and current span.
///
/// The package's only task-local value. Child tasks and `Task {}` inherit it. `Task.detached`, callbacks and dispatch
/// queues do not: capture ``current`` and call ``run(isolation:_:)`` there.
public struct GenAIContext: Sendable {
    // Not by the macro, which would hide it from code that is inlined into programs.
    @usableFromInline static let taskLocal = TaskLocal(wrappedValue: GenAIContext())

    /// The context of the running task; empty outside all scopes.
    public static var current: GenAIContext { taskLocal.get() }

    // Two references, so that reading the task-local costs two retains, however much the context contains.
    package private(set) var identity: GenAIIdentity?
    /// The current span, which becomes the parent of new spans.
    package var activeSpan: (any ActiveSpan)? {
        didSet {
            isWithinModelCall = false
            guard !Self.hasHadSpan, activeSpan?.context.isValid ?? false else { return }
            Self.spanNoted.store(true, ordering: .relaxed)
        }
    }

    /// Indicates whether the current span is that of a call to a model, which must not be recorded again while it is
    /// sent.
    package var isWithinModelCall = false

    private static let spanNoted = Atomic(false)
    /// Indicates whether any context of this process has ever had a span. Until then, spans need not read the
    /// task-local to find their parent, which would be most of the cost of an unrecorded span.
    package static var hasHadSpan: Bool { spanNoted.load(ordering: .relaxed) }

    /// Creates an empty context.
    public init() {}

    /// The conversation, in the sense of `gen_ai.conversation.id`.
    public var conversationID: String? { identity?.fields.conversationID }
    /// The user for whom the code runs.
    public var userID: String? { identity?.fields.userID }
    /// The number of the turn within the conversation, from 1.
    public var turn: Int? { identity?.fields.turn }
    /// The workflow.
    public var workflow: Workflow? { identity?.fields.workflow }
    /// The agent.
    public var agent: Agent? { identity?.fields.agent }
    /// The custom attributes, with their full names.
    public var attributes: Attributes { identity?.fields.attributes ?? [:] }
    /// Indicates whether the enclosing scopes allow prompts and completions to be recorded.
    public var allowsContentCapture: Bool { identity?.fields.allowsContentCapture ?? true }
    /// The identity of the current span.
    public var spanContext: SpanContext? { activeSpan?.context }

    /// The meter of the calls made in this context; `nil` if there is none.
    package var meter: (any CallMeter)? { identity?.fields.meter }
    /// The innermost run of a workflow.
    package var run: WorkflowRun? { identity?.fields.run }
    /// The innermost operation that records the question and the answer of the calls inside.
    package var listener: (any MessageListener)? { identity?.fields.listener }

    /// The attributes that are stamped on spans started in this context.
    package var stamp: Attributes { identity?.stamp ?? [:] }

    /// Returns the context with its identity changed.
    package func updating(_ change: (inout GenAIIdentity.Fields) -> Void) -> GenAIContext {
        var context = self
        var fields = identity?.fields ?? GenAIIdentity.Fields()
        change(&fields)
        context.identity = GenAIIdentity(consume fields)
        return context
    }

    /// Runs a closure in this context instead of the current one.
    ///
    /// `GenAIContext().run { … }` runs it without any context.
    @inlinable  // unspecialized, types are looked up at run time, which costs more than the scope
    public func run<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = await Self.taskLocal.withValue(self) {
            do throws(Failure) { return .success(try await operation()) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    /// Runs a closure that neither returns nor throws. Avoids the run-time type metadata of the generic form.
    package func perform(isolation: isolated (any Actor)? = #isolation, _ operation: () async -> Void) async {
        await Self.taskLocal.withValue(self, operation: operation)
    }

    /// Runs a synchronous closure in this context instead of the current one.
    @inlinable  // as the asynchronous form
    public func run<Value, Failure: Error>(_ operation: () throws(Failure) -> Value) throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = Self.taskLocal.withValue(self) {
            do throws(Failure) { return .success(try operation()) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

/// A workflow: steps that together serve one purpose.
public struct Workflow: Sendable, Hashable {
    /// The identifier of the workflow, by which costs are summed. Attribute `workflow.id`.
    public var id: String
    /// The type of workflow. Attribute `workflow.type`.
    public var type: String?
    /// The name for people. Attribute `workflow.name`; on the workflow's own span also `gen_ai.workflow.name`.
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

/// The current span of a context. Implemented by the telemetry SDK.
@usableFromInline
package protocol ActiveSpan: AnyObject, Sendable {
    /// The span's identity.
    var context: SpanContext { get }
}

/// Counts the usage of the calls inside a scope, and refuses calls beyond a limit.
package protocol CallMeter: AnyObject, Sendable {
    /// Called before a call to a model starts. An error that it throws stops the call.
    func check(model: String?) throws
}

/// The prices for the calls inside a scope. Implemented by the price table.
package protocol ScopedPrices: AnyObject, Sendable {}

/// An operation that records the input and output of the models inside. Implemented by the instrumentation.
package protocol MessageListener: AnyObject, Sendable {}

/// The part of a context that is not the current span. Immutable, so that contexts share it.
package final class GenAIIdentity: Sendable {
    /// The properties of the identity.
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
    private let stampOnceMade = AtomicLazyReference<Stamp>()

    init(_ fields: consuming Fields) {
        self.fields = fields
    }

    /// The attributes that are stamped on spans, created for the first span: most scopes contain another scope and no
    /// span of their own.
    package var stamp: Attributes {
        (stampOnceMade.load() ?? stampOnceMade.storeIfNil(Stamp(fields.stamp))).attributes
    }

    /// Indicates whether the next LLM call begins a turn.
    var awaitsTurn: Bool { fields.conversationID != nil && fields.turn == nil }

    private final class Stamp: Sendable {
        let attributes: Attributes

        init(_ attributes: Attributes) { self.attributes = attributes }
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

/// A current span of which only the identity is known: it is not recorded here, or belongs to another process.
package final class PassiveSpan: ActiveSpan {
    package let context: SpanContext

    package init(_ context: SpanContext) {
        self.context = context
    }
}

extension GenAIContext {
    /// Returns the context with another parent for new spans: the span of another process, or `nil` to begin a new
    /// trace.
    public func settingParent(_ parent: SpanContext?) -> GenAIContext {
        var context = self
        context.activeSpan = parent.map(PassiveSpan.init)
        return context
    }
}
