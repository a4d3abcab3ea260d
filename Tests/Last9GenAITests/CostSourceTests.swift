// SPDX-License-Identifier: MIT
import Last9GenAI
import LoopbackServer
import Testing

@Suite("The source of a cost")
struct CostSourceTests {
    private func span(_ model: String, stated: USD?, _ pricing: [String: ModelPricing] = [:]) throws -> SpanData {
        let harness = Harness(pricing: pricing)
        let span = harness.tracer.startModelCall(model)
        var usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)
        usage.statedCost = stated
        span.setUsage(usage)
        span.end()
        return try harness.span("chat \(model)")
    }

    @Test("is the provider where only the provider says what the call cost")
    func provider() throws {
        let span = try span("nobody-knows-this-model", stated: USD("0.0009525"))
        #expect(span.attributes[.genAIUsageCostUSD] == 0.0009525)
        #expect(span.attributes["last9.cost.stated_usd"] == 0.0009525)
        #expect(span.attributes["last9.cost.source"] == "provider")
        #expect(span.attributes["last9.cost.unpriced_reason"] == nil)
        #expect(span.attributes[.genAIUsageCostInputUSD] == nil)
    }

    @Test("is the bundled table, without a word, where that has a price")
    func bundled() throws {
        let span = try span("gpt-4o-mini", stated: USD("7"))
        #expect(span.attributes[.genAIUsageCostUSD] == 0.15)
        #expect(span.attributes["last9.cost.source"] == nil)
        #expect(span.attributes["last9.cost.stated_usd"] == 7.0)
    }

    @Test("is the user where the price is theirs")
    func user() throws {
        let span = try span("mine", stated: USD("7"), ["mine": ModelPricing(input: 2)])
        #expect(span.attributes[.genAIUsageCostUSD] == 2)
        #expect(span.attributes["last9.cost.source"] == "user")
        #expect(span.attributes["last9.cost.stated_usd"] == 7.0)
        #expect(span.attributes[.genAIUsageCostInputUSD] == 2)
    }

    @Test("says what the cost lacks, where something was used that has no price")
    func incomplete() throws {
        let harness = Harness()
        let started = harness.tracer.startModelCall("gpt-4-turbo")
        started.setUsage(TokenUsage(inputTokens: 1_000, outputTokens: 100, inputAudioTokens: 800, webSearches: 2))
        started.end()
        let span = try harness.span("chat gpt-4-turbo")
        #expect(span.attributes[.genAIUsageCostUSD] == 0.013)
        #expect(
            span.attributes["last9.cost.incomplete_reason"] == "no price for audio_in, web_searches_per_1k")
        #expect(span.attributes["last9.cost.stated_usd"] == nil)
        let complete = harness.tracer.startModelCall("gpt-4-turbo")
        complete.setUsage(TokenUsage(inputTokens: 1_000, outputTokens: 100))
        complete.end()
        #expect(harness.ledger.total.llmCalls == 2)
        #expect(harness.ledger.total.incompleteCalls == 1)
        #expect(harness.ledger.totals(.model, "gpt-4-turbo")?.incompleteCalls == 1)
    }

    @Test(
        "may be a header of the answer (LiteLLM), which the answer's own statement goes before",
        arguments: [false, true])
    func header(isStated: Bool) async throws {
        let usage = #""prompt_tokens":1000,"completion_tokens":0,"total_tokens":1000"#
        let body =
            #"{"model":"nobody-knows-this-model","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{\#(usage)\#(isStated ? #","cost":0.5"# : "")}}"#
        let server = try LoopbackServer { _ in
            .json(200, body, headers: [("x-litellm-response-cost", "0.25")])
        }
        let harness = Harness()
        var configuration = OpenAIClient.Configuration(baseURL: server.url + "/v1", apiKey: "sk-test-0123456789")
        configuration.tracerProvider = harness.provider
        let client = OpenAIClient(configuration: configuration)
        _ = try await client.chat.completions.create(
            .init(model: "nobody-knows-this-model", messages: [.user("Hello!")]))
        let span = try #require(harness.spans.last)
        #expect(span.attributes["last9.cost.stated_usd"] == (isStated ? 0.5 : 0.25))
        #expect(span.attributes[.genAIUsageCostUSD] == (isStated ? 0.5 : 0.25))
        #expect(span.attributes["last9.cost.source"] == "provider")
    }
}
