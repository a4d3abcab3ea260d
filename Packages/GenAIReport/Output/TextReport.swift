// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing

extension Report {
    /// Returns tables for terminals: the cost of calls by each grouping, and the calls without a price.
    ///
    /// - Parameter rows: The maximum number of groups in each grouping, the most expensive first.
    public func text(rows: Int = 20) -> String {
        var sections = groupings.compactMap { table($0, rows: rows) }
        sections.append(Table.total(tally.total))
        sections += [unpricedText, inputText].compactMap(\.self)
        return sections.joined(separator: "\n")
    }

    private func table(_ grouping: ReportGrouping, rows: Int) -> String? {
        let groups = tally.sortedGroups(grouping)
        guard !groups.isEmpty else { return nil }
        var table = Table(title: grouping.name.prefix(1).uppercased() + grouping.name.dropFirst())
        for (name, group) in groups.prefix(rows) { table.add(name, group.totals) }
        let more = groups.count - min(rows, groups.count) + tally.forgottenCount(grouping)
        if more > 0 { table.note("… and \(more) more") }
        return table.text
    }

    private var unpricedText: String? {
        guard tally.total.unpricedCalls > 0 else { return nil }
        let lines = tally.unpriced.sorted { ($1.value, $0.key.model) < ($0.value, $1.key.model) }.prefix(20).map {
            "  \($0.value) × \($0.key.model.isEmpty ? "(no model)" : Table.plain($0.key.model)): \(Table.plain($0.key.reason))"
        }
        return (["Calls without a price, which the costs do not include:"] + lines).joined(separator: "\n") + "\n"
    }

    private var inputText: String? {
        guard input.brokenLines > 0 else { return nil }
        return "\(input.brokenLines) of \(input.brokenLines + input.lines) lines are not OTLP JSON and were skipped.\n"
    }
}

/// A table with aligned columns.
private struct Table {
    private var lines: [String]
    private static let nameWidth = 32
    private static let columns = [7, 7, 12, 12, 16]

    init(title: String) {
        let head = Self.row(title, ["calls", "tools", "tokens in", "tokens out", "cost in USD"])
        lines = [head, Self.rule]
    }

    static func total(_ totals: ReportTotals) -> String { rule + "\n" + row("Total", cells(totals)) + "\n" }

    private static var rule: String { String(repeating: "─", count: nameWidth + columns.reduce(0, +)) }

    mutating func add(_ name: String, _ totals: ReportTotals) { lines.append(Self.row(name, Self.cells(totals))) }

    mutating func note(_ text: String) { lines.append(text) }

    var text: String { lines.joined(separator: "\n") + "\n" }

    /// Returns a text without characters that move a terminal's cursor or change the direction of writing.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isPlain ? $0 : "\u{FFFD}" }))
    }

    private static func cells(_ totals: ReportTotals) -> [String] {
        [
            "\(totals.modelCalls)", "\(totals.toolCalls)", "\(totals.inputTokens)", "\(totals.outputTokens)",
            dollars(totals.cost),
        ]
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        var name = plain(name)
        if name.count >= nameWidth { name = name.prefix(nameWidth - 2) + "…" }
        return name + String(repeating: " ", count: max(1, nameWidth - name.count))
            + zip(cells, columns).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }.joined()
    }
}

extension Unicode.Scalar {
    /// Indicates whether a terminal shows the scalar as itself.
    fileprivate var isPlain: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

// MARK: - A conversation

extension Report {
    /// Returns one conversation as text: its messages turn by turn, with models, tokens and costs.
    ///
    /// - Parameter id: The conversation's identifier, or that of a trace without one.
    /// - Returns: `nil` if the report has no such conversation.
    public func conversationText(_ id: String) -> String? {
        guard let view = conversation(id) else { return nil }
        var text = ConversationText()
        text.write(view)
        return text.lines.joined(separator: "\n") + "\n"
    }

    func conversation(_ id: String) -> ConversationView? {
        let builder = ConversationBuilder(archive)
        guard let found = builder.outline().first(where: { $0.id == id }) else { return nil }
        return builder.conversation(found.id, isNamed: found.isNamed, traces: found.traces)
    }
}

/// A conversation as text for terminals and coding agents.
private struct ConversationText {
    private(set) var lines: [String] = []

    mutating func write(_ view: ConversationView) {
        var head = ["\(view.isNamed ? "conversation" : "trace") \(Table.plain(view.id))"]
        if let user = view.users.first { head.append("user \(Table.plain(user))") }
        head.append(
            "\(counted(view.turns.count, "turn")), \(counted(view.totals.modelCalls, "call")), \(view.totals.cost) USD")
        lines.append(head.joined(separator: " · "))
        for (index, turn) in view.turns.enumerated() { write(turn, index + 1) }
    }

    private mutating func write(_ turn: TurnView, _ position: Int) {
        let workflow = turn.workflow.map { " · \(Table.plain($0))" } ?? ""
        lines.append("")
        lines.append(
            "── turn \(turn.number ?? position)\(workflow) · \(timeText(turn.startNanoseconds)) UTC · \(turn.totals.cost) USD"
                + " (so far \(turn.runningCost) USD) · trace \(turn.traceID)")
        for error in turn.errors { lines.append("! \(Table.plain(error))") }
        for step in turn.steps { write(step) }
    }

    private mutating func write(_ step: StepView) {
        for message in step.input { write(message) }
        lines.append("  [\(facts(step).joined(separator: " · "))]")
        if let error = step.facts.error { lines.append("  ! \(Table.plain(error))") }
        if let arguments = step.arguments { write("  ", "asked", arguments) }
        if let result = step.result { write("  ", "answered", result) }
        for message in step.output { write(message) }
        for note in step.notes { lines.append("  (\(note))") }
    }

    private func facts(_ step: StepView) -> [String] {
        let facts = step.facts
        var words = [Table.plain(facts.name), durationText(facts.durationNanoseconds)]
        if let agent = facts.agent { words.append("agent \(Table.plain(agent))") }
        if let first = facts.timeToFirstChunk, first >= 0, first < 1e6 {
            words.append("first chunk after \(durationText(UInt64(first * 1e9)))")
        }
        if let input = facts.usage.inputTokens {
            let cached = facts.usage.cacheReadTokens.map { $0 > 0 ? " (\($0) cached)" : "" } ?? ""
            words.append("\(input)\(cached) + \(facts.usage.outputTokens ?? 0) tokens")
        }
        if let cost = step.cost { words.append(cost.amount.map { "\($0) USD" } ?? "no price: \(cost.reason ?? "")") }
        if step.repeatedCount > 0 { words.append("after \(step.repeatedCount) messages from before") }
        return words
    }

    private mutating func write(_ message: Message) {
        let role = Table.plain(message.role.rawValue)
        if message.parts.isEmpty { lines.append("\(role): (not captured)") }
        for part in message.parts {
            switch part {
            case .text(let text): write("", role, text)
            case .reasoning(let text): write("", "\(role) (thinking)", text)
            case .toolCall(let call): write("", role, "calls \(call.name)(\(call.arguments ?? ""))")
            case .toolResult(let result): write("", role, result.result)
            case .media(let media): write("", role, "[\(media.modality)]")
            case .other(let type, _): write("", role, "[\(type)]")
            }
        }
    }

    private mutating func write(_ indent: String, _ label: String, _ text: String) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            lines.append(indent + (index == 0 ? "\(label): " : "    ") + Table.plain(String(line)))
        }
    }
}
