// SPDX-License-Identifier: MIT

/// The parts of a context's identity that are sent to other processes as baggage.
///
/// None are sent unless they are specified: every receiver can read baggage, and received baggage can be forged.
public struct PropagatedIdentity: OptionSet, Sendable, Hashable {
    /// The parts as a bit mask.
    public let rawValue: UInt8

    /// Creates a set from a bit mask.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The conversation and its turn: `gen_ai.conversation.id`, `gen_ai.conversation.turn`.
    public static let conversation = PropagatedIdentity(rawValue: 1 << 0)
    /// The user: `user.id`.
    public static let user = PropagatedIdentity(rawValue: 1 << 1)
    /// The workflow: `workflow.id`, `workflow.type`, `gen_ai.workflow.name`.
    public static let workflow = PropagatedIdentity(rawValue: 1 << 2)
    /// The agent: `gen_ai.agent.name`, `gen_ai.agent.id`, `gen_ai.agent.version`.
    public static let agent = PropagatedIdentity(rawValue: 1 << 3)
}

extension GenAIContext {
    /// The entries that are sent with requests and that all receiving services can read.
    ///
    /// Set by ``extracting(from:accepting:attributes:using:)`` and sent on by
    /// ``inject(into:propagating:attributes:using:)``.
    public var baggage: Baggage { identity?.fields.baggage ?? Baggage() }

    /// Returns the context with other baggage.
    public func settingBaggage(_ baggage: Baggage) -> GenAIContext {
        updating { $0.baggage = baggage }
    }

    /// Writes the current span's identity, the baggage and the specified parts of the identity to a carrier.
    ///
    /// Without a current span and without baggage, nothing is written. If a receiver must not read the baggage, use a
    /// propagator without it.
    ///
    /// - Parameters:
    ///   - carrier: The carrier, for example HTTP headers.
    ///   - identity: The parts of the identity to add to the baggage.
    ///   - names: The full names of custom attributes to add to the baggage, such as `custom.tenant`.
    ///   - propagator: The formats to write.
    public func inject(
        into carrier: inout some TextMapCarrier, propagating identity: PropagatedIdentity = [],
        attributes names: [String] = [], using propagator: W3CPropagator = .global
    ) {
        propagator.inject(propagated(identity, names), into: &carrier)
    }

    /// Writes the context by calling a closure with each name and its text; see
    /// ``inject(into:propagating:attributes:using:)``.
    public func inject(
        propagating identity: PropagatedIdentity = [], attributes names: [String] = [],
        using propagator: W3CPropagator = .global, _ setText: (_ name: String, _ text: String) -> Void
    ) {
        propagator.inject(propagated(identity, names), setText)
    }

    /// Returns the context with the parent span and the baggage from a carrier.
    ///
    /// Parts that are missing or malformed in the carrier leave the context unchanged.
    ///
    /// - Parameters:
    ///   - carrier: The carrier, for example the headers of an incoming request.
    ///   - identity: The parts of the identity to read from the baggage. Accept only parts for which you trust the
    ///     sender.
    ///   - names: The full names of custom attributes to read from the baggage. Their values are text.
    ///   - propagator: The formats to read.
    public func extracting(
        from carrier: some TextMapCarrier, accepting identity: PropagatedIdentity = [],
        attributes names: [String] = [], using propagator: W3CPropagator = .global
    ) -> GenAIContext {
        adopting(propagator.extract(from: carrier), accepting: identity, names)
    }

    /// Returns the context with the values that a closure returns for lower-case names; see
    /// ``extracting(from:accepting:attributes:using:)``.
    public func extracting(
        accepting identity: PropagatedIdentity = [], attributes names: [String] = [],
        using propagator: W3CPropagator = .global, _ text: (_ name: String) -> String?
    ) -> GenAIContext {
        adopting(propagator.extract(text), accepting: identity, names)
    }

    private func propagated(_ identity: PropagatedIdentity, _ names: [String]) -> PropagatedContext {
        var baggage = self.baggage
        for name in names {
            if let text = attributes[name]?.scalarText { baggage[name] = text }
        }
        func add(_ key: AttributeKey<String>, _ value: String?) {
            if let value { baggage[key.name] = value }
        }
        if identity.contains(.conversation), let conversationID {
            add(.genAIConversationID, conversationID)
            baggage[turnKey] = turn.map(String.init)
        }
        if identity.contains(.user) { add(.userID, userID) }
        if identity.contains(.workflow), let workflow {
            add(.workflowID, workflow.id)
            add(.workflowType, workflow.type)
            add(.genAIWorkflowName, workflow.name)
        }
        if identity.contains(.agent), let agent {
            add(.genAIAgentName, agent.name)
            add(.genAIAgentID, agent.id)
            add(.genAIAgentVersion, agent.version)
        }
        return PropagatedContext(spanContext: spanContext, baggage: baggage)
    }

    private func adopting(
        _ incoming: PropagatedContext, accepting identity: PropagatedIdentity, _ names: [String]
    ) -> GenAIContext {
        var context = self
        if let parent = incoming.spanContext { context = context.settingParent(parent) }
        guard !incoming.baggage.isEmpty else { return context }
        let baggage = incoming.baggage
        if identity.contains(.conversation), let id = baggage.text(.genAIConversationID) {
            context = context.enteringConversation(id, userID: nil, turn: baggage.turn)
        }
        return context.updating { fields in
            fields.baggage = baggage
            if identity.contains(.user), let id = baggage.text(.userID) { fields.userID = id }
            if identity.contains(.workflow), let workflow = baggage.workflow {
                fields.workflow = workflow
                // In this process, the workflow's run is the part that this process executes.
                fields.run = WorkflowRun(within: fields.run)
            }
            for name in names {
                if let text = baggage[name], !text.isEmpty { fields.attributes[name] = .string(text) }
            }
            if identity.contains(.agent), let agent = baggage.agent { fields.agent = agent }
        }
    }
}

extension AttributeValue {
    /// A text, number or Boolean as text, for baggage and as a key of sums; `nil` for other values.
    package var scalarText: String? {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        default: nil
        }
    }
}

private let turnKey = AttributeKey<Int>.genAIConversationTurn.name

extension Baggage {
    fileprivate func text(_ key: AttributeKey<String>) -> String? {
        self[key.name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value as a turn number; `nil` if it is out of range, because a forged one could overflow the count.
    fileprivate var turn: Int? {
        self[turnKey].flatMap { Int($0) }.flatMap { (1...1_000_000_000).contains($0) ? $0 : nil }
    }

    fileprivate var workflow: Workflow? {
        text(.workflowID).map { Workflow(id: $0, type: text(.workflowType), name: text(.genAIWorkflowName)) }
    }

    fileprivate var agent: Agent? {
        let agent = Agent(name: text(.genAIAgentName), id: text(.genAIAgentID), version: text(.genAIAgentVersion))
        return agent.name == nil && agent.id == nil ? nil : agent
    }
}
