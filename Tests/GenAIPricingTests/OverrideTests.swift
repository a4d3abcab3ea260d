// SPDX-License-Identifier: MIT

import GenAICore
import GenAIPricing
import Testing

@Suite("Prices given in code")
struct OverrideTests {
    static let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)

    private func cost(_ prices: [String: ModelPricing], _ model: String, _ provider: String? = nil) -> String? {
        PriceBook(overrides: prices).cost(of: Self.usage, model: model, provider: provider).cost?.description
    }

    @Test("are exact decimals in every scale people copy prices in")
    func scales() {
        let same = [
            ModelPricing(input: 0.15, output: 0.60), ModelPricing(input: 0.00015, output: 0.0006, per: .thousandTokens),
            ModelPricing(input: 1.5e-7, output: 6e-7, per: .token),
            ModelPricing(input: 0.15, output: 0.6, per: .millionTokens),
        ]
        #expect(Set(same).count == 1)
        #expect(cost(["m": same[1]], "m") == "0.15")
        #expect(same[2][.output] == 0.6)
    }

    @Test(
        "also price a name that is cased, dated, prefixed or fine-tuned",
        arguments: [
            "gpt-4o", "GPT-4o", "gpt-4o-2024-08-06", "gpt-4o-20240806", "gpt-4o-latest", "azure/gpt-4o",
            "openai/gpt-4o-2024-05-13", "ft:gpt-4o-2024-08-06:org::id", "ft:gpt-4o:org::id", "my-gateway/gpt-4o",
        ])
    func forms(name: String) throws {
        let book = PriceBook(overrides: ["gpt-4o": ModelPricing(input: 7, output: 7)])
        let call = try book.cost(of: Self.usage, model: name).get()
        #expect(call.total == USD("7"))
        #expect(call.source == .code)
        #expect(call.model == "gpt-4o")
        #expect(call.provider == nil)
    }

    @Test("leave names that only look alike to the table")
    func unlike() throws {
        let prices = ["gpt-4o": ModelPricing(input: 7, output: 7)]
        #expect(cost(prices, "gpt-4o-mini") == "0.15")
        #expect(cost(["gpt-4o-2024-08-06": ModelPricing(input: 7)], "gpt-4o") == "2.5")
    }

    @Test("prefer the exact key, then a key with the provider, then the closest form, then a star")
    func precedence() {
        let prices = [
            "gpt-4o": ModelPricing(input: 1), "GPT-4O": ModelPricing(input: 2), "azure/gpt-4o": ModelPricing(input: 3),
            "gpt-4o-2024-08-06": ModelPricing(input: 4), "gpt-*": ModelPricing(input: 5), "*": ModelPricing(input: 6),
        ]
        #expect(cost(prices, "gpt-4o") == "1")
        #expect(cost(prices, "GPT-4O") == "2")
        #expect(cost(prices, "gpt-4o", "azure") == "3")
        #expect(cost(prices, "azure/gpt-4o") == "3")
        #expect(cost(prices, "Azure/GPT-4o-2031-01-01") == "3")
        #expect(cost(prices, "gpt-4o-2024-08-06") == "4")
        #expect(cost(prices, "gpt-9") == "5")
        #expect(cost(prices, "anything") == "6")
    }

    @Test("make self-hosted models a known zero, under any provider name")
    func selfHosted() throws {
        let prices = ["ollama/*": ModelPricing.free]
        #expect(cost(prices, "ollama/qwen3:8b") == "0")
        #expect(cost(prices, "qwen3:8b", "ollama") == "0")
        #expect(cost(prices, "qwen3:8b") == nil)
        let unreported = PriceBook(overrides: prices).cost(of: TokenUsage(), model: "ollama/x")
        #expect(unreported.cost == .zero)
    }

    @Test("may have tiers and units of their own")
    func tiersAndUnits() throws {
        var pricing = ModelPricing(input: 1, output: 2, cacheRead: 0.1)
        pricing.addTier(aboveInputTokens: 1_000, input: 10)
        pricing.addTier(aboveInputTokens: 500, input: 5)
        pricing[.webSearches] = 10
        let book = PriceBook(overrides: ["m": pricing])
        for (input, expected) in [(500, "0.0105"), (501, "0.012505"), (1_001, "0.02001")] {
            let usage = TokenUsage(inputTokens: input, outputTokens: 0, webSearches: 1)
            #expect(book.cost(of: usage, model: "m").cost?.description == expected)
        }
    }

    @Test("keep their digits: a price of any decimals up to twelve is charged exactly")
    func digits() {
        #expect(cost(["m": ModelPricing(input: 0.000001)], "m") == "0.000001")
        #expect(cost(["m": ModelPricing(input: 1e-12)], "m") == "0.000000000001")
        #expect(cost(["m": ModelPricing(input: 0.1 + 0.2)], "m") == "0.3")
    }

    @Test("hold at the times they are given for, the later period before the earlier")
    func periods() throws {
        var pricing = ModelPricing(input: 1, output: 8)
        let peak = try #require(PricePeriod(from: "2026-08-17", window: ("22:00", "02:00"), weekdays: [5]))
        pricing.addPrices(ModelPricing(input: 3), during: try #require(PricePeriod(from: "2026-08-17")))
        pricing.addPrices(ModelPricing(input: 5), during: peak)
        let book = PriceBook(overrides: ["m": pricing])
        let friday: Int64 = 1_795_132_800  // 2026-11-20T00:00:00Z
        let moments: [(Int64, String)] = [
            (1_786_924_799, "1"), (1_786_924_800, "3"),  // around 2026-08-17T00:00:00Z
            (friday + 79_199, "3"), (friday + 79_200, "5"),  // 22:00 on Friday
            (friday + 93_599, "5"), (friday + 93_600, "3"),  // until 02:00 on Saturday
            (friday + 165_600, "3"),  // 22:00 on Saturday
        ]
        for (moment, cost) in moments {
            #expect(try book.cost(of: Self.usage, model: "m", at: moment).get().total == USD(cost), "\(moment)")
        }
        let usage = TokenUsage(inputTokens: 0, outputTokens: 1_000_000)
        #expect(book.cost(of: usage, model: "m", at: friday + 79_200).cost == USD("8"))
        #expect(try book.cost(of: usage, model: "m", at: friday).get().effectiveSince == "2026-08-17")
    }

    @Test("refuse periods that are none")
    func noPeriods() {
        #expect(PricePeriod(from: "2026-02-30") == nil)
        #expect(PricePeriod(window: ("01:00", "01:00")) == nil)
        #expect(PricePeriod(window: ("24:00", "01:00")) == nil)
        #expect(PricePeriod(window: ("1:00", "02:00")) == nil)
        #expect(PricePeriod(weekdays: [0]) == nil)
        #expect(PricePeriod(weekdays: [1, 8]) == nil)
    }
}
