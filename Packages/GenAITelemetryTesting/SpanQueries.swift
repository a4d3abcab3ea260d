// SPDX-License-Identifier: MIT
import GenAICore
public import GenAITelemetry

extension Collection<SpanData> {
    /// Returns the spans with a name.
    public func named(_ name: String) -> [SpanData] { filter { $0.name == name } }

    /// The spans whose parent is not in the array.
    public var roots: [SpanData] {
        let ids = Set(map(\.context.spanID))
        return filter { span in span.parent.map { !ids.contains($0.spanID) } ?? true }
    }

    /// Returns the children of `parent`, the earliest first.
    public func children(of parent: SpanData) -> [SpanData] {
        filter { $0.parent?.spanID == parent.context.spanID && $0.context.traceID == parent.context.traceID }
            .sorted { $0.startNanoseconds < $1.startNanoseconds }
    }

    /// The names of all spans, one on each line, after their parent's and indented by two more spaces.
    ///
    /// Siblings are in the order in which they started, so a test can compare the shape of a trace with a literal.
    public var outline: String {
        let children = Dictionary(grouping: self) { $0.parent?.spanID ?? SpanID(rawValue: 0) }
        var lines: [String] = []
        // A stack instead of recursion: traces can be deep.
        var stack = roots.inOrder.map { ($0, 0) }
        while let (span, depth) = stack.popLast() {
            lines.append(String(repeating: "  ", count: depth) + span.name)
            stack += (children[span.context.spanID] ?? []).inOrder.map { ($0, depth + 1) }
        }
        return lines.joined(separator: "\n")
    }
}

extension [SpanData] {
    /// The latest start first, as needed for a stack; of equal starts the later one first.
    fileprivate var inOrder: [SpanData] {
        enumerated().sorted { ($0.element.startNanoseconds, $0.offset) > ($1.element.startNanoseconds, $1.offset) }
            .map(\.element)
    }
}

extension Collection<LogRecordData> {
    /// Returns the records with an event name.
    public func named(_ eventName: String) -> [LogRecordData] { filter { $0.eventName == eventName } }
}
