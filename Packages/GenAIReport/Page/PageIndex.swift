// SPDX-License-Identifier: MIT
import GenAICore
import GenAIPricing

/// The data that the page reads first: totals, lists, and all calls as columns.
struct PageIndex {
    private var writer = JSONWriter()

    init(_ report: Report, title: String, _ progress: PageWriter.Progress) {
        writer.bytes.append(UInt8(ascii: "{"))
        writer.key("title")
        writer.string(title)
        writer.key("generated")
        writer.int(systemUnixNanoseconds() / 1_000_000)
        writer.key("live")
        writer.bool(progress.isLive)
        writer.key("revision")
        writer.int(progress.revision)
        writer.key("total")
        writer.pageTotals(report.tally.total)
        writer.key("forgotten")
        writer.object { writer in
            writer.key("spans")
            writer.int(report.archive.forgottenSpans)
            writer.key("traces")
            writer.int(report.archive.forgottenTraces)
            writer.key("totals")
            writer.pageTotals(report.archive.forgottenTotals)
        }
        writer.key("brokenLines")
        writer.int(report.input.brokenLines)
        writer.key("unpriced")
        writer.array { writer in
            for (key, count) in report.tally.unpriced.sorted(by: { $0.value > $1.value }).prefix(50) {
                writer.array {
                    $0.string(key.reason)
                    $0.string(key.model)
                    $0.int(count)
                }
            }
        }
    }

    /// Adds the lists, whose elements are already encoded, and the calls.
    mutating func writeLists(
        conversations: [[UInt8]], traces: [[UInt8]], rows: [(conversation: Int, row: CallRow)],
        _ traceIndex: [TraceID: Int]
    ) {
        writer.key("conversations")
        list(conversations)
        writer.key("traces")
        list(traces)
        writer.key("calls")
        writer.object { $0.columns(rows, traceIndex) }
    }

    private mutating func list(_ elements: [[UInt8]]) {
        writer.bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { writer.bytes.append(UInt8(ascii: ",")) }
            writer.bytes += element
        }
        writer.bytes.append(UInt8(ascii: "]"))
    }

    /// Returns the whole index, escaped for HTML.
    mutating func finish() -> [UInt8] {
        writer.bytes.append(UInt8(ascii: "}"))
        return PageWriter.escaped(writer.bytes)
    }
}

extension JSONWriter {
    /// Writes totals. The cost is in pico-dollars, as text, since JavaScript's numbers lose digits.
    mutating func pageTotals(_ totals: ReportTotals) {
        object { writer in
            for (name, count) in [
                ("calls", totals.modelCalls), ("tools", totals.toolCalls), ("in", totals.inputTokens),
                ("cached", totals.cachedTokens), ("out", totals.outputTokens), ("unpriced", totals.unpricedCalls),
                ("failed", totals.failedCalls),
            ] {
                writer.key(name)
                writer.int(count)
            }
            writer.key("cost")
            writer.pico(totals.cost)
        }
    }

    mutating func pico(_ amount: USD) { string("\(amount.picoUSD)") }

    fileprivate mutating func columns(_ rows: [(conversation: Int, row: CallRow)], _ traceIndex: [TraceID: Int]) {
        column("conversation", rows) { $0.int($1.conversation) }
        column("trace", rows) { $0.int(traceIndex[$1.row.traceID] ?? 0) }
        column("turn", rows) { $0.int($1.row.turn) }
        column("tool", rows) { $0.int($1.row.isTool ? 1 : 0) }
        column("start", rows) { $0.int($1.row.startMilliseconds) }
        column("duration", rows) { $0.int($1.row.durationMilliseconds) }
        column("in", rows) { $0.int($1.row.inputTokens) }
        column("cached", rows) { $0.int($1.row.cachedTokens) }
        column("out", rows) { $0.int($1.row.outputTokens) }
        column("cost", rows) { writer, row in row.row.cost.map { writer.pico($0) } ?? writer.null() }
        column("failed", rows) { $0.int($1.row.isFailed ? 1 : 0) }
        key("dimensions")
        array { $0.dimensions(rows.map(\.row)) }
    }

    private mutating func column(
        _ name: String, _ rows: [(conversation: Int, row: CallRow)],
        _ write: (inout JSONWriter, (conversation: Int, row: CallRow)) -> Void
    ) {
        key(name)
        array { writer in
            for row in rows { write(&writer, row) }
        }
    }

    /// Writes each dimension with its distinct values, and for each call the index of its value.
    private mutating func dimensions(_ rows: [CallRow]) {
        var names: [String] = []
        var columns: [String: DimensionColumn] = [:]
        for (position, row) in rows.enumerated() {
            for (name, value) in [("step", row.step)] + row.dimensions {
                if columns[name] == nil {
                    guard names.count < DimensionColumn.mostColumns else { continue }
                    columns[name] = DimensionColumn(rowCount: rows.count)
                    names.append(name)
                }
                columns[name]?.pick(value, at: position)
            }
        }
        for name in names {
            guard let column = columns[name], column.list.count <= DimensionColumn.mostValues else { continue }
            object { writer in
                writer.key("name")
                writer.string(name)
                writer.key("values")
                writer.array { writer in column.list.forEach { writer.string($0) } }
                writer.key("picks")
                writer.array { writer in column.picks.forEach { writer.int($0) } }
            }
        }
    }
}

/// A dimension by which calls can be grouped: its distinct values, and for each call the index of its value.
private struct DimensionColumn {
    static let mostColumns = 60
    /// The maximum number of values. An attribute with more is an identifier, not a group.
    static let mostValues = 5_000

    private var positions: [String: Int] = [:]
    private(set) var list: [String] = []
    private(set) var picks: [Int]

    init(rowCount: Int) {
        picks = Array(repeating: -1, count: rowCount)
    }

    mutating func pick(_ value: String, at row: Int) {
        if let known = positions[value] {
            picks[row] = known
        } else if list.count <= Self.mostValues {
            positions[value] = list.count
            picks[row] = list.count
            list.append(value)
        }
    }
}
