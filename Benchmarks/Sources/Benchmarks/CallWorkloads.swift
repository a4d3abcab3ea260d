// SPDX-License-Identifier: MIT
import Last9GenAI

/// A call recorded by `withModelCall`, content included, up to the queues of the exporters.
let callWorkloads: [Workload] = [
    Workload(name: "call") { runner in
        var configuration = Last9.Configuration(becomesGlobal: false, environment: TelemetryEnvironment([:]))
        configuration.spanExporters = []
        configuration.logRecordExporters = []
        configuration.metricExporters = []
        let telemetry = try Last9.install(configuration)
        let calls = CallTelemetry(
            tracerProvider: telemetry.tracerProvider, loggerProvider: telemetry.loggerProvider,
            meterProvider: telemetry.meterProvider)
        let request = ModelRequest(
            model: "gpt-4o", provider: .openAI,
            messages: [.system("You are a helpful assistant."), .user("What is the weather in Paris today?")],
            temperature: 0.7, topP: 0.95, maxTokens: 1024)
        let answer = ModelAnswer(
            id: "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012", model: "gpt-4o-2024-08-06",
            messages: [.assistant("It is sunny with a light breeze in Paris today.")], finishReasons: ["stop"],
            usage: TokenUsage(inputTokens: 1234, outputTokens: 567))
        _ = try await CallData.withScopes {
            try await runner.measure("call") { count in
                for _ in 0..<count {
                    try withModelCall(request, telemetry: calls) { call in call.answer = answer }
                }
            }
        }
        await telemetry.shutdown()
    }
]
