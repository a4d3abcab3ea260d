// SPDX-License-Identifier: MIT
import Last9GenAI

/// The content of the ledger as tables for people.
struct Report {
    let text: String

    init(_ ledger: CostLedger) {
        let sections: [(title: String, dimension: CostLedger.Dimension)] = [
            ("Conversation", .conversation), ("Workflow", .workflowName), ("Run of a workflow", .workflow),
            ("Model", .model),
        ]
        let tables = sections.map { Self.table($0.title, ledger.entries($0.dimension), total: ledger.total) }
        text = tables.joined(separator: "\n")
    }

    private static func table(_ title: String, _ entries: [CostLedger.Entry], total: CostLedger.Totals) -> String {
        let width = 28
        var lines = [row(title, ["calls", "tools", "tokens in", "tokens out", "cost in USD"], width)]
        lines.append(String(repeating: "─", count: lines[0].count))
        lines += entries.map { row($0.id, cells($0.totals), width) }
        if title == "Model" {
            lines.append(String(repeating: "─", count: lines[0].count))
            lines.append(row("Total", cells(total), width))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cells(_ totals: CostLedger.Totals) -> [String] {
        [
            "\(totals.llmCalls)", "\(totals.toolCalls)", "\(totals.inputTokens)", "\(totals.outputTokens)",
            dollars(totals.cost),
        ]
    }

    /// Always eight decimals, so that the decimal points are aligned.
    private static func dollars(_ amount: USD) -> String {
        let parts = amount.description.split(separator: ".")
        let decimals = parts.count > 1 ? parts[1] : ""
        return "\(parts[0])." + decimals + String(repeating: "0", count: max(0, 8 - decimals.count))
    }

    private static func row(_ name: String, _ cells: [String], _ width: Int) -> String {
        let widths = [7, 7, 11, 12, 14]
        return name + String(repeating: " ", count: max(1, width - name.count))
            + zip(cells, widths).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }.joined()
    }
}
