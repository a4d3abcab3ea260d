// SPDX-License-Identifier: MIT
import Last9GenAI
import LoopbackServer
import Testing

@Suite("Shutdown with a collector that is away", .timeLimit(.minutes(1)))
struct ShutdownTests {
    @Test(
        "ends long before its timeout where connections are refused",
        arguments: ["http/protobuf", "http/json", "grpc"])
    func refused(wireProtocol: String) async throws {
        let environment = TelemetryEnvironment([
            "OTEL_EXPORTER_OTLP_ENDPOINT": try LoopbackServer.refusedURL(),
            "OTEL_EXPORTER_OTLP_PROTOCOL": wireProtocol, "OTEL_EXPORTER_OTLP_TIMEOUT": "600000",
            "OTEL_BSP_EXPORT_TIMEOUT": "600000", "OTEL_BLRP_EXPORT_TIMEOUT": "600000",
            "OTEL_METRIC_EXPORT_TIMEOUT": "600000",
        ])
        let telemetry = try Last9.install(Last9.Configuration(becomesGlobal: false, environment: environment))
        telemetry.tracerProvider.tracer(named: "shutdown").startSpan("last").end()
        #expect(await telemetry.shutdown(timeout: .seconds(600)) == false)
    }
}
