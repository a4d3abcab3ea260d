// SPDX-License-Identifier: MIT
import Last9GenAI
import Synchronization

/// Counts spans: the least that a processor can do.
final class CountingProcessor: SpanProcessor {
    private let count = Atomic(0)

    func onEnd(_ span: SpanData) {
        count.wrappingAdd(1, ordering: .relaxed)
    }
}

/// One span of a chat call, from start to end.
let spanWorkloads: [Workload] = [
    spans("w1", [Last9SpanProcessor(), CountingProcessor()]),
    spans("w1.uncosted", [CountingProcessor()]),
    spans("w1.bridged", [Last9SpanProcessor(), LogToSpanProcessor(), CountingProcessor()]),
    spans("w1.bare", [CountingProcessor()], body: { bareSpans($0, $1) }),
    spans("w1.bulk", [Last9SpanProcessor(), CountingProcessor()], body: { bulkSpans($0, $1) }),
    spans("w1.noop", [], change: { $0.isDisabled = true }),
    spans("w1.noop.bare", [], change: { $0.isDisabled = true }, body: { bareSpans($0, $1) }),
    spans(
        "w1.unsampled", [CountingProcessor()], change: { $0.sampler = AlwaysOffSampler() }, body: { bareSpans($0, $1) }),
    // Three nested scopes, without a span inside and with one.
    Workload(name: "w7") { runner in
        let tracer = CallData.provider([CountingProcessor()]).tracer(named: "bench", version: "1.0")
        try await runner.measure("w7.scopes") { (count: Int) in
            for _ in 0..<count { CallData.withScopes { blackHole(count) } }
        }
        try await runner.measure("w7.scopes.async") { (count: Int) async throws in
            for _ in 0..<count { try await CallData.withScopes { () async throws in blackHole(count) } }
        }
        try await runner.measure("w7.scopes.span") { (count: Int) in
            for _ in 0..<count { CallData.withScopes { bareSpans(tracer, 1) } }
        }
    },
    Workload(name: "scopes.read") { runner in
        _ = try await CallData.withScopes {
            try await runner.measure("scopes.read") { count in
                for _ in 0..<count { blackHole(GenAIContext.current) }
            }
        }
    },
]

private func spans(
    _ name: String, _ processors: [any SpanProcessor],
    change: @escaping @Sendable (inout TracerProvider.Configuration) -> Void = { _ in },
    body: @escaping @Sendable (TracerProvider.Tracer, Int) -> Void = { chatSpans($0, $1) }
) -> Workload {
    Workload(name: name) { runner in
        let tracer = CallData.provider(processors, change: change).tracer(named: "bench", version: "1.0")
        _ = try await CallData.withScopes {
            try await runner.measure(name) { count in body(tracer, count) }
        }
    }
}

func chatSpans(_ tracer: TracerProvider.Tracer, _ count: Int) {
    for _ in 0..<count {
        let span = tracer.startSpan("chat gpt-4o", kind: .client)
        CallData.describe(span)
        span.end()
    }
}

private func bareSpans(_ tracer: TracerProvider.Tracer, _ count: Int) {
    for _ in 0..<count {
        tracer.startSpan("chat gpt-4o", kind: .client).end()
    }
}

/// Six attributes at the start and six at the end, as one map each.
private func bulkSpans(_ tracer: TracerProvider.Tracer, _ count: Int) {
    for _ in 0..<count {
        var request = Attributes()
        request.reserveCapacity(6)
        request[.genAIOperationName] = .chat
        request[.genAIProviderName] = .openAI
        request[.genAIRequestModel] = "gpt-4o"
        request[.genAIRequestMaxTokens] = 1024
        request[.genAIRequestTemperature] = 0.7
        request[.genAIRequestTopP] = 0.95
        let span = tracer.startSpan("chat gpt-4o", kind: .client, attributes: request)
        var response = Attributes()
        response.reserveCapacity(6)
        response[.genAIResponseID] = "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012"
        response[.genAIResponseModel] = "gpt-4o-2024-08-06"
        response[.genAIResponseFinishReasons] = ["stop"]
        response[.genAIUsageInputTokens] = 1234
        response[.genAIUsageOutputTokens] = 567
        response[.serverAddress] = "api.openai.com"
        span.setAttributes(response)
        span.end()
    }
}
