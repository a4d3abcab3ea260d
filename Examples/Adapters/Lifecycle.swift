// SPDX-License-Identifier: MIT
// Packages: swift-service-lifecycle (ServiceLifecycle)
//
// Telemetry as a service, which is flushed and shut down after the services that still produce telemetry. Copy this
// file into your program, then put it first in the group, so that it stops last:
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
    ///   - timeout: The time limit of the last export.
    init(_ telemetry: Last9Telemetry, timeout: Duration = .seconds(10)) {
        self.telemetry = telemetry
        self.timeout = timeout
    }

    func run() async throws {
        // Cancellation ends it too, which is not a failure of telemetry.
        try? await gracefulShutdown()
        await telemetry.shutdown(timeout: timeout)
    }
}
