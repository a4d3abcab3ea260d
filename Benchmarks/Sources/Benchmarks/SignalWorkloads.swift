// SPDX-License-Identifier: MIT
import Last9GenAI

/// Log records and measurements, up to the point where they wait for an export.
let signalWorkloads: [Workload] = [
    Workload(name: "logs.emit") { runner in
        var configuration = LoggerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.processors = [NoLogProcessing()]
        let logger = LoggerProvider(configuration).emitter(named: "bench")
        _ = try await CallData.withScopes {
            try await runner.measure("logs.emit") { count in
                for _ in 0..<count {
                    logger.emit(
                        LogRecordData(
                            eventName: "gen_ai.user.message", body: .map(["content": "What is the weather?"]),
                            severity: .info, attributes: ["gen_ai.provider.name": "openai"]))
                }
            }
        }
    },
    Workload(name: "metrics.histogram") { runner in
        let reader = ManualMetricReader()
        var configuration = MeterProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.readers = [reader]
        let provider = MeterProvider(configuration)
        let histogram = provider.meter(named: "bench").histogram(
            named: "gen_ai.client.operation.duration", unit: "s", of: Double.self)
        let series: Attributes = [
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06", "server.address": "api.openai.com",
        ]
        try await runner.measure("metrics.histogram") { count in
            for number in 0..<count { histogram.record(Double(number & 1023) / 100, attributes: series) }
        }
        let bound = histogram.bound(to: series)
        try await runner.measure("metrics.histogram.bound") { count in
            for number in 0..<count { bound.record(Double(number & 1023) / 100) }
        }
        blackHole(reader.collect())
    },
]
