// SPDX-License-Identifier: MIT
import Last9GenAI

// Telemetry is sent to OTEL_EXPORTER_OTLP_ENDPOINT. LAST9_GENAI_CONVENTIONS selects the conventions; unreleased ones
// can be selected only in code.
do {
    let environment = TelemetryEnvironment.process
    var configuration = Last9.Configuration(serviceName: "conventions-tour")
    if environment.bool("TOUR_UNRELEASED_CONVENTIONS") == true { configuration.conventions = .development }
    let telemetry = try Last9.install(configuration)
    if let server = environment.string("TOUR_BASE_URL") {
        try await RealServerTour(baseURL: server).run()
    } else {
        try await ScriptedTour().run()
    }
    guard await telemetry.shutdown() else { throw TourError("not all telemetry was delivered") }
} catch {
    fail(error)
}
