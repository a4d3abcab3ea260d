// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIExportOTLP
import GenAITelemetry
import Testing

@testable import GenAIReport

@Suite("A disk spool as a report's input")
struct SpoolInputTests {
    /// Exports to nobody, so that everything stays on the disk.
    private func spool(_ protocol: OTLPProtocol, _ compression: OTLPCompression?, in folder: String) async throws {
        var configuration = OTLPConfiguration(
            endpoint: "http://127.0.0.1:9", compression: compression, protocol: `protocol`)
        configuration.spool = DiskSpool(directory: folder)
        let environment = TelemetryEnvironment([:])
        let spans = try OTLPSpanExporter(configuration, environment: environment)
        let records = try OTLPLogRecordExporter(configuration, environment: environment)
        try await spans.export([Self.chat, span("step", id: 2, at: 5)])
        try await records.export([Self.question])
        await spans.shutdown()
        await records.shutdown()
    }

    private static let chat: SpanData = {
        var data = span(
            "chat gpt-4o-mini", id: 1, parent: 2, at: 7, error: "späte Antwort",
            call(
                0.000_021,
                [
                    "gen_ai.conversation.id": "thread-1", "flag": true, "list": ["a", 2, -3.5],
                    "map": .map(["k": .null]),
                    "bytes": .bytes([1, 2, 3]), "negative": -7,
                ]))
        data.events = [TraceSpan.Event(name: "first", nanoseconds: 5, attributes: ["n": 1])]
        data.links = [
            TraceSpan.Link(context: SpanContext(traceID: TraceID(high: 9, low: 9), spanID: SpanID(rawValue: 9)))
        ]
        return data
    }()

    private static let question: LogRecordData = {
        var record = LogRecordData(
            eventName: "gen_ai.user.message", severity: .info, attributes: ["gen_ai.system": "openai"])
        record.body = .map(["content": "Where is my order?"])
        record.nanoseconds = 1_795_000_000_000_000_000
        record.spanContext = chat.context
        return record
    }()

    static let forms: [(OTLPProtocol, OTLPCompression?)] = [
        (.httpProtobuf, .gzip), (.httpProtobuf, nil), (.httpJSON, .gzip), (.httpJSON, nil),
    ]

    @Test("is read whatever its encoding, and shows what was exported", arguments: forms)
    func spoolFolder(form: (OTLPProtocol, OTLPCompression?)) async throws {
        try await withFolder { folder in
            try await spool(form.0, form.1, in: folder)
            var report = Report()
            try report.read(path: folder)
            #expect(report.input.spans == 2)
            #expect(report.input.brokenLines == 0)
            #expect(report.totals.cost == USD("0.000021"))
            let text = try #require(report.conversationText("thread-1"))
            #expect(text.contains("Where is my order?"))
            let kept = try #require(report.archive.traces[Self.chat.context.traceID]?.spans.first?.data)
            var expected = Self.chat.attributes
            // JSON has no bytes: they are text there.
            if form.0 == .httpJSON { expected["bytes"] = kept.attributes["bytes"] }
            #expect(kept.attributes == expected)
            #expect(
                kept.name == Self.chat.name && kept.kind == Self.chat.kind && kept.parent?.spanID == SpanID(rawValue: 2)
            )
            #expect(kept.status == Self.chat.status)
            #expect(kept.events.map(\.attributes) == [["n": 1]])
            #expect(kept.links.map(\.context.spanID) == [SpanID(rawValue: 9)])
            #expect(kept.resource.attributes["service.name"] == "desk")
            #expect(
                kept.startNanoseconds == Self.chat.startNanoseconds && kept.endNanoseconds == Self.chat.endNanoseconds)
        }
    }

    @Test("counts a batch that was sent again once, spans and messages alike")
    func repeated() async throws {
        try await withFolder { folder in
            try await spool(.httpProtobuf, .gzip, in: folder)
            try await spool(.httpJSON, nil, in: folder)
            var report = Report()
            try report.read(path: folder)
            try report.read(path: folder)
            #expect(report.input.spans == 8 && report.input.repeatedSpans == 6)
            #expect(report.totals.modelCalls == 1)
            #expect(report.totals.cost == USD("0.000021"))
            let trace = try #require(report.archive.traces[Self.chat.context.traceID])
            #expect(trace.spans.count == 2)
            #expect(trace.records.values.map(\.count) == [1])
        }
    }

    @Test("passes over what is broken or no telemetry, at every length")
    func broken() async throws {
        try await withFolder { folder in
            try await spool(.httpProtobuf, nil, in: folder)
            let traces = folder + "/traces-0"
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: traces).first { $0.hasSuffix(".pb") })
            let whole = try Data(contentsOf: URL(filePath: "\(traces)/\(name)"))
            for length in 0..<whole.count {
                #expect(throws: Never.self) {
                    let spans = (try? OTLPBinaryReader(Array(whole.prefix(length))))?.spans ?? []
                    #expect(spans.isEmpty)
                }
            }
            var report = Report()
            try Data("nonsense".utf8).write(to: URL(filePath: "\(folder)/x.pb"))
            try Data("not telemetry".utf8).write(to: URL(filePath: "\(folder)/notes.txt"))
            try report.read(path: folder)
            #expect(report.input.brokenLines == 1)
            #expect(report.totals.modelCalls == 1)
        }
    }

    @Test("spans that came before are known as long as less than a million others came since")
    func memory() {
        var seen = SeenSpans(capacity: 1_000)
        func insert(_ number: UInt64) -> Bool {
            seen.insert(TraceID(high: 0, low: number / 10), SpanID(rawValue: number))
        }
        for number in 1...5_000 as ClosedRange<UInt64> { #expect(insert(number)) }
        for number in 4_001...5_000 as ClosedRange<UInt64> { #expect(!insert(number)) }
        #expect(insert(1))
        let ofAnotherTrace = seen.insert(TraceID(high: 1, low: 500), SpanID(rawValue: 5_000))
        #expect(ofAnotherTrace)
    }
}
