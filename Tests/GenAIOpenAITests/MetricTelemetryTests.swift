// SPDX-License-Identifier: MIT
import GenAICore
import GenAIOpenAI
import GenAITelemetry
import LoopbackServer
import Testing

private let plain = LoopbackServer.Reply.json(
    200,
    """
    {"id":"c","model":"m-1","service_tier":"default","system_fingerprint":"fp_1",
     "choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
     "usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":5},
              "completion_tokens_details":{"reasoning_tokens":2}}}
    """)

private let streamed = LoopbackServer.Reply.stream(
    #"{"id":"c","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}"#,
    #"{"id":"c","model":"m-1","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#,
    #"{"id":"c","model":"m-1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#)

private let seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
private let tokens: [Double] = [
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
]

@Suite("Metrics of calls")
struct MetricTelemetryTests {
    private static let request = ChatCompletionRequest(model: "m", messages: [.user("x")])

    @Test("have the conventions' names, units, bounds and attributes", arguments: [GenAIConventions.v1_36, .latest])
    func plainCall(conventions: GenAIConventions) async throws {
        let exchange = try Exchange(plain, conventions: conventions)
        _ = try await exchange.client.chat.completions.create(Self.request)
        let isLatest = conventions == .latest
        let prefix = isLatest ? "openai" : "gen_ai.openai"
        var common = exchange.address
        common.merge([
            "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.response.model": "m-1",
            "\(prefix).response.service_tier": "default", "\(prefix).response.system_fingerprint": "fp_1",
            (isLatest ? "gen_ai.provider.name" : "gen_ai.system"): "openai",
        ])
        let duration = try #require(exchange.recorded.points("gen_ai.client.operation.duration").first)
        #expect(duration.attributes == common && duration.bounds == seconds && duration.count == 1)
        #expect(try #require(duration.sum) > 0)
        #expect(duration.exemplars.first?.spanID == (try exchange.recorded.span().context.spanID))
        let usage = exchange.recorded.points("gen_ai.client.token.usage")
        #expect(
            usage.map(\.attributes) == [
                common.merging(["gen_ai.token.type": "input"]), common.merging(["gen_ai.token.type": "output"]),
            ])
        #expect(usage.map(\.sum) == [12, 3] && usage.allSatisfy { $0.bounds == tokens })
        let units = Dictionary(uniqueKeysWithValues: exchange.recorded.metrics.collect().map { ($0.name, $0.unit) })
        #expect(units == ["gen_ai.client.operation.duration": "s", "gen_ai.client.token.usage": "{token}"])
    }

    @Test("tell of a stream what they tell of a plain call, and the times of its chunks, latest names")
    func stream() async throws {
        let exchange = try Exchange(streamed, conventions: .latest)
        let stream = try await exchange.client.chat.completions.stream(Self.request)
        #expect(exchange.recorded.metrics.collect().isEmpty)
        for try await _ in stream {}
        #expect(exchange.recorded.points("gen_ai.client.token.usage").map(\.sum) == [7, 2])
        let first = try #require(exchange.recorded.points("gen_ai.client.operation.time_to_first_chunk").first)
        let later = try #require(exchange.recorded.points("gen_ai.client.operation.time_per_output_chunk").first)
        let duration = try #require(exchange.recorded.points("gen_ai.client.operation.duration").first)
        #expect(first.count == 1 && later.count == 2 && duration.count == 1)
        #expect(first.bounds == seconds && later.bounds == seconds)
        #expect(first.attributes == duration.attributes && later.attributes == duration.attributes)
        #expect(first.attributes["gen_ai.response.model"] == "m-1")
        let sums = (try #require(first.sum), try #require(later.sum), try #require(duration.sum))
        #expect(sums.0 + sums.1 <= sums.2)
        #expect(try exchange.recorded.span().attributes[.genAIResponseTimeToFirstChunk] == sums.0)
    }

    @Test("of chunks have no place among legacy names")
    func legacyStream() async throws {
        let exchange = try Exchange(streamed)
        for try await _ in try await exchange.client.chat.completions.stream(Self.request) {}
        #expect(
            Set(exchange.recorded.metrics.collect().map(\.name))
                == ["gen_ai.client.operation.duration", "gen_ai.client.token.usage"])
    }

    @Test("have the error of a call that failed, and no tokens that nobody counted")
    func failure() async throws {
        let exchange = try Exchange(.json(500, "{}"))
        await #expect(throws: OpenAIClientError.self) {
            try await exchange.client.chat.completions.create(Self.request)
        }
        let points = exchange.recorded.points("gen_ai.client.operation.duration")
        #expect(points.map { $0.attributes["error.type"] } == ["server"])
        #expect(points.first?.attributes["gen_ai.response.model"] == nil)
        #expect(exchange.recorded.points("gen_ai.client.token.usage").isEmpty)
    }

    @Test("of a stream that breaks have its error and its model")
    func brokenStream() async throws {
        let exchange = try Exchange(
            .events([
                .event(#"{"id":"c","model":"m-1","choices":[{"index":0,"delta":{"content":"Hel"}}]}"#),
                .event(#"{"error":{"message":"Oh"}}"#),
            ]), conventions: .latest)
        let stream = try await exchange.client.chat.completions.stream(Self.request)
        await #expect(throws: OpenAIClientError.self) { for try await _ in stream {} }
        let point = try #require(exchange.recorded.points("gen_ai.client.operation.duration").first)
        #expect(point.attributes["error.type"] == "server" && point.attributes["gen_ai.response.model"] == "m-1")
        let first = exchange.recorded.points("gen_ai.client.operation.time_to_first_chunk")
        #expect(first.count == 1 && first[0].attributes["error.type"] == nil)
    }

    @Test("count input tokens of embeddings only, and never a dimension")
    func embeddings() async throws {
        let exchange = try Exchange(
            .json(200, #"{"model":"e-1","data":[{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":2}}"#),
            conventions: .latest)
        _ = try await exchange.client.embeddings.create(EmbeddingRequest(model: "e", input: "x"))
        let points = exchange.recorded.points("gen_ai.client.token.usage")
        #expect(points.map { $0.attributes["gen_ai.token.type"] } == ["input"])
        #expect(points.first?.sum == 2)
        #expect(!"\(exchange.recorded.metrics.collect())".contains("dimension"))
        #expect(
            exchange.recorded.points("gen_ai.client.operation.duration").first?.attributes["gen_ai.operation.name"]
                == "embeddings")
    }

    @Test("have the unreleased names where they are asked for")
    func development() async throws {
        let exchange = try Exchange(plain, streamed, conventions: .development)
        _ = try await exchange.client.chat.completions.create(Self.request)
        for try await _ in try await exchange.client.chat.completions.stream(Self.request) {}
        let metrics = exchange.recorded.metrics.collect()
        #expect(
            Set(metrics.map(\.name)) == [
                "gen_ai.client.inference.duration", "gen_ai.client.inference.time_to_first_chunk",
                "gen_ai.client.inference.time_per_output_chunk", "gen_ai.client.inference.usage.input_tokens",
                "gen_ai.client.inference.usage.output_tokens", "gen_ai.client.inference.usage.cache_read.input_tokens",
                "gen_ai.client.inference.usage.reasoning.output_tokens",
                "gen_ai.client.inference.operation.input_tokens", "gen_ai.client.inference.operation.output_tokens",
            ])
        var input: [AttributeValue: MetricNumber] = [:]
        for metric in metrics where metric.name == "gen_ai.client.inference.usage.input_tokens" {
            guard case .sum(let sum) = metric.content else { continue }
            #expect(sum.isMonotonic)
            for point in sum.points where point.attributes["openai.response.service_tier"] != nil {
                input[point.attributes["gen_ai.token.modality"] ?? .null] = point.value
            }
        }
        #expect(input == ["unknown": .int(7), "audio": .int(5)])
    }

    @Test("go on without traces and records")
    func alone() async throws {
        let exchange = try Exchange(plain) { configuration in
            var off = TelemetryEnvironment(["OTEL_SDK_DISABLED": "true"])
            configuration.tracerProvider = TracerProvider(.init(environment: off))
            off = TelemetryEnvironment([:])
            configuration.loggerProvider = LoggerProvider(.init(environment: off))
        }
        _ = try await exchange.client.chat.completions.create(Self.request)
        #expect(exchange.recorded.points("gen_ai.client.operation.duration").map(\.count) == [1])
        #expect(exchange.recorded.spans.isEmpty && exchange.recorded.records.isEmpty)
    }

    @Test("add up over the calls of one series")
    func several() async throws {
        let exchange = try Exchange(plain)
        for _ in 0..<3 { _ = try await exchange.client.chat.completions.create(Self.request) }
        #expect(exchange.recorded.points("gen_ai.client.operation.duration").map(\.count) == [3])
        #expect(exchange.recorded.points("gen_ai.client.token.usage").map(\.sum) == [36, 9])
    }
}
