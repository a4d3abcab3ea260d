// SPDX-License-Identifier: MIT
import Last9GenAI
import LoopbackServer
import Testing

@Suite("A collector that fails", .timeLimit(.minutes(1)))
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
        let environment = TelemetryEnvironment(["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint])
        let telemetry = try Last9.install(Last9.Configuration(setGlobal: false, environment: environment))
        let tracer = telemetry.tracerProvider.tracer(named: "tests")
        let values = await withTaskGroup(of: Int.self) { group in
            for number in 0..<1_000 {
                group.addTask { tracer.withSpan("work") { _ in number } }
            }
            return await group.reduce(0, +)
        }
        #expect(values == 499_500)
        let clock = ContinuousClock()
        let start = clock.now
        let delivered = await telemetry.shutdown(timeout: .milliseconds(300))
        // Not a measurement: an exporter's own timeout is 10 s, so this tells whether the deadline was kept at all.
        #expect(clock.now - start < .seconds(8))
        #expect(!delivered)
    }
}
