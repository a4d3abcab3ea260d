// SPDX-License-Identifier: MIT

import GenAICore
import Testing

@Suite("Token usage")
struct TokenUsageTests {
    @Test("tells a count of zero from one that was not reported")
    func unreported() {
        let usage = TokenUsage(inputTokens: 0)
        #expect(usage.inputTokens == 0)
        #expect(usage.outputTokens == nil)
        #expect(!usage.isEmpty)
        #expect(TokenUsage().isEmpty)
    }

    @Test("adds what is reported on either side")
    func adding() {
        var sum = TokenUsage(inputTokens: 1, cacheReadTokens: 3) + TokenUsage(inputTokens: 10, outputTokens: 5)
        #expect(sum == TokenUsage(inputTokens: 11, outputTokens: 5, cacheReadTokens: 3))
        sum += sum
        #expect(sum.inputTokens == 22)
    }

    @Test("stops at the ends of Int instead of trapping")
    func saturation() {
        let most = TokenUsage(inputTokens: .max, outputTokens: .min)
        let sum = most + most
        #expect(sum.inputTokens == .max)
        #expect(sum.outputTokens == .min + 1)
    }

    @Test("holds every unit, set and unset alike")
    func units() {
        let paths: [WritableKeyPath<TokenUsage, Int?>] = [
            \.inputTokens, \.outputTokens, \.cacheReadTokens, \.cacheWriteTokens, \.cacheWrite1hTokens,
            \.reasoningTokens, \.citationTokens, \.inputAudioTokens, \.outputAudioTokens, \.cacheAudioReadTokens,
            \.inputImageTokens, \.outputImageTokens, \.cacheImageReadTokens, \.inputVideoTokens, \.outputVideoTokens,
            \.inputCharacters, \.inputTextMessages, \.audioMilliseconds, \.inputAudioMilliseconds, \.documentPages,
            \.annotatedDocumentPages, \.webSearches, \.storageSearches, \.codeSessions, \.requests,
        ]
        var usage = TokenUsage()
        for (index, path) in paths.enumerated() { usage[keyPath: path] = index }
        usage += usage
        for (index, path) in paths.enumerated() {
            #expect(usage[keyPath: path] == index * 2)
            usage[keyPath: path] = nil
        }
        #expect(usage.isEmpty)
    }

    @Test("keeps a stated cost to the pico-dollar, and none that is negative or absurd")
    func statedCost() {
        var usage = TokenUsage()
        #expect(usage.statedCost == nil)
        usage.statedCost = USD(picoUSD: 1)
        #expect(usage.statedCost == USD(picoUSD: 1))
        #expect(!usage.isEmpty)
        #expect((usage + usage).statedCost == USD(picoUSD: 2))
        usage.statedCost = .zero
        #expect(usage.statedCost == .zero)
        for amount in [USD.max, USD(picoUSD: -1), USD(picoUSD: Int128(Int64.max) + 1)] {
            usage.statedCost = amount
            #expect(usage.statedCost == nil)
        }
    }

    @Test("a cumulative report replaces what it tells, and loses nothing that it does not")
    func cumulative() {
        var usage = TokenUsage(inputTokens: 900, outputTokens: 1, cacheReadTokens: 800)
        usage.update(withCumulative: TokenUsage(inputTokens: 0, outputTokens: 40))
        #expect(usage == TokenUsage(inputTokens: 900, outputTokens: 40, cacheReadTokens: 800))
        usage.update(withCumulative: TokenUsage(outputTokens: 55, reasoningTokens: 0))
        #expect(usage.outputTokens == 55)
        #expect(usage.reasoningTokens == 0)
        #expect(usage.updated(withCumulative: TokenUsage()) == usage)
        var other = TokenUsage()
        other.searchContextSize = .high
        #expect(usage.updated(withCumulative: other).searchContextSize == .high)
    }

    @Test("parts reported beside the totals are added to them")
    func partsBeside() {
        let anthropic = TokenUsage.partsBeside(
            input: 10, cacheRead: 66_360, cacheWrite: 32_435, cacheWrite1h: 5, output: 5_120)
        #expect(
            anthropic
                == TokenUsage(
                    inputTokens: 98_805, outputTokens: 5_120, cacheReadTokens: 66_360, cacheWriteTokens: 32_435,
                    cacheWrite1hTokens: 5))
        #expect(TokenUsage.partsBeside(input: 7, output: 3, reasoning: 20).outputTokens == 23)
        #expect(TokenUsage.partsBeside(input: nil, output: nil).isEmpty)
        #expect(TokenUsage.partsBeside(input: .max, cacheRead: 1, output: 0).inputTokens == .max)
    }

    @Test(
        "reasoning is added to the output only where the total shows that it stood beside it",
        arguments: [
            (input: 10_120, output: 1_499, reasoning: 2_809, total: 14_428, becomes: 4_308),
            (input: 10_120, output: 1_499, reasoning: 809, total: 11_619, becomes: 1_499),
            (input: 10, output: 20, reasoning: 5, total: 33, becomes: 20),
            (input: .max, output: 1, reasoning: 1, total: .max, becomes: 1),
        ])
    func reasoningBeside(input: Int, output: Int, reasoning: Int, total: Int, becomes: Int) {
        var usage = TokenUsage(inputTokens: input, outputTokens: output, reasoningTokens: reasoning)
        usage.includeReasoning(ifTotalIs: total)
        #expect(usage.outputTokens == becomes)
        usage.includeReasoning(ifTotalIs: nil)
        #expect(usage.outputTokens == becomes)
    }
}
