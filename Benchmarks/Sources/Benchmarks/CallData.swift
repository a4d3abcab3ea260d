// SPDX-License-Identifier: MIT
import Last9GenAI

/// The chat call that all workloads are about: the same data as Benchmarks/Peers/call_data.py.
enum CallData {
    static let resource = Resource([
        "service.name": "bench-service", "service.version": "1.2.3", "deployment.environment.name": "production",
        "telemetry.sdk.language": "swift", "telemetry.sdk.name": "opentelemetry",
    ])

    /// A prompt of 1,000 bytes and an answer of 500, as JSON text.
    static let prompt = message("user", "Tell me about the weather in Paris. ", byteCount: 1_000)
    static let completion = message("assistant", "It is sunny with a light breeze. ", byteCount: 500)

    /// Sets the twelve attributes that an instrumentation knows.
    @inline(__always)
    static func describe(_ span: TraceSpan) {
        span.setAttribute(.genAIOperationName, .chat)
        span.setAttribute(.genAIProviderName, .openAI)
        span.setAttribute(.genAIRequestModel, "gpt-4o")
        span.setAttribute(.genAIRequestMaxTokens, 1024)
        span.setAttribute(.genAIRequestTemperature, 0.7)
        span.setAttribute(.genAIRequestTopP, 0.95)
        span.setAttribute(.genAIResponseID, "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012")
        span.setAttribute(.genAIResponseModel, "gpt-4o-2024-08-06")
        span.setAttribute(.genAIResponseFinishReasons, ["stop"])
        span.setAttribute(.genAIUsageInputTokens, 1234)
        span.setAttribute(.genAIUsageOutputTokens, 567)
        span.setAttribute(.serverAddress, "api.openai.com")
    }

    /// Runs a closure in the three scopes that add the other seven attributes.
    static func withScopes<Value>(_ operation: () async throws -> Value) async throws -> Value {
        try await withConversation("conv-8f14e45fceea167a5a36dedd4bea2543", userID: "user-1029384756", turn: 3) {
            try await withWorkflow("wf-c9f0f895fb98ab9159f51fd0297e236d", type: "customer_support") {
                try await withAgent(name: "Support Bot", id: "agent-45c48cce2e2d7fbdea1afc51c7c6ad26") {
                    try await operation()
                }
            }
        }
    }

    /// Runs a synchronous closure in the same scopes.
    static func withScopes<Value>(_ operation: () -> Value) -> Value {
        withConversation("conv-8f14e45fceea167a5a36dedd4bea2543", userID: "user-1029384756", turn: 3) {
            withWorkflow("wf-c9f0f895fb98ab9159f51fd0297e236d", type: "customer_support") {
                withAgent(name: "Support Bot", id: "agent-45c48cce2e2d7fbdea1afc51c7c6ad26") { operation() }
            }
        }
    }

    /// A provider with nothing but the given processors.
    static func provider(
        _ processors: [any SpanProcessor], change: (inout TracerProvider.Configuration) -> Void = { _ in }
    ) -> TracerProvider {
        var configuration = TracerProvider.Configuration(environment: TelemetryEnvironment([:]), resource: resource)
        configuration.processors = processors
        change(&configuration)
        return TracerProvider(configuration)
    }

    private static func message(_ role: String, _ sentence: String, byteCount: Int) -> String {
        let frame = "[{\"role\": \"\(role)\", \"content\": \"\"}]"
        let text = String(repeating: sentence, count: byteCount / sentence.utf8.count + 1)
        return "[{\"role\": \"\(role)\", \"content\": \"\(text.prefix(byteCount - frame.utf8.count))\"}]"
    }
}
