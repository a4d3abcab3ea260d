// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing
import GenAITelemetry

// The data that the page reads when somebody opens a conversation.
extension JSONWriter {
    /// Writes a conversation's entry in the list of conversations.
    ///
    /// - Parameter all: The totals of all its calls, evicted ones included.
    mutating func conversationSummary(_ view: ConversationView, _ all: Tally.Group?) {
        object { writer in
            writer.text("id", view.id)
            writer.key("named")
            writer.bool(view.isNamed)
            writer.text("title", view.title)
            for (name, list) in [
                ("users", view.users), ("workflows", view.workflows), ("agents", view.agents), ("models", view.models),
            ] {
                writer.key(name)
                writer.array { writer in list.forEach { writer.string($0) } }
            }
            writer.key("turns")
            writer.int(view.turns.count)
            writer.milliseconds("start", view.startNanoseconds)
            writer.milliseconds("end", view.endNanoseconds)
            writer.key("totals")
            writer.pageTotals(view.totals)
            if view.isNamed, let all, all.totals.modelCalls > view.totals.modelCalls {
                writer.key("all")
                writer.pageTotals(all.totals)
            }
        }
    }

    /// Writes a conversation as a chat.
    mutating func conversationBlock(_ view: ConversationView) {
        object { writer in
            writer.key("turns")
            writer.array { writer in
                for turn in view.turns { writer.turnBlock(turn) }
            }
        }
    }

    private mutating func turnBlock(_ turn: TurnView) {
        object { writer in
            if let number = turn.number {
                writer.key("number")
                writer.int(number)
            }
            writer.text("trace", "\(turn.traceID)")
            writer.text("root", turn.rootName)
            writer.text("workflow", turn.workflow)
            writer.milliseconds("start", turn.startNanoseconds)
            writer.milliseconds("end", turn.endNanoseconds)
            writer.key("totals")
            writer.pageTotals(turn.totals)
            writer.key("running")
            writer.pico(turn.runningCost)
            writer.texts("errors", turn.errors)
            writer.key("steps")
            writer.array { writer in
                for step in turn.steps { writer.stepBlock(step) }
            }
        }
    }

    private mutating func stepBlock(_ step: StepView) {
        let facts = step.facts
        object { writer in
            writer.text("span", "\(facts.spanID)")
            writer.text("kind", facts.kind.rawValue)
            writer.text("name", facts.name)
            writer.text("model", facts.model)
            writer.text("provider", facts.provider)
            writer.text("agent", facts.agent)
            writer.text("tool", facts.tool)
            writer.milliseconds("start", facts.startNanoseconds)
            writer.key("duration")
            writer.double(Double(facts.durationNanoseconds) / 1e6)
            writer.count("first", facts.timeToFirstChunk.flatMap { Int(exactly: ($0 * 1_000).rounded()) })
            writer.count("in", facts.usage.inputTokens)
            writer.count("cached", facts.usage.cacheReadTokens)
            writer.count("out", facts.usage.outputTokens)
            writer.count("reasoning", facts.usage.reasoningTokens)
            writer.costMembers(step.cost)
            writer.text("error", facts.error)
            writer.count("repeated", step.repeatedCount)
            writer.text("args", step.arguments)
            writer.text("result", step.result)
            writer.text("call", step.callID)
            writer.texts("notes", step.notes)
            writer.messages("input", step.input)
            writer.messages("output", step.output)
        }
    }

    private mutating func costMembers(_ cost: CallCost?) {
        switch cost {
        case .recorded(let amount)?:
            key("cost")
            pico(amount)
        case .computed(let amount)?:
            key("cost")
            pico(amount)
            key("computed")
            bool(true)
        case .unpriced(let reason)?: text("reason", reason)
        case nil: break
        }
    }

    private mutating func messages(_ name: String, _ messages: [Message]) {
        guard !messages.isEmpty else { return }
        key(name)
        array { writer in
            for message in messages { writer.message(message) }
        }
    }

    // MARK: - Members that are left out where there is nothing to say

    mutating func text(_ name: String, _ text: String?) {
        guard let text else { return }
        key(name)
        string(text)
    }

    mutating func texts(_ name: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        key(name)
        array { writer in texts.forEach { writer.string($0) } }
    }

    mutating func count(_ name: String, _ count: Int?) {
        guard let count, count != 0 else { return }
        key(name)
        int(count)
    }

    mutating func milliseconds(_ name: String, _ nanoseconds: UInt64) {
        key(name)
        int(nanoseconds / 1_000_000)
    }
}

/// A trace with all its spans, attributes, events and log records. Long texts that occur again are written once.
struct TraceBlock {
    private let id: TraceID
    private let trace: Archive.Trace
    private let start: UnixNanoseconds
    private var writer = JSONWriter()
    private var places: [String: Int] = [:]
    private var texts: [String] = []

    init(_ id: TraceID, _ trace: Archive.Trace) {
        self.id = id
        self.trace = trace
        start = trace.spans.lazy.map(\.facts.startNanoseconds).min() ?? 0
    }

    /// Returns the trace's entry in lists.
    func summary() -> [UInt8] {
        var totals = ReportTotals()
        for span in trace.spans { if let more = ReportTotals(span.facts, span.cost) { totals += more } }
        let root = trace.spans.first { $0.facts.parentID == nil } ?? trace.spans.first
        var writer = JSONWriter()
        writer.object { writer in
            writer.text("id", "\(id)")
            writer.text("name", root?.facts.name)
            writer.text("service", root?.data.resource.attributes["service.name"]?.scalarText)
            writer.key("spans")
            writer.int(trace.spans.count)
            writer.milliseconds("start", start)
            writer.key("duration")
            let end = trace.spans.lazy.map(\.facts.endNanoseconds).max() ?? 0
            writer.int(end >= start ? (end - start) / 1_000_000 : 0)
            writer.key("totals")
            writer.pageTotals(totals)
            writer.texts("conversations", trace.conversations)
        }
        return writer.bytes
    }

    /// Returns the block as JSON.
    mutating func encode() -> [UInt8] {
        let order = trace.spans.sorted {
            ($0.facts.startNanoseconds, $1.facts.endNanoseconds) < ($1.facts.startNanoseconds, $0.facts.endNanoseconds)
        }
        writer.bytes.append(UInt8(ascii: "{"))
        writer.text("start", "\(start)")
        if let resource = order.first?.data.resource {
            writer.key("resource")
            attributes(resource.attributes)
        }
        writer.key("spans")
        writer.bytes.append(UInt8(ascii: "["))
        for span in order { self.span(span) }
        writer.bytes.append(UInt8(ascii: "]"))
        writer.texts("texts", texts)
        writer.bytes.append(UInt8(ascii: "}"))
        return writer.bytes
    }

    private mutating func span(_ span: ArchivedSpan) {
        let data = span.data
        open("{")
        writer.text("id", "\(span.facts.spanID)")
        writer.text("parent", span.facts.parentID.map { "\($0)" })
        writer.text("name", data.name)
        writer.text("kind", span.facts.kind.rawValue)
        writer.text("role", data.kind == .internal ? nil : "\(data.kind)")
        writer.text("scope", data.scope.name.isEmpty ? nil : data.scope.name)
        writer.key("at")
        writer.double(microseconds(data.startNanoseconds))
        writer.key("for")
        writer.double(Double(span.facts.durationNanoseconds) / 1e3)
        writer.text("error", span.facts.error)
        if let amount = span.cost?.amount {
            writer.key("cost")
            writer.pico(amount)
        }
        writer.key("attributes")
        attributes(data.attributes)
        writer.count("dropped", data.droppedAttributesCount)
        if !data.events.isEmpty { events(data.events) }
        if !data.links.isEmpty {
            writer.texts("links", data.links.map { "\($0.context.traceID)/\($0.context.spanID)" })
        }
        if let records = trace.records[span.facts.spanID] { logRecords(records) }
        close("}")
    }

    private mutating func events(_ events: [TraceSpan.Event]) {
        writer.key("events")
        writer.bytes.append(UInt8(ascii: "["))
        for event in events {
            open("{")
            writer.text("name", event.name)
            writer.key("at")
            writer.double(microseconds(event.nanoseconds))
            writer.key("attributes")
            attributes(event.attributes)
            close("}")
        }
        close("]")
    }

    private mutating func logRecords(_ records: [LogRecordData]) {
        writer.key("logs")
        writer.bytes.append(UInt8(ascii: "["))
        for record in records {
            open("{")
            writer.text("name", record.eventName ?? "")
            writer.key("at")
            writer.double(microseconds(record.nanoseconds ?? record.observedNanoseconds ?? start))
            writer.key("attributes")
            var all = record.attributes
            if let body = record.body { all["(body)"] = body }
            attributes(all)
            close("}")
        }
        close("]")
    }

    private mutating func attributes(_ attributes: Attributes) {
        writer.bytes.append(UInt8(ascii: "["))
        for attribute in attributes {
            open("[")
            writer.string(attribute.key)
            if case .string(let text) = attribute.value, text.utf8.count > 64 {
                writer.int(place(of: text))
                writer.int(1)  // a third element: the second is the place of a text
            } else {
                writer.value(attribute.value)
            }
            close("]")
        }
        close("]")
    }

    private mutating func place(of text: String) -> Int {
        if let known = places[text] { return known }
        places[text] = texts.count
        texts.append(text)
        return texts.count - 1
    }

    private func microseconds(_ nanoseconds: UnixNanoseconds) -> Double {
        (Double(Int64(clamping: nanoseconds)) - Double(Int64(clamping: start))) / 1e3
    }

    private mutating func open(_ mark: Unicode.Scalar) {
        if let last = writer.bytes.last, last == UInt8(ascii: "}") || last == UInt8(ascii: "]") {
            writer.bytes.append(UInt8(ascii: ","))
        }
        writer.bytes.append(UInt8(ascii: mark))
    }

    private mutating func close(_ mark: Unicode.Scalar) { writer.bytes.append(UInt8(ascii: mark)) }
}
