// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import LoopbackServer

/// Tasks that call a model all the time, with content, while the collector may come and go.
enum ContentLoad {
    private static let taskCount = 64
    private static let question = String(repeating: "How much is six times seven? ", count: 30)
    private static let answer = #"""
        {"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"message":\#
        {"role":"assistant","content":"\#(String(repeating: "Forty-two. ", count: 60))"},"finish_reason":"stop"}],\#
        "usage":{"prompt_tokens":240,"completion_tokens":180,"total_tokens":420}}
        """#

    /// Goes on for so long, in twenty parts with the process's footprint after each, and then delivers what waits.
    static func run(seconds: Int, spool: DiskSpool?) async throws {
        let server = try LoopbackServer(recordsRequests: false) { _ in .json(200, answer) }
        var otlp = OTLPConfiguration()
        otlp.spool = spool
        let exporter = try OTLPSpanExporter(otlp)
        var options = BatchOptions.spans()
        options.overflow = .wait(limit: .seconds(120))
        let batch = BatchSpanProcessor(exporter: exporter, options: options)
        var configuration = Last9.Configuration(serviceName: "content")
        configuration.spanExporters = []
        configuration.logRecordExporters = []
        configuration.metricExporters = []
        let telemetry = try Last9.install(configuration)
        telemetry.tracerProvider.addProcessor(batch)
        let client = OpenAIClient(configuration: .init(baseURL: server.url + "/v1", apiKey: "none"))

        let start = ContinuousClock.now
        for part in 1...20 {
            let end = start + .milliseconds(seconds * 1_000 / 20 * part)
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<taskCount {
                    group.addTask { await call(client, "\(task)", until: end) }
                }
            }
            Load.say("content \(telemetry.statistics.spans.started) \(Footprint.now.line)")
        }
        let isDelivered = await telemetry.shutdown(timeout: .seconds(120))
        Load.say("started \(telemetry.statistics.spans.started)")
        Load.report(batch.statistics, exporter.statistics, isDelivered)
    }

    /// Calls in conversations of four, a hundred of which a user has again and again, so that the tables of conversations
    /// are full early.
    private static func call(_ client: OpenAIClient, _ name: String, until end: ContinuousClock.Instant) async {
        var number = 0
        while ContinuousClock.now < end {
            await withConversation("conversation-\(name)-\(number / 4 % 100)", userID: "user-\(name)") {
                let request = ChatCompletionRequest(model: "gpt-4o-mini", messages: [.user(question)])
                do { _ = try await client.chat.completions.create(request) } catch { Load.fail("\(error)") }
            }
            number += 1
        }
    }
}
