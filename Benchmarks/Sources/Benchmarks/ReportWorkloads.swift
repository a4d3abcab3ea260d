// SPDX-License-Identifier: MIT
import Foundation
import GenAIReport
import Last9GenAI

/// From a file of OTLP JSON to sums, as `genai-report` makes them, and to a page.
let reportWorkloads: [Workload] = [
    Workload(name: "w10", countsAllocations: false) { runner in
        let path = temporaryPath("jsonl")
        let page = temporaryPath("html")
        defer { for path in [path, page] { try? FileManager.default.removeItem(atPath: path) } }
        try await writeCalls(to: path)
        let megabytes = Double(try Data(contentsOf: URL(fileURLWithPath: path)).count) / 1e6
        var sums = Report.Options()
        sums.keepsConversations = false
        let reading = try await runner.measure("w10.report") { count in
            for _ in 0..<count { blackHole(try read(path, sums).json()) }
        }
        runner.record("w10.report.mb_per_s", megabytes / reading.cpu * 1e9)
        let reading2 = try await runner.measure("w10.page.reading") { count in
            for _ in 0..<count { blackHole(try read(path, Report.Options())) }
        }
        runner.record("w10.page.reading.mb_per_s", megabytes / reading2.cpu * 1e9)
        let report = try read(path, Report.Options())
        guard report.totals.modelCalls == callCount else { throw Failure("the report has \(report.totals)") }
        let writing = try await runner.measure("w10.page", suffix: "_per_call", units: callCount) { count in
            for _ in 0..<count { try report.writePage(to: page) }
        }
        runner.record("w10.page.us_per_call", writing.cpu / 1e3)
    },
    // What the page that follows the program costs a span, beside being written.
    Workload(name: "w10.live") { runner in
        let page = temporaryPath("html")
        defer { try? FileManager.default.removeItem(atPath: page) }
        let batch = try await contentSpans(512)
        let exporter = try ReportExporter(path: page)
        try await runner.measure("w10.live", suffix: "_per_span", units: batch.count) { count in
            for _ in 0..<count { try await exporter.export(batch) }
        }
        await exporter.shutdown()
    },
]

private let callCount = 4_096

private func temporaryPath(_ suffix: String) -> String {
    NSTemporaryDirectory() + "last9-benchmark-\(ProcessInfo.processInfo.processIdentifier).\(suffix)"
}

private func read(_ path: String, _ options: Report.Options) throws -> Report {
    var report = Report(options)
    try report.read(path: path)
    return report
}

/// Holds 512 conversations of eight turns, and writes their telemetry into a file.
private func writeCalls(to path: String) async throws {
    let file = try OTLPFileExporter(path: path)
    var configuration = Last9.Configuration(becomesGlobal: false, environment: TelemetryEnvironment([:]))
    configuration.spanExporters = [file]
    configuration.logRecordExporters = [file]
    configuration.metricExporters = [file]
    let telemetry = try Last9.install(configuration)
    let client = ReadmeSetup.client(
        baseURL: "http://localhost:4318/v1", telemetry, transport: NoNetwork(answer: chatAnswer))
    for conversation in 0..<(callCount / 8) {
        try await withConversation("conversation-\(conversation)", userID: "user-\(conversation % 50)") {
            for _ in 0..<8 {
                try await withWorkflow("workflow-\(conversation % 7)", type: "support") {
                    try await ask(client, times: 1)
                }
            }
        }
        // At the pace of the queues.
        if conversation % 32 == 31 { await telemetry.flush() }
    }
    await telemetry.shutdown()
}
