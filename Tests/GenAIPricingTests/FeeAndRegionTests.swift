// SPDX-License-Identifier: MIT

import GenAICore
import GenAIPricing
import Testing

/// Vectors computed by hand, in the comments.
@Suite("Fees, regions and what has no price")
struct FeeAndRegionTests {
    private static let million = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)

    private func call(
        _ usage: TokenUsage, _ model: String, _ provider: String? = nil, _ context: PriceContext? = nil,
        at: Int64? = nil
    ) throws -> PricedCall {
        try PriceBook.bundled.cost(of: usage, model: model, provider: provider, context: context, at: at).get()
    }

    // MARK: - Regions

    @Test(
        "a data zone of Azure multiplies every price of tokens, and nothing else",
        arguments: [
            // 2.5 x 1.1; Azure's global deployments cost the list price.
            ("azure/eu/gpt-4o", "2.75"), ("azure/us/gpt-4o-2024-08-06", "2.75"), ("azure/global/gpt-4o", "2.5"),
            ("azure/global-standard/gpt-4o", "2.5"),
            // 0.02, which costs the same in every zone.
            ("azure/eu/text-embedding-3-small", "0.02"),
            // gpt-6.1-terra: 2 for more than 272,000 tokens, and 1.2 and 1.1 times as much.
            ("azure/eu/gpt-6.1-terra", "2.4"), ("azure/us/gpt-6.1-terra", "2.2"),
        ])
    func dataZones(model: String, cost: String) throws {
        #expect(try call(Self.million, model).total == USD(cost))
    }

    @Test("an answer names the zone, and a zone leaves fees alone")
    func zoneAndFees() throws {
        var usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)
        usage.webSearches = 1_000
        let zoned = try call(usage, "eu/gpt-4o", "azure")
        #expect(zoned.zone == "eu")
        #expect(zoned.total == USD("12.75"))  // 2.5 x 1.1 + 10
        #expect(try call(usage, "gpt-4o", "azure").zone == nil)
    }

    @Test(
        "a region of Bedrock has its own price where one is published",
        arguments: [
            ("amazon.nova-pro-v1:0", "0.8"), ("us.amazon.nova-pro-v1:0", "0.8"), ("eu.amazon.nova-pro-v1:0", "1.05"),
            ("apac.amazon.nova-pro-v1:0", "0.84"), ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "3"),
            ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3"), ("us.anthropic.claude-opus-4-6-v1", "5.5"),
        ])
    func bedrock(model: String, cost: String) throws {
        // Below the bound from which long prompts cost more, and ten times.
        let usage = TokenUsage(inputTokens: 100_000, outputTokens: 0)
        let tenth = try call(usage, model, "aws").total
        #expect(USD(picoUSD: tenth.picoUSD * 10) == USD(cost))
    }

    @Test("Azure follows a cut of OpenAI's on the day it does")
    func azureFollows() throws {
        let usage = TokenUsage(inputTokens: 100_000, outputTokens: 10_000)
        let september: Int64 = 1_788_220_800  // 2026-09-01T00:00:00Z
        // 0.1 x 2.5 + 0.01 x 15, then 0.1 x 2 + 0.01 x 12.
        #expect(try call(usage, "azure/gpt-5.6-terra", at: september - 1).total == USD("0.4"))
        #expect(try call(usage, "azure/gpt-5.6-terra", at: september).total == USD("0.32"))
        // In a zone too: 0.1 x 1 x 1.1 + 0.01 x 6 x 1.1.
        #expect(try call(usage, "azure/eu/gpt-5.6-luna", at: september - 1).total == USD("0.176"))
    }

    // MARK: - Fine-tuned models

    @Test("a fine-tuned model has its own prices in batches too, or none")
    func fineTuned() throws {
        let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 100_000, cacheReadTokens: 400_000)
        // 0.6 x 0.8 + 0.4 x 0.2 + 0.1 x 3.2, then 0.6 x 0.4 + 0.4 x 0.1 + 0.1 x 1.6.
        let model = "ft:gpt-4.1-mini-2025-04-14:acme::abc"
        #expect(try call(usage, model).total == USD("0.88"))
        #expect(try call(usage, model, nil, .batch).total == USD("0.44"))
        // No price of a cache is published for it: 1 x 30 + 0.1 x 60.
        #expect(try call(usage, "ft:gpt-4-0613:acme::abc").total == USD("36"))
        #expect(PriceBook.bundled.cost(of: usage, model: "ft:gpt-5-mini-2025-08-07:acme::abc").cost == nil)
    }

    // MARK: - Fees

    @Test(
        "a search fee depends on how much is searched: by the usage, the context, or the provider's default",
        arguments: [
            ("sonar", "low", "5"), ("sonar", "medium", "8"), ("sonar", "high", "12"), ("sonar-pro", "low", "6"),
            ("sonar-pro", "medium", "10"), ("sonar-pro", "high", "14"), ("sonar-reasoning-pro", "low", "6"),
        ])
    func searchContext(model: String, size: String, fee: String) throws {
        var usage = TokenUsage(inputTokens: 0, outputTokens: 0)
        var context = PriceContext()
        context.searchContextSize = TokenUsage.SearchContextSize(rawValue: size)
        usage.requests = 1_000
        #expect(try call(usage, model, "perplexity", context).total == USD(fee))
        usage.searchContextSize = context.searchContextSize
        #expect(try call(usage, model, "perplexity").total == USD(fee))
        usage.searchContextSize = nil
        #expect(try call(usage, model, "perplexity").total == USD(model == "sonar" ? "5" : "6"))
        usage.requests = nil  // nobody counted: at most the fee of the most
        #expect(try call(usage, model, "perplexity").total == USD(model == "sonar" ? "0.012" : "0.014"))
    }

    @Test("citations, reasoning and searches are charged beside the tokens")
    func deepResearch() throws {
        var usage = TokenUsage(inputTokens: 1_000, outputTokens: 10_000, reasoningTokens: 4_000, webSearches: 10)
        usage.citationTokens = 2_000
        // 0.001 x 2 + 0.004 x 3 + 0.002 x 2 + 0.004 x 8 + 10 x 0.005
        #expect(try call(usage, "sonar-deep-research", "perplexity").total == USD("0.1"))
    }

    @Test("web and file searches cost by the thousand")
    func searches() throws {
        var usage = TokenUsage(inputTokens: 1_000, outputTokens: 100, webSearches: 4)
        // 0.00025 + 0.0002 + 4 x 0.01
        #expect(try call(usage, "gpt-5-mini").total == USD("0.04045"))
        usage.storageSearches = 2
        #expect(try call(usage, "gpt-5-mini").total == USD("0.04545"))
        #expect(try call(usage, "gpt-5-mini").isComplete)
    }

    // MARK: - What has no price

    @Test("a session of the code interpreter has only the price that the user gives it")
    func codeSessions() throws {
        var usage = TokenUsage(inputTokens: 1_000, outputTokens: 100)
        usage.codeSessions = 3
        let listed = try call(usage, "gpt-5-mini", "openai")
        #expect(listed.total == USD("0.00045"))  // 0.00025 + 0.0002
        #expect(listed.unpricedUnits == [.codeSessions] && !listed.isComplete)
        #expect(listed.incompleteReason == "no price for code_sessions")
        let file = try PriceFile(
            json: Array(#"{"models":{"gpt-5-mini":{"input":0.25,"output":2,"code_sessions":"0.03"}}}"#.utf8),
            path: "prices.json")
        var pricing = ModelPricing(input: 0.25, output: 2)
        pricing[.codeSessions] = 0.03
        for prices in [file.prices, ["gpt-5-mini": pricing]] {
            let book = PriceBook(overrides: prices)
            let own = try book.cost(of: usage, model: "gpt-5-mini").get()
            #expect(own.total == USD("0.09045") && own.isComplete)
            let without = try book.cost(of: TokenUsage(inputTokens: 1_000, outputTokens: 100), model: "gpt-5-mini")
                .get()
            #expect(without.total == USD("0.00045") && without.isComplete)
        }
        usage.codeSessions = 0
        #expect(try call(usage, "gpt-5-mini", "openai").isComplete)
    }

    @Test("a unit without a price marks the cost as incomplete, and a cost the provider states goes before it")
    func incomplete() throws {
        var usage = TokenUsage(inputTokens: 1_000, outputTokens: 100, inputAudioTokens: 800, webSearches: 2)
        let call = try call(usage, "gpt-4-turbo", "openai")
        #expect(call.unpricedUnits == [.audioInput, .webSearches])
        #expect(!call.isComplete)
        #expect(call.total == USD("0.013"))  // the tokens at the price of text
        usage.statedCost = USD("0.5")
        let stated = try self.call(usage, "gpt-4-turbo", "openai")
        #expect(stated.total == USD("0.5"))
        #expect(stated.source == .provider)
        #expect(stated.isComplete)
    }

    @Test("what was not used, what costs as much as the rest, and what is free lack no price")
    func complete() throws {
        let none = TokenUsage(
            inputTokens: 10, outputTokens: 10, inputAudioTokens: 0, outputAudioTokens: 0, webSearches: 0)
        #expect(try call(none, "gpt-4-turbo").isComplete)
        let images = TokenUsage(inputTokens: 10, outputTokens: 10, reasoningTokens: 5, inputImageTokens: 9)
        #expect(try call(images, "gpt-4-turbo").isComplete)
        let audio = TokenUsage(inputTokens: 10, outputTokens: 10, inputAudioTokens: 5)
        let free = try call(audio, "nobody/knows:free", "openrouter")
        #expect(free.total == .zero)
        #expect(free.isComplete)
        #expect(PriceBook.bundled.cost(of: audio, model: "qwen-3-coder-480b", provider: "cerebras").cost == nil)
    }

    // MARK: - Routers

    @Test("a router's own word goes before its list, and the user's prices before both")
    func router() throws {
        var usage = TokenUsage(inputTokens: 194, outputTokens: 2)
        let model = "anthropic/claude-sonnet-4.5"
        // 194 x 3 + 2 x 15 per million
        #expect(try call(usage, model, "openrouter").total == USD("0.000612"))
        usage.statedCost = USD("0.0009525")
        #expect(try call(usage, model, "openrouter").total == USD("0.0009525"))
        let book = PriceBook(overrides: [model: ModelPricing(input: 1, output: 1)])
        let mine = try book.cost(of: usage, model: model, provider: "openrouter").get()
        #expect(mine.total == USD("0.000196"))
        #expect(mine.source == .code)
    }
}
