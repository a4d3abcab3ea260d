// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing
import GenAITelemetry

/// Builds conversations from traces.
struct ConversationBuilder {
    private let archive: Archive

    init(_ archive: Archive) {
        self.archive = archive
    }

    /// Returns the traces of each conversation, and each trace without a conversation alone, in the order in which they
    /// began.
    func outline() -> [(id: String, isNamed: Bool, traces: [TraceID])] {
        var named: [String: [(start: UnixNanoseconds, id: TraceID)]] = [:]
        var all: [(start: UnixNanoseconds, id: String, isNamed: Bool, traces: [TraceID])] = []
        for (id, trace) in archive.traces {
            guard let start = trace.spans.lazy.map(\.facts.startNanoseconds).min() else { continue }
            if trace.conversations.isEmpty {
                // Traces without any call to a model or tool are left out.
                guard trace.spans.contains(where: { $0.facts.kind != .other }) else { continue }
                all.append((start, "\(id)", false, [id]))
            }
            for conversation in trace.conversations { named[conversation, default: []].append((start, id)) }
        }
        for (id, traces) in named {
            let ordered = traces.sorted { ($0.start, $0.id.low) < ($1.start, $1.id.low) }
            all.append((ordered[0].start, id, true, ordered.map(\.id)))
        }
        return all.sorted { ($0.start, $0.id) < ($1.start, $1.id) }.map { ($0.id, $0.isNamed, $0.traces) }
    }

    /// Returns one conversation of the outline.
    func conversation(_ id: String, isNamed: Bool, traces: [TraceID]) -> ConversationView {
        var view = ConversationView(id: id, isNamed: isNamed, traces: traces)
        var transcript = Transcript()
        for traceID in traces {
            guard let trace = archive.traces[traceID] else { continue }
            for turn in turns(of: trace, in: isNamed ? id : nil, &transcript) { view.add(turn) }
        }
        var running = USD.zero
        for index in view.turns.indices {
            running += view.turns[index].totals.cost
            view.turns[index].runningCost = running
        }
        return view
    }

    // MARK: - Turns

    private func turns(of trace: Archive.Trace, in conversation: String?, _ transcript: inout Transcript) -> [TurnView]
    {
        let order = trace.spans.sorted {
            ($0.facts.startNanoseconds, $1.facts.endNanoseconds) < ($1.facts.startNanoseconds, $0.facts.endNanoseconds)
        }
        let root = order.first { $0.facts.parentID == nil } ?? order.first
        var turns: [TurnView] = []
        var places: [Int: Int] = [:]
        var latest: Int?
        for span in order {
            // A trace with one conversation belongs to it as a whole. In a trace with several, each span belongs to the
            // one it names.
            if let conversation, trace.conversations.count > 1, span.facts.conversation != conversation { continue }
            let number = span.facts.turn ?? latest
            latest = number
            let place: Int
            if let known = places[number ?? 0] {
                place = known
            } else if let unnumbered = places[0], number != nil, turns[unnumbered].steps.isEmpty {
                place = unnumbered  // spans before the first numbered turn belong to it
                turns[place].number = number
                places[0] = nil
                places[number ?? 0] = place
            } else {
                place = turns.count
                places[number ?? 0] = place
                turns.append(
                    TurnView(
                        number: number, traceID: span.facts.traceID, rootName: (root ?? span).facts.name,
                        startNanoseconds: span.facts.startNanoseconds, endNanoseconds: span.facts.endNanoseconds))
            }
            turns[place].add(span, trace.records[span.facts.spanID] ?? [], &transcript)
        }
        return turns.filter { !$0.steps.isEmpty || !$0.errors.isEmpty }
    }
}

extension ConversationView {
    fileprivate mutating func add(_ turn: TurnView) {
        turns.append(turn)
        totals += turn.totals
        startNanoseconds = min(startNanoseconds, turn.startNanoseconds)
        endNanoseconds = max(endNanoseconds, turn.endNanoseconds)
        if let workflow = turn.workflow { workflows.note(workflow) }
        for step in turn.steps {
            if let user = step.facts.user { users.note(user) }
            if let agent = step.facts.agent { agents.note(agent) }
            if step.facts.kind.isCall, let model = step.facts.model { models.note(model) }
        }
    }
}

extension TurnView {
    fileprivate mutating func add(_ span: ArchivedSpan, _ records: [LogRecordData], _ transcript: inout Transcript) {
        let facts = span.facts
        startNanoseconds = min(startNanoseconds, facts.startNanoseconds)
        endNanoseconds = max(endNanoseconds, facts.endNanoseconds)
        if workflow == nil { workflow = facts.workflow }
        if let more = ReportTotals(facts, span.cost) { totals += more }
        switch facts.kind {
        case .model where span.cost != nil, .embeddings, .tool, .retrieval:
            steps.append(StepView(span, records, &transcript))
        case .agent, .workflow, .other, .model:
            if let error = facts.error { errors.append("\(facts.name): \(error)") }
        }
    }
}

extension StepView {
    fileprivate init(_ span: ArchivedSpan, _ records: [LogRecordData], _ transcript: inout Transcript) {
        facts = span.facts
        cost = span.cost
        switch facts.kind {
        case .model: addMessages(CallContent(span.data, records), &transcript)
        case .tool: addTool(span.data.attributes)
        default: addQuery(span.data.attributes)
        }
        if span.data.droppedAttributesCount > 0 {
            notes.append("\(span.data.droppedAttributesCount) attributes were dropped because of the limit.")
        }
    }

    private mutating func addMessages(_ content: CallContent, _ transcript: inout Transcript) {
        let seen = transcript.add(content)
        input = seen.new
        repeatedCount = seen.repeatedCount
        output = content.output
        let hasContent = (content.input + content.output).contains { !$0.parts.isEmpty }
        if !hasContent {
            notes.append("The messages were not captured: capture was off, or the library does not record them.")
        } else if content.output.isEmpty, facts.error == nil {
            notes.append("The answer was not captured.")
        }
        if content.isCut { notes.append("The text was cut at the length limit; the markers show where.") }
        let redacted = (input + output).reduce(into: Set<String>()) { $0.formUnion($1.redactions) }
        if !redacted.isEmpty {
            notes.append("Redacted before it was exported: \(redacted.sorted().joined(separator: ", ")).")
        }
    }

    private mutating func addTool(_ attributes: Attributes) {
        let names = ["gen_ai.tool.call.arguments", "input.value", "traceloop.entity.input"]
        arguments = names.lazy.compactMap { attributes[$0] }.first?.plainText
        let results = ["gen_ai.tool.call.result", "output.value", "traceloop.entity.output"]
        result = results.lazy.compactMap { attributes[$0] }.first?.plainText
        callID = (attributes["gen_ai.tool.call.id"] ?? attributes["tool_call.id"])?.scalarText
        if arguments == nil, result == nil { notes.append("Arguments and result were not captured.") }
    }

    private mutating func addQuery(_ attributes: Attributes) {
        let names = ["gen_ai.retrieval.query.text", "gen_ai.retrieval.query", "input.value"]
        arguments = names.lazy.compactMap { attributes[$0] }.first?.plainText
        result = (attributes["gen_ai.retrieval.documents"] ?? attributes["output.value"])?.plainText
    }
}

extension Message {
    /// The redactor's placeholders in the texts.
    fileprivate var redactions: Set<String> {
        var found: Set<String> = []
        for part in parts {
            guard case .text(let text) = part, text.utf8.contains(UInt8(ascii: "[")) else { continue }
            for marker in ["[email]", "[card]", "[phone]", "[api_key]", "[redacted]", "[REDACTED]"]
            where text.contains(marker) { found.insert(marker) }
        }
        return found
    }
}
