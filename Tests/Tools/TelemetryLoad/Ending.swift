// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI

/// Programs that end without a shutdown, and one that has much to say about itself; run by the tests.
enum Ending {
    /// Returns the handle only so that it is kept.
    private static func recordOne(flushesOnTermination: Bool = false) throws -> Last9Telemetry {
        var configuration = Last9.Configuration(serviceName: "ending")
        configuration.flushesOnTermination = flushesOnTermination
        let telemetry = try Last9.install(configuration)
        telemetry.tracerProvider.tracer(named: "ending").startSpan("the last one").end()
        return telemetry
    }

    static func exit() throws -> Never {
        let telemetry = try recordOne()
        withExtendedLifetime(telemetry) { Foundation.exit(0) }
    }

    static func signal() async throws {
        let telemetry = try recordOne(flushesOnTermination: true)
        Load.say("ready")
        try await Task.sleep(for: .seconds(600))
        await telemetry.shutdown()
    }

    static func diagnostics() {
        let text = String(repeating: "x", count: 1_000)
        for number in 0..<1_000 { _ = TelemetryEnvironment(["V": "\(number)\(text)"]).bool("V") }
        Load.say("done")
    }
}
