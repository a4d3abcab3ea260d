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
            \.annotatedDocumentPages, \.webSearches, \.storageSearches, \.requests,
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
}
