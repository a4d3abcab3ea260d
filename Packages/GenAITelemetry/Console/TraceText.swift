// SPDX-License-Identifier: MIT
import GenAICore

/// A trace as a tree of text.
struct TraceText {
    private let spans: [SpanData]
    private let isComplete: Bool
    private let width: Int
    private let usesColor: Bool
    private var children: [SpanID: [Int]] = [:]
    private var roots: [Int] = []

    init(_ group: TraceBuffer.Group, width: Int, usesColor: Bool) {
        spans = group.spans
        isComplete = group.isComplete
        self.width = max(40, width)
        self.usesColor = usesColor
        arrange()
    }

    /// Finds the roots and the children, each in the order in which they started.
    private mutating func arrange() {
        let ids = Set(spans.map(\.context.spanID))
        let order = spans.indices.sorted { (spans[$0].startNanoseconds, $0) < (spans[$1].startNanoseconds, $1) }
        for index in order {
            if let parent = spans[index].parent, ids.contains(parent.spanID) {
                children[parent.spanID, default: []].append(index)
            } else {
                roots.append(index)
            }
        }
        // Spans that are their own ancestors, which only broken data has, would otherwise not be shown.
        if roots.isEmpty { roots = Array(order.prefix(1)) }
    }

    /// The whole trace, ending with an empty line.
    var text: String {
        var lines = [title]
        // A stack instead of recursion: traces can be deep. The last element is shown next.
        var stack = roots.reversed().map { Branch(span: $0, parent: nil, indent: "", isLast: true, isRoot: true) }
        var shown: Set<Int> = []
        while let branch = stack.popLast() {
            guard shown.insert(branch.span).inserted else { continue }
            let below = children[spans[branch.span].context.spanID] ?? []
            lines += self.lines(of: branch, hasChildren: !below.isEmpty)
            for child in below.reversed() {
                stack.append(
                    Branch(
                        span: child, parent: branch.span, indent: branch.childIndent, isLast: child == below.last,
                        isRoot: false))
            }
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// The position of a span in the tree.
    private struct Branch {
        let span: Int
        let parent: Int?
        let indent: String
        let isLast: Bool
        let isRoot: Bool

        var head: String { isRoot ? "" : indent + (isLast ? "└─ " : "├─ ") }
        var childIndent: String { isRoot ? "" : indent + (isLast ? "   " : "│  ") }
    }

    // MARK: - Lines

    private var title: String {
        let usage = totalUsage
        let failures = spans.count { if case .error = $0.status { true } else { false } }
        var parts = ["trace \(spans.first.map { "\($0.context.traceID)" } ?? "")"]
        if let service: String = spans.first?.resource.attributes["service.name"]?.consoleText { parts.append(service) }
        parts.append(spans.count == 1 ? "1 span" : "\(spans.count) spans")
        if usage.tokens > 0 { parts.append("\(ConsoleText.grouped(usage.tokens)) tokens") }
        if usage.dollars > 0 { parts.append(ConsoleText.dollars(usage.dollars)) }
        if failures > 0 { parts.append(failures == 1 ? "1 error" : "\(failures) errors") }
        if !isComplete { parts.append("incomplete") }
        return ink(.title, ConsoleText.line(parts.joined(separator: " · "), limit: width))
    }

    private func lines(of branch: Branch, hasChildren: Bool) -> [String] {
        let span = spans[branch.span]
        let facts = SpanFacts(span, parent: branch.parent.map { spans[$0] })
        // Deep trees would indent everything too far. Their innermost levels are what matters.
        let head = clipped(branch.head)
        let indent = clipped(branch.childIndent + (hasChildren ? "│  " : "   "))
        var lines = [headline(span, head: head, isFailed: facts.error != nil)]
        let room = width - ConsoleText.columns(indent)
        let details =
            ConsoleText.wrapped(facts.identity, width: room, maxLines: 2)
            + ConsoleText.wrapped(facts.facts, width: room, maxLines: 3)
        lines += details.map { ink(.detail, indent + $0) }
        if let error = facts.error {
            let text = error.isEmpty ? "failed" : error
            lines.append(ink(.detail, indent) + ink(.error, ConsoleText.line("error: \(text)", limit: room)))
        }
        for (label, text) in facts.content.prefix(6) {
            lines.append(ink(.detail, indent + ConsoleText.line("\(label): \(text)", limit: room)))
        }
        for event in span.events.prefix(8) where !Self.isShownElsewhere(event.name) {
            lines.append(ink(.detail, indent + line(for: event, of: span, room: room)))
        }
        return lines
    }

    /// Returns whether an event repeats the lines above it.
    private static func isShownElsewhere(_ event: String) -> Bool {
        ["exception", "gen_ai.content.prompt", "gen_ai.content.completion"].contains(event)
    }

    private func headline(_ span: SpanData, head: String, isFailed: Bool) -> String {
        let elapsed =
            span.endNanoseconds >= span.startNanoseconds
            ? ConsoleText.duration(nanoseconds: span.endNanoseconds - span.startNanoseconds) : "?"
        let mark = isFailed ? "✗ " : ""
        let kind = span.kind == .internal ? "" : "  \(span.kind)"
        let taken = ConsoleText.columns(head + mark + kind) + ConsoleText.columns(elapsed) + 2
        let name = ConsoleText.line(span.name.isEmpty ? "(no name)" : span.name, limit: max(8, width - taken))
        let left = head + mark + name + kind
        let right = ConsoleText.rightAligned(elapsed, to: width - ConsoleText.columns(left))
        return ink(.detail, head) + ink(isFailed ? .error : nil, mark + name) + ink(.detail, kind) + right
    }

    private func line(for event: TraceSpan.Event, of span: SpanData, room: Int) -> String {
        let offset =
            event.nanoseconds >= span.startNanoseconds
            ? ConsoleText.duration(nanoseconds: event.nanoseconds - span.startNanoseconds) : "?"
        let details = event.attributes.map { "\($0.key) \($0.value.consoleText)" }.joined(separator: " · ")
        return ConsoleText.line("• \(event.name) +\(offset) \(details)", limit: room)
    }

    private func clipped(_ indent: String) -> String {
        let limit = width / 2
        return indent.count <= limit ? indent : "…" + indent.suffix(limit - 1)
    }

    private func ink(_ ink: ConsoleText.Ink?, _ text: String) -> String {
        guard usesColor, let ink, !text.isEmpty else { return text }
        return "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
    }

    // MARK: - Totals

    /// The tokens and cost of the trace. A span whose descendants have usage only repeats theirs, so it is not added.
    private var totalUsage: (tokens: Int, dollars: Double) {
        var repeated: Set<SpanID> = []
        let parents = Dictionary(spans.map { ($0.context.spanID, $0.parent?.spanID) }) { first, _ in first }
        for span in spans where hasUsage(span) {
            var ancestor = parents[span.context.spanID] ?? nil
            while let id = ancestor, repeated.insert(id).inserted { ancestor = parents[id] ?? nil }
        }
        var total = (tokens: 0, dollars: 0.0)
        for span in spans where !repeated.contains(span.context.spanID) {
            let tokens = [span.attributes[.genAIUsageInputTokens], span.attributes[.genAIUsageOutputTokens]]
            for count in tokens { total.tokens = total.tokens.addingReportingOverflow(count ?? 0).partialValue }
            total.dollars += span.attributes[.genAIUsageCostUSD] ?? 0
        }
        return total
    }

    private func hasUsage(_ span: SpanData) -> Bool {
        span.attributes.contains(name: AttributeKey<Int>.genAIUsageInputTokens.name)
            || span.attributes.contains(name: AttributeKey<Double>.genAIUsageCostUSD.name)
    }
}
