// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing
import GenAITelemetry

/// A conversation, or a trace without one, in the form in which it is shown.
struct ConversationView {
    /// The identifier of the conversation, or of the trace.
    var id: String
    /// Indicates whether the spans name a conversation. Otherwise this is one trace.
    var isNamed: Bool
    var turns: [TurnView] = []
    /// The totals of the shown turns.
    var totals = ReportTotals()
    var traces: [TraceID] = []
    var users: [String] = []
    var workflows: [String] = []
    var agents: [String] = []
    var models: [String] = []
    var startNanoseconds: UnixNanoseconds = .max
    var endNanoseconds: UnixNanoseconds = 0

    /// The user's first words, as a title.
    var title: String {
        for step in turns.lazy.flatMap(\.steps) {
            let question = step.input.first { $0.role == .user && !$0.text.isEmpty }
            if let question { return String(question.text.prefix(120)) }
        }
        return turns.first?.rootName ?? ""
    }
}

/// One turn of a conversation: a question and the calls that answered it.
struct TurnView {
    /// The turn's number as set by the program.
    var number: Int?
    var traceID: TraceID
    /// The name of the outermost span.
    var rootName: String
    var workflow: String?
    var startNanoseconds: UnixNanoseconds
    var endNanoseconds: UnixNanoseconds
    var totals = ReportTotals()
    /// The cost of the conversation up to the end of this turn.
    var runningCost = USD.zero
    var steps: [StepView] = []
    /// The failures of the agents and workflows around the steps.
    var errors: [String] = []
}

/// A call to a model or tool, or a retrieval.
struct StepView {
    var facts: SpanFacts
    var cost: CallCost?
    /// The number of messages in the input that earlier steps have shown.
    var repeatedCount = 0
    /// The new messages of the input.
    var input: [Message] = []
    var output: [Message] = []
    /// The arguments of a tool, or the query of a retrieval.
    var arguments: String?
    /// The result of a tool.
    var result: String?
    /// The identifier of the tool call that this step answers.
    var callID: String?
    /// Descriptions of what is missing in the content.
    var notes: [String] = []
}
