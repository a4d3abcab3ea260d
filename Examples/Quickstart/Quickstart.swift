// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI

#if canImport(Android)
    import Android
#endif

/// The whole program: telemetry, a model, two conversations, a report.
struct Quickstart {
    private let environment = TelemetryEnvironment.process

    func run() async throws {
        let telemetry = try Last9.install(configuration())
        let model = try ScriptedModel.unlessConfigured(environment)
        let desk = SupportDesk(openai: OpenAIClient(configuration: model.configuration))

        say("Talking to \(model.description). \(destination).\n")
        async let ada: Void = desk.helpAda()
        async let bob: Void = desk.helpBob()
        _ = try await (ada, bob)

        guard await telemetry.shutdown() else {
            throw QuickstartError(description: "not all telemetry reached \(endpoint ?? "its destination")")
        }
        say(Report(telemetry.ledger).text)
    }

    /// Reads all settings from the environment, and prints the trace tree on the terminal.
    private func configuration() throws -> Last9.Configuration {
        var configuration = Last9.Configuration(serviceName: "quickstart")
        configuration.spanExporters = [ConsoleSpanExporter()]
        if endpoint != nil { configuration.spanExporters?.append(try OTLPSpanExporter()) }
        return configuration
    }

    private var endpoint: String? {
        environment.string("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? environment.string("OTEL_EXPORTER_OTLP_ENDPOINT")
    }

    private var destination: String {
        endpoint.map { "Telemetry goes to \($0) as well" } ?? "Telemetry stays here: no OTLP endpoint is set"
    }
}

/// An error that ends the program early.
struct QuickstartError: Error, CustomStringConvertible {
    let description: String
}

/// Writes a line without buffering, because the trace tree is written to the same terminal.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

/// Ends the program with one line on standard error.
func fail(_ reason: String) -> Never {
    FileHandle.standardError.write(Data("quickstart: \(reason)\n".utf8))
    exit(1)
}
