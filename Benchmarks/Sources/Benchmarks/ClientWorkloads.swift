// SPDX-License-Identifier: MIT
import GenAIHTTP
import Last9GenAI

/// A chat call with and without telemetry, content included, through a transport that answers at once.
let clientWorkloads: [Workload] = [
    Workload(name: "w6") { runner in
        let plain = client(nil)
        let last9 = try installed(capturingContent: true)
        let silent = try installed(capturingContent: false)
        for (name, telemetry) in [("content", last9), ("no_content", silent)] {
            let recorded = client(telemetry)
            // Whole batches, and flushed, so that what the exporting thread does for a call counts as well.
            let added = try await CallData.withScopes {
                try await runner.measureAdded(
                    ("w6.plain", "w6.\(name)"), units: callCount,
                    without: { try await ask(plain, times: $0 * callCount) },
                    with: { count in
                        try await ask(recorded, times: count * callCount)
                        await telemetry.tracerProvider.forceFlush()
                    })
            }
            guard !runner.options.allocationsOnly else { continue }
            let prefix = name == "content" ? "w6" : "w6.\(name)"
            runner.record("\(prefix).overhead_us", added.wall / 1_000)
            runner.record("\(prefix).overhead_cpu_us", added.cpu / 1_000)
        }
        await last9.shutdown()
        await silent.shutdown()
    },
    Workload(name: "stream") { runner in
        let plain = client(nil, answer: streamedAnswer)
        let last9 = try installed(capturingContent: true)
        let recorded = client(last9, answer: streamedAnswer)
        let added = try await CallData.withScopes {
            try await runner.measureAdded(
                ("stream.plain", "stream.content"), suffix: "_per_chunk", units: streamedChunkCount,
                without: { try await read(plain, times: $0) }, with: { try await read(recorded, times: $0) })
        }
        if !runner.options.allocationsOnly {
            runner.record("stream.overhead_ns_per_chunk", added.wall)
            let megabytes = Double(streamedAnswer.count) / 1e6
            let seconds = runner.figures["stream.plain.ns_per_chunk"].map { $0 * Double(streamedChunkCount) / 1e9 }
            if let seconds { runner.record("stream.plain.mb_per_s", megabytes / seconds) }
        }
        await last9.shutdown()
    },
]

/// Four batches of the processor: calls are made while others are exported, as in a program that runs for long.
private let callCount = 2_048

/// Returns the telemetry of `Last9.install` with an exporter that discards everything.
private func installed(capturingContent: Bool) throws -> Last9Telemetry {
    var configuration = Last9.Configuration(
        capturesContent: capturingContent, becomesGlobal: false, environment: TelemetryEnvironment([:]))
    configuration.spanExporters = [DroppingExporter()]
    configuration.logRecordExporters = []
    configuration.metricExporters = []
    return try Last9.install(configuration)
}

private func client(_ telemetry: Last9Telemetry?, answer: [UInt8] = chatAnswer) -> OpenAIClient {
    var configuration = OpenAIClient.Configuration(baseURL: "http://localhost:4318/v1", apiKey: "sk-x")
    configuration.tracerProvider = telemetry?.tracerProvider
    configuration.loggerProvider = telemetry?.loggerProvider
    return OpenAIClient(configuration: configuration, transport: NoNetwork(answer: answer))
}

/// The chat call that the client makes: the same as in Benchmarks/Peers.
var chatRequest: ChatCompletionRequest {
    var request = ChatCompletionRequest(
        model: "gpt-4o",
        messages: [.system("You are a helpful assistant."), .user("What is the weather in Paris today?")],
        temperature: 0.7, maxCompletionTokens: 1024)
    request.topP = 0.95
    return request
}

func ask(_ client: OpenAIClient, times: Int) async throws {
    let request = chatRequest
    for _ in 0..<times { blackHole(try await client.chat.completions.create(request)) }
}

private func read(_ client: OpenAIClient, times: Int) async throws {
    let request = chatRequest
    for _ in 0..<times {
        for try await chunk in try await client.chat.completions.stream(request) { blackHole(chunk) }
    }
}

/// The answer to a chat call, as the sink gives it too.
let chatAnswer = Array(
    """
    {"id":"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012","object":"chat.completion","created":1790000000,\
    "model":"gpt-4o-2024-08-06","choices":[{"index":0,"message":{"role":"assistant","content":"It is sunny with a \
    light breeze in Paris today, around 21 degrees.","refusal":null},"logprobs":null,"finish_reason":"stop"}],\
    "usage":{"prompt_tokens":1234,"completion_tokens":567,"total_tokens":1801},"service_tier":"default",\
    "system_fingerprint":"fp_abc"}
    """.utf8)

let streamedChunkCount = 100

/// The answer to a streamed chat call.
let streamedAnswer: [UInt8] = {
    let chunk = """
        data: {"id":"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012","object":"chat.completion.chunk","created":1790000000,\
        "model":"gpt-4o-2024-08-06","system_fingerprint":"fp_abc","choices":[{"index":0,"delta":{"content":" sunny"},\
        "logprobs":null,"finish_reason":null}]}


        """
    return Array((String(repeating: chunk, count: streamedChunkCount) + "data: [DONE]\n\n").utf8)
}()
