// SPDX-License-Identifier: MIT
import ExampleSupport
import Foundation
import GenAIHTTP
import GenAIReport
import Last9GenAI
import LoopbackServer

// A triage agent hands a question to a billing agent in another process, over HTTP: trace, conversation and user travel
// in headers. Each process writes its telemetry to a file of its own; read together they are one conversation.

let isBilling = CommandLine.arguments.count > 2
let folder = isBilling ? CommandLine.arguments[2] : FileManager.default.temporaryDirectory.path + "/agents-\(UUID())"
let name = isBilling ? "billing" : "triage"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)

var configuration = Last9.Configuration(serviceName: name)
configuration.spanExporters = [try OTLPFileExporter(path: "\(folder)/\(name).jsonl")]
configuration.logRecordExporters = []
let telemetry = try Last9.install(configuration)
let model = try ScriptedModel { question in
    .text(question.hasPrefix("Route") ? "billing" : "The second charge is a reservation; it goes away.")
}
isBilling ? try await serveBilling() : try await runTriage()

/// Answers on loopback until its standard input is closed.
func serveBilling() async throws {
    let service = try HTTPService { request, answer in
        let context = GenAIContext().extracting(accepting: [.conversation, .user]) { request.header($0) }
        try await context.run {
            try await invokeAgent(Agent(name: "Billing", id: "agent-billing"), provider: .openAI) {
                let completion = try await model.client.chat.completions.create(
                    .init(model: "gpt-4o", messages: [.user(request.text)]))
                answer.write(completion.text)
            }
        }
    }
    FileHandle.standardOutput.write(Data((service.url + "\n").utf8))
    while let line = readLine() { _ = line }
    await telemetry.shutdown()
}

func runTriage() async throws {
    let (billing, url, input) = try startBilling()
    let answer = try await withConversation("thread-7", userID: "ada") {
        try await invokeAgent(Agent(name: "Triage", id: "agent-triage"), provider: .openAI) {
            let route = try await model.client.chat.completions.create(
                .init(model: "gpt-4o-mini", messages: [.user("Route: why was I charged twice?")]))
            print("Triage sends it to \(route.text)")
            var request = HTTPRequest(method: "POST", url: url, body: Array("Why was I charged twice?".utf8))
            GenAIContext.current.inject(propagating: [.conversation, .user]) { request.headers[$0] = $1 }
            let response = try await makeDefaultTransport().send(request)
            return String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
        }
    }
    print("Billing says: \(answer)")
    try input.close()
    billing.waitUntilExit()
    await telemetry.shutdown()

    var report = Report()
    try report.read(path: folder)
    print(report.conversationText("thread-7") ?? "no conversation")
    try FileManager.default.removeItem(atPath: folder)
}

/// Starts this program once more, as the billing service.
func startBilling() throws -> (process: Process, url: String, input: FileHandle) {
    let process = Process()
    let (output, input) = (Pipe(), Pipe())
    process.executableURL = Bundle.main.executableURL
    process.arguments = ["billing", folder]
    (process.standardOutput, process.standardInput) = (output, input)
    try process.run()
    let url = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).dropLast()
    return (process, String(url), input.fileHandleForWriting)
}
