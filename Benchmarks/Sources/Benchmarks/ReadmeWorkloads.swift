// SPDX-License-Identifier: MIT
import GenAIHTTP
import Last9GenAI

/// Telemetry as README sets it up: all three signals to one OTLP endpoint, content included.
enum ReadmeSetup {
    /// Installs what `OTEL_EXPORTER_OTLP_ENDPOINT` alone makes `Last9.install()` install, but not for the whole process.
    static func install(
        exportingTo endpoint: String, variables: [String: String] = [:], becomesGlobal: Bool = false
    ) throws -> Last9Telemetry {
        var configuration = Last9.Configuration(
            becomesGlobal: becomesGlobal,
            environment: TelemetryEnvironment(variables.merging(["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]) { $1 }))
        configuration.flushesAtExit = false
        return try Last9.install(configuration)
    }

    /// A client that records its calls, or one that does not.
    static func client(
        baseURL: String, _ telemetry: Last9Telemetry?, transport: (any HTTPTransport)? = nil
    ) -> OpenAIClient {
        var configuration = OpenAIClient.Configuration(baseURL: baseURL, apiKey: "sk-x")
        configuration.tracerProvider = telemetry?.tracerProvider
        configuration.loggerProvider = telemetry?.loggerProvider
        configuration.meterProvider = telemetry?.meterProvider
        guard let transport else { return OpenAIClient(configuration: configuration) }
        return OpenAIClient(configuration: configuration, transport: transport)
    }
}

/// The cost that telemetry adds to a chat call, delivery over HTTP to a sink included, and the bytes that it sends.
let readmeWorkloads: [Workload] = [
    Workload(name: "w6.readme", countsAllocations: false) { runner in
        let sink = try Sink()
        defer { sink.stop() }
        let network = NoNetwork(answer: chatAnswer)
        let plain = ReadmeSetup.client(baseURL: "http://localhost:4318/v1", nil, transport: network)
        let telemetry = try ReadmeSetup.install(exportingTo: sink.endpoint)
        let recorded = ReadmeSetup.client(baseURL: "http://localhost:4318/v1", telemetry, transport: network)
        let added = try await CallData.withScopes {
            try await runner.measureAdded(
                ("w6.readme.plain", "w6.readme.recorded"), units: callCount,
                without: { try await ask(plain, times: $0 * callCount) },
                with: { for _ in 0..<$0 { try await askAndFlush(recorded, telemetry) } })
        }
        runner.record("w6.readme.overhead_us", added.wall / 1_000)
        runner.record("w6.readme.overhead_cpu_us", added.cpu / 1_000)
        // Work that was dropped would look fast.
        guard telemetry.statistics.spansDropped + telemetry.statistics.logRecordsDropped == 0 else {
            throw Failure("telemetry was dropped: \(telemetry.statistics)")
        }
        await telemetry.shutdown()
        for (suffix, variables) in byteVariants {
            runner.record("w6.readme.bytes\(suffix)", try await bytesOfCall(sink, variables))
        }
    }
]

private let byteVariants: [(String, [String: String])] = [
    ("", [:]), (".gzip", ["OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"]),
    (".messages", ["LAST9_GENAI_CONTENT_FORMS": "messages"]),
    // Without the record of each call, so that its content is sent once.
    (
        ".single",
        [
            "LAST9_GENAI_CONTENT_FORMS": "messages",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
        ]
    ),
    (".messages.gzip", ["LAST9_GENAI_CONTENT_FORMS": "messages", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"]),
]

/// Returns the bytes of the requests' bodies that all three signals send for one call.
private func bytesOfCall(_ sink: Sink, _ variables: [String: String]) async throws -> Double {
    let before = try sink.counts.bytes
    let telemetry = try ReadmeSetup.install(exportingTo: sink.endpoint, variables: variables)
    let client = ReadmeSetup.client(
        baseURL: "http://localhost:4318/v1", telemetry, transport: NoNetwork(answer: chatAnswer))
    try await CallData.withScopes { try await askAndFlush(client, telemetry) }
    await telemetry.shutdown()
    return Double(try sink.counts.bytes - before) / Double(callCount)
}

/// Two batches of spans.
private let callCount = 1_024
/// As many calls as the queues take the spans and log records of at once.
private let callsPerFlush = 256

private func askAndFlush(_ client: OpenAIClient, _ telemetry: Last9Telemetry) async throws {
    for _ in 0..<(callCount / callsPerFlush) {
        try await ask(client, times: callsPerFlush)
        await telemetry.tracerProvider.forceFlush()
        await telemetry.loggerProvider.forceFlush()
    }
    await telemetry.meterProvider.forceFlush()
}
