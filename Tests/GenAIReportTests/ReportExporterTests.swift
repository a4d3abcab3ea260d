// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Testing

@testable import GenAIReport

@Suite("Live report")
struct ReportExporterTests {
    private func text(_ path: String) throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }

    @Test("is a page for its owner alone, which is replaced as a whole and ends with the shutdown")
    func lifecycle() async throws {
        try await withFolder { folder in
            let path = folder + "/report.html"
            try "something else".write(toFile: path, atomically: true, encoding: .utf8)
            let exporter = try ReportExporter(path: path)
            #expect(try text(path).contains(#""live":true"#))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            try await exporter.export([span("chat", id: 1, call(0.25))])
            try await exporter.forceFlush()
            #expect(try text(path).contains(#""cost":"250000000000""#))
            await exporter.shutdown()
            #expect(try text(path).contains(#""live":false"#))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["report.html"])
        }
    }

    @Test("takes what the other pipeline brings after one has shut it down")
    func lateRecords() async throws {
        try await withFolder { folder in
            let exporter = try ReportExporter(path: folder + "/report.html")
            try await exporter.export([span("chat", id: 1, call(0.25))])
            await exporter.shutdown()
            var record = LogRecordData(eventName: "gen_ai.user.message", body: ["content": "a late question"])
            record.spanContext = SpanContext(traceID: TraceID(high: 1, low: 1), spanID: SpanID(rawValue: 1))
            try await exporter.export([record])
            #expect(try text(folder + "/report.html").contains("a late question"))
        }
    }

    @Test("refuses a file that cannot be written, by name")
    func unwritable() {
        let error = #expect(throws: ConfigurationError.self) { try ReportExporter(path: "/no/such/folder/report.html") }
        #expect(error?.code == .unavailable)
        #expect(error?.value == "/no/such/folder/report.html")
    }
}
