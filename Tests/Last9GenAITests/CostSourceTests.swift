// SPDX-License-Identifier: MIT
import Last9GenAI
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
        #expect(span.attributes["last9.cost.source"] == "provider")
        #expect(span.attributes["last9.cost.unpriced_reason"] == nil)
        #expect(span.attributes[.genAIUsageCostInputUSD] == nil)
    }

    @Test("is the bundled table, without a word, where that has a price")
    func bundled() throws {
        let span = try span("gpt-4o-mini", stated: USD("7"))
        #expect(span.attributes[.genAIUsageCostUSD] == 0.15)
        #expect(span.attributes["last9.cost.source"] == nil)
    }

    @Test("is the user where the price is theirs")
    func user() throws {
        let span = try span("mine", stated: USD("7"), ["mine": ModelPricing(input: 2)])
        #expect(span.attributes[.genAIUsageCostUSD] == 2)
        #expect(span.attributes["last9.cost.source"] == "user")
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
    }
}
