// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry

/// Writes a report as one HTML file that needs no network: a fixed page, and the data as JSON that it reads.
///
/// Unchanged data is not encoded again.
final class PageWriter {
    /// Indicates whether more data may follow, so that the open page checks again.
    struct Progress {
        var isLive: Bool
        /// A number that is different for each written version of the page.
        var revision: Int
    }

    private struct Block {
        var revision: Int
        var bytes: [UInt8]
        /// The entry of the conversation or trace in the overview.
        var summary: [UInt8]
        var rows: [CallRow] = []
    }

    private var conversations: [String: Block] = [:]
    private var traces: [TraceID: Block] = [:]

    /// Returns the page in pieces, in the order in which to write them.
    func pieces(of report: Report, title: String, _ progress: Progress) -> [[UInt8]] {
        let builder = ConversationBuilder(report.archive)
        let outline = builder.outline()
        forget(keeping: outline)
        var shownTraces: [TraceID] = []
        var traceIndex: [TraceID: Int] = [:]
        for id in outline.flatMap(\.traces) where traceIndex[id] == nil {
            traceIndex[id] = shownTraces.count
            shownTraces.append(id)
        }
        let conversationBlocks = outline.map { entry in
            conversationBlock(entry, builder, report, traceIndex)
        }
        let traceBlocks = shownTraces.map { traceBlock($0, report.archive) }
        var index = PageIndex(report, title: title, progress)
        index.writeLists(
            conversations: conversationBlocks.map(\.summary), traces: traceBlocks.map(\.summary),
            rows: zip(outline, conversationBlocks).enumerated().flatMap { position, pair in
                pair.1.rows.map { (position, $0) }
            }, traceIndex)
        var pieces = [Array(PageAssets.head.utf8), Self.script("index", index.finish()), Array(PageAssets.body.utf8)]
        for (position, block) in conversationBlocks.enumerated() {
            pieces.append(Self.script("c\(position)", block.bytes))
        }
        for (position, block) in traceBlocks.enumerated() { pieces.append(Self.script("t\(position)", block.bytes)) }
        pieces.append(Array(PageAssets.tail.utf8))
        return pieces
    }

    private func forget(keeping outline: [(id: String, isNamed: Bool, traces: [TraceID])]) {
        let ids = Set(outline.map(\.id))
        conversations = conversations.filter { ids.contains($0.key) }
        let used = Set(outline.flatMap(\.traces))
        traces = traces.filter { used.contains($0.key) }
    }

    private func conversationBlock(
        _ entry: (id: String, isNamed: Bool, traces: [TraceID]), _ builder: ConversationBuilder, _ report: Report,
        _ traceIndex: [TraceID: Int]
    ) -> Block {
        let revision = entry.traces.reduce(entry.traces.count) {
            $0 &* 31 &+ (report.archive.traces[$1]?.revision ?? 0)
        }
        if let known = conversations[entry.id], known.revision == revision { return known }
        let view = builder.conversation(entry.id, isNamed: entry.isNamed, traces: entry.traces)
        var writer = JSONWriter()
        writer.conversationBlock(view)
        var summary = JSONWriter()
        summary.conversationSummary(view, report.tally.group(.conversation, view.id))
        let rows = CallRow.rows(view, report.archive)
        let block = Block(
            revision: revision, bytes: Self.escaped(writer.bytes), summary: summary.bytes, rows: rows)
        conversations[entry.id] = block
        return block
    }

    private func traceBlock(_ id: TraceID, _ archive: Archive) -> Block {
        guard let trace = archive.traces[id] else { return Block(revision: 0, bytes: [], summary: []) }
        if let known = traces[id], known.revision == trace.revision { return known }
        var block = TraceBlock(id, trace)
        let made = Block(
            revision: trace.revision, bytes: Self.escaped(block.encode()), summary: block.summary())
        traces[id] = made
        return made
    }

    /// Returns a block of data in a form that no browser runs.
    private static func script(_ id: String, _ json: [UInt8]) -> [UInt8] {
        Array("<script type=\"application/json\" id=\"\(id)\">".utf8) + json + Array("</script>\n".utf8)
    }

    /// Returns JSON without characters that HTML or JavaScript could take for the end of a text.
    static func escaped(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 == 0x3C || $0 == 0x3E || $0 == 0x26 || $0 == 0xE2 }) else { return json }
        var safe: [UInt8] = []
        safe.reserveCapacity(json.count + json.count / 16)
        var index = 0
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "<"): safe += "\\u003c".utf8
            case UInt8(ascii: ">"): safe += "\\u003e".utf8
            case UInt8(ascii: "&"): safe += "\\u0026".utf8
            case 0xE2 where index + 2 < json.count && json[index + 1] == 0x80 && json[index + 2] & 0xFE == 0xA8:
                safe += json[index + 2] == 0xA8 ? "\\u2028".utf8 : "\\u2029".utf8
                index += 2
            case let byte: safe.append(byte)
            }
            index += 1
        }
        return safe
    }
}

extension Report {
    /// Returns the page: one HTML file with all data in it, which can be opened from the disk and makes no requests.
    ///
    /// - Parameter title: The heading. Default: the names of the services.
    public func html(title: String = "") -> [UInt8] {
        let pieces = PageWriter().pieces(of: self, title: title, .init(isLive: false, revision: 1))
        return Array(pieces.joined())
    }
}
