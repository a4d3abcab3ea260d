// SPDX-License-Identifier: MIT

import GenAICore
import GenAIPricing
import Testing

@Suite("Pricing rules")
struct RuleTests {
    private func call(
        _ usage: TokenUsage, _ model: String, _ provider: String? = nil, _ context: PriceContext? = nil,
        at: Int64? = nil
    ) throws -> PricedCall {
        try PriceBook.bundled.cost(of: usage, model: model, provider: provider, context: context, at: at).get()
    }

    @Test("past a context bound the tier's price is that of all tokens, not of those beyond")
    func tiers() throws {
        let below = try call(TokenUsage(inputTokens: 200_000, outputTokens: 0), "gemini-2.5-pro")
        let above = TokenUsage(inputTokens: 200_001, outputTokens: 0)
        #expect(below.total == USD("0.25"))
        let priced = try call(above, "gemini-2.5-pro")
        #expect(priced.total == USD("0.5000025"))
        #expect(priced.lines(for: above).first { $0.unit == .input }?.aboveInputTokens == 200_000)
    }

    @Test("a price applies from midnight UTC of its day on, and the answer says since when")
    func dates() throws {
        let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)
        let midnight: Int64 = 1_785_369_600  // 2026-07-30T00:00:00Z
        let before = try call(usage, "gpt-5.6-luna", "openai", at: midnight - 1)
        let after = try call(usage, "gpt-5.6-luna", "openai", at: midnight)
        #expect(before.total == USD("2"))
        #expect(before.effectiveSince == nil)
        #expect(after.total == USD("0.4"))
        #expect(after.effectiveSince == "2026-07-30")
    }

    @Test("a daily window holds from its first second to before its last, on the days of its week, before 1970 too")
    func windows() throws {
        let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)
        // 2026-11-20 was a Friday.
        for (day, isWorkday) in [(Int64(20_777), true), (20_778, false), (20_779, false), (20_780, true)] {
            for (second, isPeak) in [(3_599, false), (3_600, true), (14_399, true), (14_400, false)] as [(Int64, Bool)]
            {
                let priced = try call(usage, "deepseek-flash", "deepseek", at: day * 86_400 + second)
                #expect(priced.total == USD(isPeak && isWorkday ? "0.3" : "0.15"))
                #expect(priced.isTimeOfDayPrice == (isPeak && isWorkday))
            }
        }
        // 1969-12-31 was a Wednesday.
        #expect(try call(usage, "deepseek-flash", "deepseek", at: -86_400 + 3_600).total == USD("0.3"))
        #expect(try call(usage, "deepseek-flash", "deepseek", at: .min).total > .zero)
        #expect(try call(usage, "deepseek-flash", "deepseek", at: .max).total > .zero)
    }

    @Test("the cost that a provider states is taken where there is no price of ours, and its source told")
    func statedCosts() throws {
        var usage = TokenUsage(inputTokens: 194, outputTokens: 2)
        usage.statedCost = USD("0.0009525")
        let unknown = try call(usage, "a-model-nobody-knows", "a-gateway")
        #expect(unknown.total == USD("0.0009525"))
        #expect(unknown.source == .provider)
        #expect(unknown.source.description == "provider")
        #expect(unknown.model == "a-model-nobody-knows")
        #expect(unknown.lines(for: usage).isEmpty)
        let known = try call(usage, "gpt-4o-mini")
        #expect(known.source == .bundled)
        #expect(known.total == USD("0.0000303"))
        usage.outputTokens = nil
        #expect(try call(usage, "gpt-4o-mini").source == .provider)
    }

    @Test("a variant replaces only the prices it sets, and the answer names it")
    func variants() throws {
        let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0, webSearches: 100)
        let evening = PriceData.evening
        let standard = try call(usage, "gpt-5.4", "openai", at: evening)
        let flex = try call(usage, "gpt-5.4", "openai", .flex, at: evening)
        let batch = try call(usage, "gpt-5.4", "openai", .batch, at: evening)
        #expect(standard.total == USD("6"))  // above 272,000: 5, and 100 searches at 10 per 1,000
        #expect(flex.total == USD("3.5"))
        #expect(flex.variants == ["service_tier=flex"])
        #expect(batch.variants == ["processing=batch"])
        #expect(standard.variants.isEmpty)
        let unknown = try call(usage, "gpt-5.4", "openai", PriceContext(serviceTier: "no-such-tier"), at: evening)
        #expect(unknown.total == standard.total)
    }

    @Test("a variant does not hold before its day, nor at a provider that resells the model")
    func variantLimits() throws {
        let usage = TokenUsage(inputTokens: 1_000, outputTokens: 1_000)
        let early = try call(usage, "gpt-4.1", "openai", .priority, at: 1_750_000_000)
        #expect(early.variants.isEmpty)
        let azure = try call(usage, "gpt-4.1", "azure", .priority, at: PriceData.evening)
        #expect(azure.variants.isEmpty)
        #expect(azure.provider == "azure")
        #expect(azure.priceListProvider == "openai")
        #expect(azure.total == early.total)
    }

    @Test("a part is charged once: cached and audio tokens leave the input, reasoning stays in the output")
    func parts() throws {
        let plain = try call(TokenUsage(inputTokens: 1_000, outputTokens: 500), "gpt-4o")
        let reasoned = try call(TokenUsage(inputTokens: 1_000, outputTokens: 500, reasoningTokens: 400), "gpt-4o")
        #expect(plain.total == reasoned.total)
        let cached = try call(TokenUsage(inputTokens: 1_000, outputTokens: 500, cacheReadTokens: 400), "gpt-4o")
        #expect(cached.input == USD("0.002"))  // 600 at 2.5 and 400 at 1.25
        #expect(cached.output == USD("0.005"))
        let hours = TokenUsage(
            inputTokens: 1_000, outputTokens: 0, cacheWriteTokens: 300, cacheWrite1hTokens: 100)
        #expect(try call(hours, "claude-sonnet-4-5").input == USD("0.00345"))  // 700·3 + 200·3.75 + 100·6
    }

    @Test("audio is charged by the hour, to the millisecond, and never for less than the provider's minimum")
    func hours() throws {
        var usage = TokenUsage()
        usage.audioMilliseconds = 3_600_000
        #expect(try call(usage, "whisper-1").total == USD("0.36"))
        usage.audioMilliseconds = 12_340
        #expect(try call(usage, "whisper-1").total == USD("0.001234"))
        usage.inputAudioMilliseconds = 12_340
        #expect(try call(usage, "whisper-1").total == USD("0.001234"))
        usage.inputAudioMilliseconds = nil
        usage.audioMilliseconds = 1
        #expect(try call(usage, "whisper-large-v3", "groq").total == USD("0.000308333333"))  // ten seconds
    }

    @Test("an estimate is the price of the whole prompt, uncached, and of the longest answer")
    func estimate() throws {
        let estimate = PriceBook.bundled.estimate(inputTokens: 1_000, maxOutputTokens: 4_096, model: "gpt-4o")
        #expect(estimate.cost == USD("0.04346"))
        #expect(PriceBook.bundled.estimate(inputTokens: 1, maxOutputTokens: 1, model: "nope").cost == nil)
    }
}

@Suite("Without a price")
struct UnpricedTests {
    private func reason(
        _ usage: TokenUsage, _ model: String, _ provider: String? = nil, _ book: PriceBook = .bundled
    ) -> UnpricedReason? {
        if case .unpriced(let reason) = book.cost(of: usage, model: model, provider: provider) { reason } else { nil }
    }

    @Test("a call whose usage is not reported is not free")
    func missing() {
        #expect(reason(TokenUsage(), "gpt-4o")?.code == .missingUsage)
        #expect(reason(TokenUsage(outputTokens: 5), "gpt-4o")?.unit == .input)
        #expect(reason(TokenUsage(inputTokens: 5), "gpt-4o")?.unit == .output)
        #expect(reason(TokenUsage(inputTokens: 5), "text-embedding-3-small", "openai") == nil)
        #expect(reason(TokenUsage(inputTokens: 5, outputTokens: 5), "whisper-1")?.unit == .audioHours)
    }

    @Test("tokens of two kinds must be told apart where that changes the price")
    func overlap() {
        var usage = TokenUsage(inputTokens: 100, outputTokens: 5, cacheReadTokens: 50, inputAudioTokens: 60)
        #expect(reason(usage, "gpt-4o-realtime", "openai")?.unit == .audioCacheRead)
        usage.cacheAudioReadTokens = 20
        #expect(reason(usage, "gpt-4o-realtime", "openai") == nil)
    }

    @Test("a usage that contradicts itself has no cost")
    func inconsistent() {
        let cached = TokenUsage(inputTokens: 10, outputTokens: 1, cacheReadTokens: 11)
        #expect(reason(cached, "gpt-4o")?.code == .inconsistentUsage)
        #expect(reason(cached, "gpt-4o")?.unit == .input)
        #expect(reason(TokenUsage(inputTokens: -1, outputTokens: 1), "gpt-4o")?.code == .invalidUsage)
    }

    @Test("a model the table lists as free costs a known zero")
    func free() throws {
        let call = try PriceBook.bundled.cost(
            of: TokenUsage(inputTokens: 9, outputTokens: 9), model: "gemma-3", provider: "google"
        ).get()
        #expect(call.total == .zero)
    }

    @Test("a price in code that is no price is named, not charged")
    func invalidPrice() {
        for price in [-1, .nan, .infinity, 1e9] {
            let book = PriceBook(overrides: ["m": ModelPricing(input: price, output: 1)])
            let reason = reason(TokenUsage(inputTokens: 1, outputTokens: 1), "m", nil, book)
            #expect(reason?.code == .invalidPrice)
            #expect(reason?.unit == .input)
        }
    }

    @Test("the reason is a phrase that names the unit and no model")
    func phrase() {
        #expect(reason(TokenUsage(), "gpt-4o").map { "\($0)" } == "usage not reported (input)")
        #expect(reason(TokenUsage(), "secret-model").map { "\($0)" } == "no price for this model")
    }
}
