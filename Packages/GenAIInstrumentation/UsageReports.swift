// SPDX-License-Identifier: MIT
public import GenAICore

// Providers report usage in ways that look alike and differ. These are the ones that cost money when mixed up.
extension TokenUsage {
    /// A usage whose cached tokens are reported beside the input, as Anthropic and Amazon Bedrock do.
    ///
    /// ``inputTokens`` becomes the sum of the three, since totals include their parts.
    ///
    /// - Parameters:
    ///   - input: Tokens that were neither read from nor written to the cache.
    ///   - cacheRead: Tokens read from the cache.
    ///   - cacheWrite: Tokens written to the cache, whatever their lifetime.
    ///   - cacheWrite1h: The part of `cacheWrite` that is kept for an hour.
    ///   - output: All tokens of the answer, reasoning included.
    public static func partsBesideInput(
        input: Int?, cacheRead: Int? = nil, cacheWrite: Int? = nil, cacheWrite1h: Int? = nil, output: Int? = nil
    ) -> TokenUsage {
        let parts = [input, cacheRead, cacheWrite].compactMap(\.self)
        let total = parts.reduce(0) { sum, part in
            let (sum, overflow) = sum.addingReportingOverflow(part)
            return overflow ? .max : sum
        }
        return TokenUsage(
            inputTokens: parts.isEmpty ? nil : total, outputTokens: output, cacheReadTokens: cacheRead,
            cacheWriteTokens: cacheWrite, cacheWrite1hTokens: cacheWrite1h)
    }

    /// A usage whose parts are inside the totals, as OpenAI and Gemini report it.
    ///
    /// - Parameters:
    ///   - input: All tokens of the prompt, cached ones included.
    ///   - cacheRead: The part of `input` that was read from the cache.
    ///   - output: All tokens of the answer, reasoning included.
    ///   - reasoning: The part of `output` that was spent on reasoning.
    public static func partsInsideTotals(
        input: Int?, cacheRead: Int? = nil, output: Int? = nil, reasoning: Int? = nil
    ) -> TokenUsage {
        TokenUsage(
            inputTokens: input, outputTokens: output, cacheReadTokens: cacheRead, reasoningTokens: reasoning)
    }

    /// Takes over a later report of the same call that repeats all tokens so far.
    ///
    /// Counts that the later report lacks stay, so that the input of Anthropic's first event is not lost with the output
    /// of its last one.
    public mutating func update(with later: TokenUsage) {
        for count in Self.counts where later[keyPath: count] != nil { self[keyPath: count] = later[keyPath: count] }
    }

    private static var counts: [WritableKeyPath<TokenUsage, Int?>] {
        [
            \.inputTokens, \.outputTokens, \.cacheReadTokens, \.cacheWriteTokens, \.cacheWrite1hTokens,
            \.reasoningTokens, \.citationTokens, \.inputAudioTokens, \.outputAudioTokens, \.cacheAudioReadTokens,
            \.inputImageTokens, \.outputImageTokens, \.cacheImageReadTokens, \.inputVideoTokens, \.outputVideoTokens,
            \.inputCharacters, \.inputTextMessages, \.audioMilliseconds, \.inputAudioMilliseconds, \.documentPages,
            \.annotatedDocumentPages, \.webSearches, \.storageSearches, \.requests,
        ]
    }
}

extension ModelAnswer {
    /// Takes a report of usage that repeats all tokens so far: what it has replaces what was known, the rest stays.
    public mutating func updateUsage(_ report: TokenUsage) {
        if usage == nil { usage = report } else { usage?.update(with: report) }
    }

    /// Takes a report of usage that counts only what came since the last one.
    public mutating func addUsage(_ increment: TokenUsage) {
        usage = (usage ?? TokenUsage()) + increment
    }
}
