// SPDX-License-Identifier: MIT
import Foundation
import GenAIHTTP
import Last9GenAI
import LoopbackServer

/// Calls of the client to a scripted model on loopback, in twenty parts, with the process's footprint after each.
enum ClientSoak {
    private static let answer = #"""
        {"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"message":\#
        {"role":"assistant","content":"Forty-two."},"finish_reason":"stop"}],\#
        "usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}
        """#

    /// Many short calls, eight at a time.
    static func calls(count: Int) async throws {
        let server = try LoopbackServer(recordsRequests: false) { _ in .json(200, answer) }
        let telemetry = try install()
        let client = OpenAIClient(configuration: .init(baseURL: server.url + "/v1", apiKey: "none"))
        var failureCount = 0
        for part in 1...20 {
            await withTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { await failures(of: count / 160, client) }
                }
                for await failures in group { failureCount += failures }
            }
            Load.say(
                "calls \(count / 160 * 8 * part) failed \(failureCount) \(Footprint.now.line)")
        }
        await telemetry.shutdown()
    }

    private static func failures(of count: Int, _ client: OpenAIClient) async -> Int {
        var failureCount = 0
        for _ in 0..<count {
            let request = ChatCompletionRequest(model: "gpt-4o-mini", messages: [.user("What is it?")])
            do { _ = try await client.chat.completions.create(request) } catch { failureCount += 1 }
        }
        return failureCount
    }

    /// One long stream whose pieces the reader forgets, without content and then with it.
    static func streams(count: Int) async throws {
        for capturesContent in [false, true] {
            let telemetry = try install(capturesContent: capturesContent)
            try await stream(count: count, name: capturesContent ? "recorded" : "unrecorded")
            await telemetry.shutdown()
        }
    }

    private static func stream(count: Int, name: String) async throws {
        let text = String(repeating: "lorem ipsum ", count: 40)
        let piece = LoopbackServer.Reply.Step.event(
            #"{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":"#
                + #"[{"index":0,"delta":{"content":"\#(text)"}}]}"#)
        let steps = [LoopbackServer.Reply.Step](repeating: piece, count: count) + [.event("[DONE]")]
        let server = try LoopbackServer(recordsRequests: false) { _ in .events(steps) }
        // What the server is ahead of the reader is not what this is about.
        var limits = HTTPTransportConfiguration()
        limits.bufferLimit = 1 << 20
        let client = OpenAIClient(
            configuration: .init(baseURL: server.url + "/v1", apiKey: "none"),
            transport: try makeDefaultTransport(limits))
        var received = 0
        let request = ChatCompletionRequest(model: "gpt-4o-mini", messages: [.user("Tell me everything.")])
        for try await _ in try await client.chat.completions.stream(request) {
            received += 1
            if received.isMultiple(of: max(1, count / 20)) {
                Load.say("\(name) \(received) \(Footprint.now.line)")
            }
        }
        guard received == count else { Load.fail("\(received) of \(count) pieces came") }
    }

    /// Installs everything, records, exports and shuts down, again and again.
    static func installs(count: Int) async throws {
        let server = try LoopbackServer(recordsRequests: false) { _ in .response(200) }
        for number in 1...count {
            let environment = TelemetryEnvironment(["OTEL_EXPORTER_OTLP_ENDPOINT": server.url])
            let telemetry = try Last9.install(Last9.Configuration(serviceName: "installs", environment: environment))
            telemetry.tracerProvider.tracer(named: "installs").startSpan("\(number)").end()
            guard await telemetry.shutdown() else { Load.fail("installation \(number) did not deliver") }
            if number == 10 || number.isMultiple(of: max(1, count / 20)) {
                Load.say("installs \(number) \(Footprint.now.line)")
            }
        }
    }

    /// With exporters that keep nothing, so that all that grows is the package's own.
    private static func install(capturesContent: Bool = true) throws -> Last9Telemetry {
        var configuration = Last9.Configuration(serviceName: "soak", capturesContent: capturesContent)
        configuration.spanExporters = [Forgetting()]
        configuration.logRecordExporters = [Forgetting()]
        configuration.metricExporters = []
        return try Last9.install(configuration)
    }

    private struct Forgetting: SpanExporter, LogRecordExporter {
        func export(_ batch: [SpanData]) async throws(ExportError) {}
        func export(_ batch: [LogRecordData]) async throws(ExportError) {}
        func forceFlush() async throws(ExportError) {}
        func shutdown() async {}
    }
}
