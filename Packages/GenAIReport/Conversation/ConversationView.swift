// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing
import GenAITelemetry

/// A conversation, or a trace without one, as people read it.
struct ConversationView {
    /// The conversation's id, or the trace's.
    var id: String
    /// Whether the spans name a conversation; otherwise this is one trace.
    var isNamed: Bool
    var turns: [TurnView] = []
    /// What the shown turns add up to.
    var totals = ReportTotals()
    var traces: [TraceID] = []
    var users: [String] = []
    var workflows: [String] = []
    var agents: [String] = []
    var models: [String] = []
    var startNanoseconds: UnixNanoseconds = .max
    var endNanoseconds: UnixNanoseconds = 0

    /// The first words of the user, to recognise the conversation by.
    var title: String {
        for step in turns.lazy.flatMap(\.steps) {
            let question = step.input.first { $0.role == .user && !$0.text.isEmpty }
            if let question { return String(question.text.prefix(120)) }
        }
        return turns.first?.rootName ?? ""
    }
}

/// What one question set off.
struct TurnView {
    /// The number that the program gave the turn.
    var number: Int?
    var traceID: TraceID
    /// The name of the span around it all.
    var rootName: String
    var workflow: String?
    var startNanoseconds: UnixNanoseconds
    var endNanoseconds: UnixNanoseconds
    var totals = ReportTotals()
    /// What the conversation had cost when the turn ended.
    var runningCost = USD.zero
    var steps: [StepView] = []
    /// Failures of the agents and workflows around the steps.
    var errors: [String] = []
}

/// A call to a model or tool, or a retrieval.
struct StepView {
    var facts: SpanFacts
    var cost: CallCost?
    /// How many messages of the input were shown before.
    var repeatedCount = 0
    /// What is new in the input.
    var input: [Message] = []
    var output: [Message] = []
    /// The arguments of a tool, or the query of a retrieval.
    var arguments: String?
    /// The result of a tool.
    var result: String?
    /// The call that a tool answers.
    var callID: String?
    /// What is missing in the content, in words.
    var notes: [String] = []
}
