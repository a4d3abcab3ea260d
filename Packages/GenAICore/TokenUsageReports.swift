// SPDX-License-Identifier: MIT

extension TokenUsage {
    /// An optional whole number in one word, so that a usage stays small to copy; the least number stands for "not
    /// reported".
    @usableFromInline
    struct Count<Number: FixedWidthInteger & SignedInteger & Sendable>: Sendable, Hashable {
        @usableFromInline var raw: Number

        @inlinable
        init() { raw = .min }

        /// The count, `nil` where none was reported. The least number is kept as the one above it.
        @inlinable
        var value: Number? {
            get { raw == .min ? nil : raw }
            set { raw = newValue.map { Swift.max($0, .min + 1) } ?? .min }
        }

        /// Adds a reported count; a sum out of range stays at the nearest end.
        mutating func add(_ other: Count) {
            guard let more = other.value else { return }
            guard let mine = value else { return value = more }
            let (sum, overflow) = mine.addingReportingOverflow(more)
            value = overflow ? (more > 0 ? .max : .min) : sum
        }

        /// Takes a later figure; none, and a zero, leave what is known.
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
            ints(&requests, other.requests)
            cost(&statedPicoUSD, other.statedPicoUSD)
        }
    }
}

// MARK: - Several reports

extension TokenUsage {
    /// The sum of two usages, count by count: of two calls, or of two reports of one call that each tell an increment.
    ///
    /// A count reported on one side only is kept; the sum stops at `Int.max` and `Int.min + 1` instead of trapping.
    /// A sum shows how much was used. To know what it cost, add the costs: prices may depend on the size of each call.
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

    /// Takes over a later report of the same call whose counts are cumulative, as the events of a stream are.
    ///
    /// A later count replaces the earlier. One that the later report lacks stays, and so does one it gives as zero, which
    /// cumulative counts never fall to: Anthropic tells the input in the first event of a stream and the output in the
    /// last.
    public mutating func update(withCumulative later: TokenUsage) {
        counts.merge(later.counts, { $0.replace(with: $1) }, { $0.replace(with: $1) })
        searchContextSize = later.searchContextSize ?? searchContextSize
    }
}

extension TokenUsage {
    /// This usage after a later report of the same call, as ``update(withCumulative:)`` makes it.
    public func updated(withCumulative later: TokenUsage) -> TokenUsage {
        var usage = self
        usage.update(withCumulative: later)
        return usage
    }
}

// MARK: - Parts beside the total

extension TokenUsage {
    /// A usage made of figures that exclude each other, as Anthropic and Amazon Bedrock report their input.
    ///
    /// OpenAI's `prompt_tokens` includes the cached tokens; Anthropic's `input_tokens` and Bedrock's `inputTokens` do
    /// not. Gemini's `candidatesTokenCount` lacks the `thoughtsTokenCount`. This adds the parts to the totals; a sum out
    /// of range stops at the end of it. A part that is inside its total already is set afterwards, as a property.
    ///
    /// - Parameters:
    ///   - input: Input tokens that were neither read from the cache nor written to it.
    ///   - cacheRead: Input tokens read from the cache.
    ///   - cacheWrite: Input tokens written to the cache, whatever their lifetime.
    ///   - cacheWrite1h: Those of `cacheWrite` that are kept for an hour.
    ///   - output: Output tokens without `reasoning`.
    ///   - reasoning: Reasoning tokens that are not in `output`. Anthropic's and Bedrock's are: leave it out there.
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

    /// Adds the reasoning to the output where the total shows that it was reported beside it.
    ///
    /// Servers of OpenAI's API differ: OpenAI counts reasoning in `completion_tokens`, xAI beside it. Input, output and
    /// reasoning that come to exactly the total were beside each other; anything else leaves the counts alone.
    ///
    /// - Parameter total: All tokens of the call, as in `total_tokens`.
    public mutating func includeReasoning(ifTotalIs total: Int?) {
        guard let total, let input = inputTokens, let output = outputTokens, let reasoning = reasoningTokens,
            input >= 0, output >= 0, reasoning > 0
        else { return }
        let (without, isLarge) = input.addingReportingOverflow(output)
        let (all, isLarger) = without.addingReportingOverflow(reasoning)
        if !isLarge, !isLarger, all == total { outputTokens = output + reasoning }
    }
}
