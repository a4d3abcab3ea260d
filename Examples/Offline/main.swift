// SPDX-License-Identifier: MIT
import ExampleSupport
import Foundation
import Last9GenAI
import LoopbackServer

// An unavailable collector: batches that cannot be sent are stored on disk, readable only by their owner, and sent when
// the collector is available again.

let directory = FileManager.default.temporaryDirectory.appendingPathComponent("offline-\(UUID().uuidString)")
let model = try ScriptedModel()

func telemetry(sendingTo endpoint: String) throws -> Last9Telemetry {
    var otlp = OTLPConfiguration(endpoint: endpoint)
    otlp.spool = DiskSpool(directory: directory.path)
    var configuration = Last9.Configuration(serviceName: "offline")
    configuration.spanExporters = [try OTLPSpanExporter(otlp)]
    return try Last9.install(configuration)
}

func spooledFiles() -> Int {
    let files = FileManager.default.enumerator(atPath: directory.path)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.contains(".pb") }.count
}

// No server listens there.
let offline = try telemetry(sendingTo: try LoopbackServer.refusedURL())
_ = try await model.client.chat.completions.create(.init(model: "gpt-4o-mini", messages: [.user("Hello")]))
await offline.shutdown()
print("offline: \(spooledFiles()) batch on disk")

// The next start of the program finds the collector available and sends the stored batches.
let collector = try LoopbackServer { _ in .response(200) }
let online = try telemetry(sendingTo: collector.url)
let requests = await collector.waitForRequests(1)
await online.shutdown()
print("online: \(requests.count) batch arrived at \(requests[0].path), \(spooledFiles()) left on disk")
try? FileManager.default.removeItem(at: directory)
