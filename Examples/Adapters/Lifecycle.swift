// SPDX-License-Identifier: MIT
// Packages: swift-service-lifecycle (ServiceLifecycle)
//
// Telemetry as a service: flushed and shut down when the program is, after the services that still produce it. Copy
// this file into your program, then put it first, so that it stops last:
//
//     let telemetry = try Last9.install()
//     let group = ServiceGroup(services: [Last9Service(telemetry), server], gracefulShutdownSignals: [.sigterm], logger: logger)
//     try await group.run()
import Last9GenAI
import ServiceLifecycle

/// Shuts telemetry down when its service group ends.
struct Last9Service: Service {
    private let telemetry: Last9Telemetry
    private let timeout: Duration

    /// - Parameters:
    ///   - telemetry: The result of `Last9.install`.
    ///   - timeout: The longest that the last export may take.
    init(_ telemetry: Last9Telemetry, timeout: Duration = .seconds(10)) {
        self.telemetry = telemetry
        self.timeout = timeout
    }

    func run() async throws {
        // Ends by cancellation too, which is no failure of telemetry.
        try? await gracefulShutdown()
        await telemetry.shutdown(timeout: timeout)
    }
}
