// SPDX-License-Identifier: MIT

extension TokenUsage {
    /// An optional integer in one word, so that a usage stays small to copy. The minimum value means "not reported".
    @usableFromInline
    struct Count<Number: FixedWidthInteger & SignedInteger & Sendable>: Sendable, Hashable {
        @usableFromInline var raw: Number

        @inlinable
        init() { raw = .min }

        /// The count; `nil` if none was reported. The minimum value is stored as the one above it.
        @inlinable
        var value: Number? {
            get { raw == .min ? nil : raw }
            set { raw = newValue.map { Swift.max($0, .min + 1) } ?? .min }
        }

        /// Adds a reported count. A sum out of range saturates.
        mutating func add(_ other: Count) {
            guard let more = other.value else { return }
            guard let mine = value else { return value = more }
            let (sum, overflow) = mine.addingReportingOverflow(more)
            value = overflow ? (more > 0 ? .max : .min) : sum
        }

        /// Replaces the count by a later one. A missing one and zero are ignored.
        mutating func replace(with later: Count) {
            if let figure = later.value, figure != 0 || raw == .min { raw = later.raw }
        }
    }

    /// All counts of a usage.
    @usableFromInline
    struct Counts: Sendable, Hashable {
        @usableFromInline var inputTokens = Count<Int>()
        @usableFromInline var outputTokens = Count<Int>()
        @usableFromInline var cacheReadTokens = Count<Int>()
        @usableFromInline var cacheWriteTokens = Count<Int>()
        @usableFromInline var cacheWrite1hTokens = Count<Int>()
        @usableFromInline var reasoningTokens = Count<Int>()
        @usableFromInline var citationTokens = Count<Int>()
        @usableFromInline var inputAudioTokens = Count<Int>()
        @usableFromInline var outputAudioTokens = Count<Int>()
        @usableFromInline var cacheAudioReadTokens = Count<Int>()
        @usableFromInline var inputImageTokens = Count<Int>()
        @usableFromInline var outputImageTokens = Count<Int>()
        @usableFromInline var cacheImageReadTokens = Count<Int>()
        @usableFromInline var inputVideoTokens = Count<Int>()
        @usableFromInline var outputVideoTokens = Count<Int>()
        @usableFromInline var inputCharacters = Count<Int>()
        @usableFromInline var inputTextMessages = Count<Int>()
        @usableFromInline var audioMilliseconds = Count<Int>()
        @usableFromInline var inputAudioMilliseconds = Count<Int>()
        @usableFromInline var documentPages = Count<Int>()
        @usableFromInline var annotatedDocumentPages = Count<Int>()
        @usableFromInline var webSearches = Count<Int>()
        @usableFromInline var storageSearches = Count<Int>()
        @usableFromInline var codeSessions = Count<Int>()
        @usableFromInline var requests = Count<Int>()
        @usableFromInline var statedPicoUSD = Count<Int64>()

        @inlinable
        init() {}

        /// Combines each count with another's.
        fileprivate mutating func merge(
            _ other: Counts, _ ints: (inout Count<Int>, Count<Int>) -> Void,
            _ cost: (inout Count<Int64>, Count<Int64>) -> Void
        ) {
            ints(&inputTokens, other.inputTokens)
            ints(&outputTokens, other.outputTokens)
            ints(&cacheReadTokens, other.cacheReadTokens)
            ints(&cacheWriteTokens, other.cacheWriteTokens)
            ints(&cacheWrite1hTokens, other.cacheWrite1hTokens)
            ints(&reasoningTokens, other.reasoningTokens)
            ints(&citationTokens, other.citationTokens)
            ints(&inputAudioTokens, other.inputAudioTokens)
            ints(&outputAudioTokens, other.outputAudioTokens)
            ints(&cacheAudioReadTokens, other.cacheAudioReadTokens)
            ints(&inputImageTokens, other.inputImageTokens)
            ints(&outputImageTokens, other.outputImageTokens)
            ints(&cacheImageReadTokens, other.cacheImageReadTokens)
            ints(&inputVideoTokens, other.inputVideoTokens)
            ints(&outputVideoTokens, other.outputVideoTokens)
            ints(&inputCharacters, other.inputCharacters)
            ints(&inputTextMessages, other.inputTextMessages)
            ints(&audioMilliseconds, other.audioMilliseconds)
            ints(&inputAudioMilliseconds, other.inputAudioMilliseconds)
            ints(&documentPages, other.documentPages)
            ints(&annotatedDocumentPages, other.annotatedDocumentPages)
            ints(&webSearches, other.webSearches)
            ints(&storageSearches, other.storageSearches)
            ints(&codeSessions, other.codeSessions)
            ints(&requests, other.requests)
            cost(&statedPicoUSD, other.statedPicoUSD)
        }
    }
}

// MARK: - Several reports

extension TokenUsage {
    /// Returns the sum of two usages, count by count: of two calls, or of two incremental reports of one call.
    ///
    /// A count reported on one side only is kept. Sums saturate at `Int.max` and `Int.min + 1` instead of trapping. A
    /// sum shows the total usage; for the total cost, add the costs instead, because prices may depend on the size of
    /// each call.
    public static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        var sum = left
        sum += right
        return sum
    }

    /// Adds another usage to this one, count by count, as ``+(_:_:)`` does.
    public static func += (left: inout TokenUsage, right: TokenUsage) {
        left.counts.merge(right.counts, { $0.add($1) }, { $0.add($1) })
        left.searchContextSize = right.searchContextSize ?? left.searchContextSize
    }

    /// Applies a later cumulative report of the same call, such as the events of a stream.
    ///
    /// A later count replaces the earlier one. A count that is missing or zero in the later report is kept, because
    /// cumulative counts never decrease to zero: Anthropic reports the input in the first event of a stream and the
    /// output in the last.
    public mutating func update(withCumulative later: TokenUsage) {
        counts.merge(later.counts, { $0.replace(with: $1) }, { $0.replace(with: $1) })
        searchContextSize = later.searchContextSize ?? searchContextSize
    }
}

extension TokenUsage {
    /// Returns this usage with a later report applied, as ``update(withCumulative:)`` does.
    public func updated(withCumulative later: TokenUsage) -> TokenUsage {
        var usage = self
        usage.update(withCumulative: later)
        return usage
    }
}

// MARK: - Parts beside the total

extension TokenUsage {
    /// Creates a usage from counts that exclude each other, as Anthropic and Amazon Bedrock report their input.
    ///
    /// OpenAI's `prompt_tokens` includes the cached tokens; Anthropic's `input_tokens` and Bedrock's `inputTokens` do
    /// not. Gemini's `candidatesTokenCount` does not include the `thoughtsTokenCount`. This function adds the parts to
    /// the totals; sums saturate. If a part is already included in its total, set it as a property afterwards.
    ///
    /// - Parameters:
    ///   - input: Input tokens that were neither read from the cache nor written to it.
    ///   - cacheRead: Input tokens read from the cache.
    ///   - cacheWrite: Input tokens written to the cache, whatever their lifetime.
    ///   - cacheWrite1h: The part of `cacheWrite` that is cached for an hour.
    ///   - output: Output tokens without `reasoning`.
    ///   - reasoning: Reasoning tokens that are not in `output`. Anthropic and Bedrock include them: leave it out
    ///     there.
    public static func partsBeside(
        input: Int?, cacheRead: Int? = nil, cacheWrite: Int? = nil, cacheWrite1h: Int? = nil, output: Int?,
        reasoning: Int? = nil
    ) -> TokenUsage {
        let all =
            TokenUsage(inputTokens: input, outputTokens: output)
            + TokenUsage(inputTokens: cacheRead, outputTokens: reasoning) + TokenUsage(inputTokens: cacheWrite)
        return TokenUsage(
            inputTokens: all.inputTokens, outputTokens: all.outputTokens, cacheReadTokens: cacheRead,
            cacheWriteTokens: cacheWrite, cacheWrite1hTokens: cacheWrite1h, reasoningTokens: reasoning)
    }

    /// Adds the reasoning to the output if the total shows that it was reported separately.
    ///
    /// Servers with OpenAI's API differ: OpenAI includes reasoning in `completion_tokens`, xAI reports it separately.
    /// If input, output and reasoning add up to exactly the total, they were separate; otherwise the counts stay
    /// unchanged.
    ///
    /// - Parameter total: The number of all tokens of the call, as in `total_tokens`.
    public mutating func includeReasoning(ifTotalIs total: Int?) {
        guard let total, let input = inputTokens, let output = outputTokens, let reasoning = reasoningTokens,
            input >= 0, output >= 0, reasoning > 0
        else { return }
        let (without, isLarge) = input.addingReportingOverflow(output)
        let (all, isLarger) = without.addingReportingOverflow(reasoning)
        if !isLarge, !isLarger, all == total { outputTokens = output + reasoning }
    }
}
