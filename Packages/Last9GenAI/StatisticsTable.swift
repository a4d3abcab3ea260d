// SPDX-License-Identifier: MIT
import GenAIExportOTLP
import GenAITelemetry

extension Last9Statistics: CustomStringConvertible {
    /// A table with one line for each exporter, followed by other losses.
    ///
    /// The columns have the names of the properties. Zero and unknown values are shown as a dot.
    public var description: String {
        let rows =
            spanPipelines.map { StatisticsRow("spans", $0) }
            + logRecordPipelines.map { StatisticsRow("log records", $0) }
            + metricPipelines.map(StatisticsRow.init)
        let table = rows.isEmpty ? ["no exporters"] : StatisticsRow.table(rows)
        return (table + rows.compactMap(\.reasons) + remarks).joined(separator: "\n")
    }

    private var remarks: [String] {
        let recorded =
            spans.started - SpanStatistics.ParentOrigin.allCases.reduce(0) { $0 + spans.started(.drop, parent: $1) }
        let live = spans.live(.recordOnly) + spans.live(.recordAndSample)
        let late = [
            ("too late for their span", bridge.lateRecords), ("elided", bridge.elidedMessages),
            ("of spans given up", bridge.evictedSpans),
        ]
        let refused = [("discarded", measurementsDiscarded), ("into overflow series", measurementsOverflowed)]
        var remarks = [
            "spans: \(spans.started) started, \(recorded) recorded, \(live) not ended",
            "log records: \(logRecordsEmitted) emitted",
        ]
        for (what, counts) in [
            ("measurements", refused), ("messages", late), ("ledger entries", [("evicted", ledgerEntriesEvicted)]),
        ] {
            if let line = StatisticsRow.list(counts) { remarks.append("\(what): \(line)") }
        }
        return remarks
    }
}

/// The line of one exporter.
private struct StatisticsRow {
    private static let titles = [
        "received", "exported", "dropped", "pending", "delivered", "rejected", "failed", "on disk", "requests",
        "retries",
    ]

    private let name: String
    /// The counts in the order of the titles; `nil` if unknown.
    private let counts: [Int?]
    /// The reasons for losses, as a line; `nil` if there are none.
    let reasons: String?

    init(_ name: String, _ pipeline: Last9Statistics.Pipeline) {
        let (queue, dropped) = (pipeline.queue, pipeline.queue.dropped)
        self.init(
            name, [queue.received, queue.exported, dropped.total, queue.pending], pipeline.otlp,
            [
                ("queue full", dropped.queueFull), ("queue full in bytes", dropped.queueBytesFull),
                ("export failed", dropped.exportFailed), ("timed out", dropped.timedOut),
                ("at shutdown", dropped.atShutdown), ("after shutdown", dropped.afterShutdown),
            ], pipeline.losses)
    }

    init(_ pipeline: Last9Statistics.MetricPipeline) {
        let reader = pipeline.reader
        self.init(
            "data points",
            [reader.exportedPointCount + reader.lostPointCount, reader.exportedPointCount, reader.lostPointCount, nil],
            pipeline.otlp, [("export failed", reader.lostPointCount)], pipeline.losses)
    }

    private init(
        _ name: String, _ queue: [Int?], _ otlp: OTLPStatistics?, _ dropped: [(String, Int)],
        _ losses: [ExportError.Code: Int]
    ) {
        self.name = name
        let ofExporter = [
            otlp?.delivered, otlp?.rejected, otlp?.failed, otlp?.waitingOnDisk, otlp?.requests, otlp?.retries,
        ]
        counts = queue + ofExporter
        let causes = losses.map { ($0.words, $1) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        let lines = [Self.list(dropped), Self.list(causes).map { "by the exporter \($0)" }].compactMap(\.self)
        reasons = lines.isEmpty ? nil : "\(name) lost: \(lines.joined(separator: "; "))"
    }

    /// Returns the rows under their titles, in columns.
    static func table(_ rows: [StatisticsRow]) -> [String] {
        let cells =
            [[""] + titles]
            + rows.map { row in
                [row.name] + row.counts.map { count in count.flatMap { $0 == 0 ? nil : "\($0)" } ?? "." }
            }
        let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { line in
            let gaps = zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) }
            return line[0] + gaps[0] + zip(gaps, line).dropFirst().map { "  \($0)\($1)" }.joined()
        }
    }

    /// Returns the values that are not zero; `nil` if all are.
    static func list(_ counts: [(String, Int)]) -> String? {
        let nonzero = counts.filter { $0.1 != 0 }.map { "\($0.1) \($0.0)" }
        return nonzero.isEmpty ? nil : nonzero.joined(separator: ", ")
    }
}

extension ExportError.Code {
    fileprivate var words: String { name.split(separator: "_").joined(separator: " ").lowercased() }
}
