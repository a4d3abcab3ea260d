// SPDX-License-Identifier: MIT
import Last9GenAI
import LoopbackServer
import Testing

@Suite("A collector that fails", .timeLimit(.minutes(5)))
struct ExportFaultTests {
    static let faults: [(name: String, reply: LoopbackServer.Reply?)] = [
        ("refuses connections", nil),
        ("answers 500", .json(500, "{}")),
        ("never answers", .hang),
        ("resets connections", .resetAfterRequest),
    ]

    @Test("never fails the program, and shutdown keeps its deadline and tells the loss", arguments: faults)
    func fault(name: String, reply: LoopbackServer.Reply?) async throws {
        let collector = try reply.map { reply in try LoopbackServer { _ in reply } }
        let endpoint = try collector?.url ?? LoopbackServer.refusedURL()
        // Without limits of their own the exporters would never give up: only the deadline of the shutdown ends them.
        let environment = TelemetryEnvironment([
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT": "0",
            "OTEL_BSP_EXPORT_TIMEOUT": "0", "OTEL_BLRP_EXPORT_TIMEOUT": "0", "OTEL_METRIC_EXPORT_TIMEOUT": "0",
        ])
        let telemetry = try Last9.install(Last9.Configuration(becomesGlobal: false, environment: environment))
        let tracer = telemetry.tracerProvider.tracer(named: "tests")
        let values = await withTaskGroup(of: Int.self) { group in
            for number in 0..<1_000 {
                group.addTask { tracer.withSpan("work") { _ in number } }
            }
            return await group.reduce(0, +)
        }
        #expect(values == 499_500)
        #expect(await !telemetry.shutdown(timeout: .milliseconds(300)))
    }
}
