// SPDX-License-Identifier: MIT
import GenAIHTTP
import Last9GenAI

/// A chat call with and without telemetry, content included, through a transport that answers at once.
let clientWorkloads: [Workload] = [
    Workload(name: "w6") { runner in
        let plain = client(nil)
        let base = try await runner.measure("w6.plain") { try await ask(plain, times: $0) }
        let last9 = try installed(capturingContent: true)
        let recorded = client(last9)
        let whole = try await CallData.withScopes {
            try await warmUp(recorded, runner)
            return try await runner.measure("w6.content") { try await ask(recorded, times: $0) }
        }
        let silent = try installed(capturingContent: false)
        let contentless = client(silent)
        let narrow = try await CallData.withScopes {
            try await warmUp(contentless, runner)
            return try await runner.measure("w6.no_content") { try await ask(contentless, times: $0) }
        }
        if !runner.options.allocationsOnly {
            runner.record("w6.overhead_us", (whole.wall - base.wall) / 1_000)
            runner.record("w6.overhead_cpu_us", (whole.cpu - base.cpu) / 1_000)
            runner.record("w6.no_content.overhead_us", (narrow.wall - base.wall) / 1_000)
        }
        await last9.shutdown()
        await silent.shutdown()
    },
    Workload(name: "stream") { runner in
        let plain = client(nil, answer: streamedAnswer)
        let base = try await runner.measure("stream.plain", suffix: "_per_chunk", units: streamedChunkCount) {
            try await read(plain, times: $0)
        }
        let last9 = try installed(capturingContent: true)
        let recorded = client(last9, answer: streamedAnswer)
        let whole = try await CallData.withScopes {
            try await runner.measure("stream.content", suffix: "_per_chunk", units: streamedChunkCount) {
                try await read(recorded, times: $0)
            }
        }
        if !runner.options.allocationsOnly {
            runner.record("stream.overhead_ns_per_chunk", whole.wall - base.wall)
            let megabytes = Double(streamedAnswer.count) / 1e6
            runner.record("stream.plain.mb_per_s", megabytes / (base.wall * Double(streamedChunkCount) / 1e9))
        }
        await last9.shutdown()
    },
]

/// What `Last9.install` wires up, with an exporter that drops everything.
private func installed(capturingContent: Bool) throws -> Last9Telemetry {
    var configuration = Last9.Configuration(
        captureContent: capturingContent, setGlobal: false, environment: TelemetryEnvironment([:]))
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

private var request: ChatCompletionRequest {
    var request = ChatCompletionRequest(
        model: "gpt-4o",
        messages: [.system("You are a helpful assistant."), .user("What is the weather in Paris today?")],
        temperature: 0.7, maxCompletionTokens: 1024)
    request.topP = 0.95
    return request
}

private func ask(_ client: OpenAIClient, times: Int) async throws {
    let request = request
    for _ in 0..<times { blackHole(try await client.chat.completions.create(request)) }
}

/// Fills some batches, so that spans go into memory that earlier ones have left, as in a program that runs for long.
private func warmUp(_ client: OpenAIClient, _ runner: Runner) async throws {
    if !runner.options.allocationsOnly { try await ask(client, times: 3_000) }
}

private func read(_ client: OpenAIClient, times: Int) async throws {
    let request = request
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
