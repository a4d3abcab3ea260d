// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// A call to a model or tool with the values that the page's charts and filters need.
struct CallRow {
    var traceID: TraceID
    var isTool: Bool
    var step: String
    var turn: Int
    var startMilliseconds: UInt64
    var durationMilliseconds: UInt64
    var inputTokens: Int
    var cachedTokens: Int
    var outputTokens: Int
    /// `nil` if there is no price.
    var cost: USD?
    var reason: String?
    var isFailed: Bool
    /// The names and values by which it can be grouped.
    var dimensions: [(name: String, value: String)]

    /// Returns the calls of a conversation.
    static func rows(_ view: ConversationView, _ archive: Archive) -> [CallRow] {
        var attributes: [SpanID: ArchivedSpan] = [:]
        for id in view.traces {
            for span in archive.traces[id]?.spans ?? [] { attributes[span.facts.spanID] = span }
        }
        return view.turns.enumerated().flatMap { position, turn in
            turn.steps.compactMap { step in
                guard step.cost != nil || step.facts.kind == .tool, let span = attributes[step.facts.spanID] else {
                    return nil
                }
                return CallRow(step, span, turn: position)
            }
        }
    }

    private init(_ step: StepView, _ span: ArchivedSpan, turn: Int) {
        let facts = step.facts
        traceID = facts.traceID
        isTool = step.cost == nil
        self.step = facts.name
        self.turn = turn
        startMilliseconds = facts.startNanoseconds / 1_000_000
        durationMilliseconds = facts.durationNanoseconds / 1_000_000
        inputTokens = isTool ? 0 : facts.usage.inputTokens ?? 0
        cachedTokens = isTool ? 0 : facts.usage.cacheReadTokens ?? 0
        outputTokens = isTool ? 0 : facts.usage.outputTokens ?? 0
        cost = step.cost?.amount
        reason = step.cost?.reason
        isFailed = facts.error != nil
        dimensions = Self.dimensions(facts, span)
    }

    private static func dimensions(_ facts: SpanFacts, _ span: ArchivedSpan) -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        for (name, value) in [
            ("model", facts.model), ("user", facts.user), ("workflow", facts.workflow), ("agent", facts.agent),
            ("provider", facts.provider), ("operation", facts.operation ?? facts.kind.rawValue), ("tool", facts.tool),
        ] {
            if let value { found.append((name, value)) }
        }
        for attribute in span.data.resource.attributes
        where ["service.name", "service.version", "deployment.environment.name"].contains(attribute.key) {
            if let value = attribute.value.scalarText { found.append((attribute.key, value)) }
        }
        for attribute in span.data.attributes where isDimension(attribute.key) {
            guard let value = attribute.value.scalarText, value.utf8.count <= 120 else { continue }
            found.append((attribute.key, value))
        }
        return found
    }

    /// Returns whether an attribute is the program's own. Attributes of the conventions are shown elsewhere.
    private static func isDimension(_ name: String) -> Bool {
        if name.hasPrefix("custom.") || name.hasPrefix("metadata.") { return true }
        let known = ["gen_ai.", "llm.", "openai.", "workflow.", "server.", "openinference.", "input.", "output."]
        let shown = ["user.id", "session.id", "error.type"]
        return !known.contains { name.hasPrefix($0) } && !shown.contains(name)
    }
}
