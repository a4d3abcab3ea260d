// SPDX-License-Identifier: MIT
import ExampleSupport
import Foundation
import GenAIReport
import Last9GenAI

// What was said and what it cost, without a backend: a page that follows while the program runs, and the same figures
// from a file of telemetry afterwards.
//
//     swift run report page.html     # keeps the page

let folder = FileManager.default.temporaryDirectory.appending(
    path: "report-\(UUID().uuidString)", directoryHint: .isDirectory)
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
let page = CommandLine.arguments.dropFirst().first ?? folder.appending(path: "page.html").path
let file = folder.appending(path: "telemetry.jsonl").path

var configuration = Last9.Configuration(serviceName: "report")
configuration.report = page
configuration.spanExporters = [try OTLPFileExporter(path: file)]
configuration.logRecordExporters = [try OTLPFileExporter(path: file)]
let telemetry = try Last9.install(configuration)
let model = try ScriptedModel { $0.contains("blue") ? .text("Because of Rayleigh scattering.") : .text("Ask again.") }

for (tenant, question) in [
    ("acme", "Why is the sky blue?"), ("acme", "Why are oranges?"), ("globex", "And the sea, blue?"),
] {
    try await withConversation("thread-\(tenant)", userID: "ada") {
        try await withAttributes(["tenant": .string(tenant)]) {
            try await invokeWorkflow("curiosity") {
                _ = try await model.client.chat.completions.create(
                    .init(model: "gpt-4o-mini", messages: [.user(question)]))
            }
        }
    }
}
await telemetry.shutdown()

// The page is one file that needs nothing else, and only its owner may read it.
let html = try String(contentsOfFile: page, encoding: .utf8)
print("page: \(html.contains("Rayleigh scattering") ? "has" : "lacks") what was said")

// The file is read by anyone who speaks OTLP; here by the report, with a grouping of its own.
var options = Report.Options()
options.groupings = [ReportGrouping("tenant")]
var report = Report(options)
try report.read(path: file)
print(report.text())
print(report.conversationText("thread-acme") ?? "")
print("the ledger says \(telemetry.ledger.total.cost) USD, the file \(report.totals.cost) USD")
try FileManager.default.removeItem(at: folder)
