// SPDX-License-Identifier: MIT

/// What one call used, as the provider reported it: tokens, and the few other things that are billed.
///
/// Every count is optional: `nil` means "not reported", which is not the same as zero.
/// Totals include their parts. ``inputTokens`` includes cached, audio, image and video tokens;
/// ``outputTokens`` includes reasoning, audio, image and video tokens. Some providers report cached tokens
/// beside the input instead of inside it: add them before filling this in.
/// The value owns no heap memory, so copying it never allocates.
///
/// Source: semantic-conventions-genai `gen_ai.usage.*` (Development).
public struct TokenUsage: Sendable, Hashable {
    /// All tokens of the prompt, cached ones included. Unit: `{token}`.
    @Count public var inputTokens: Int?
    /// All tokens of the answer, reasoning included. Unit: `{token}`.
    @Count public var outputTokens: Int?
    /// Input tokens served from the provider's cache. Part of ``inputTokens``.
    @Count public var cacheReadTokens: Int?
    /// Input tokens written to the provider's cache, whatever their lifetime. Part of ``inputTokens``.
    @Count public var cacheWriteTokens: Int?
    /// Input tokens cached for one hour instead of five minutes. Part of ``cacheWriteTokens``.
    @Count public var cacheWrite1hTokens: Int?
    /// Tokens the model spent on reasoning. Part of ``outputTokens``.
    @Count public var reasoningTokens: Int?
    /// Tokens spent on citations. Part of ``outputTokens``.
    @Count public var citationTokens: Int?
    /// Audio tokens of the prompt. Part of ``inputTokens``.
    @Count public var inputAudioTokens: Int?
    /// Audio tokens of the answer. Part of ``outputTokens``.
    @Count public var outputAudioTokens: Int?
    /// Audio tokens served from the cache. Part of both ``inputAudioTokens`` and ``cacheReadTokens``.
    @Count public var cacheAudioReadTokens: Int?
    /// Image tokens of the prompt. Part of ``inputTokens``.
    @Count public var inputImageTokens: Int?
    /// Image tokens of the answer. Part of ``outputTokens``.
    @Count public var outputImageTokens: Int?
    /// Image tokens served from the cache. Part of both ``inputImageTokens`` and ``cacheReadTokens``.
    @Count public var cacheImageReadTokens: Int?
    /// Video tokens of the prompt. Part of ``inputTokens``.
    @Count public var inputVideoTokens: Int?
    /// Video tokens of the answer. Part of ``outputTokens``.
    @Count public var outputVideoTokens: Int?
    /// Characters sent, for speech models billed by the character.
    @Count public var inputCharacters: Int?
    /// Text messages sent, for voice sessions billed by the message.
    @Count public var inputTextMessages: Int?
    /// Length of all audio, in and out. Unit: `ms`.
    @Count public var audioMilliseconds: Int?
    /// Length of the audio sent. Part of ``audioMilliseconds``. Unit: `ms`.
    @Count public var inputAudioMilliseconds: Int?
    /// Document pages read, annotated ones included.
    @Count public var documentPages: Int?
    /// Document pages returned with annotations. Part of ``documentPages``.
    @Count public var annotatedDocumentPages: Int?
    /// Web searches the provider ran.
    @Count public var webSearches: Int?
    /// Searches in the provider's file or vector storage.
    @Count public var storageSearches: Int?
    /// Calls this value stands for. `nil` counts as one.
    @Count public var requests: Int?

    /// Creates a usage from its totals and the parts of them that are billed apart.
    ///
    /// The rarer units have no parameter here: set their properties.
    @inlinable  // most callers give a few, for which it takes a fifth of the instructions
    public init(
        inputTokens: Int? = nil,
        outputTokens: Int? = nil,
        cacheReadTokens: Int? = nil,
        cacheWriteTokens: Int? = nil,
        cacheWrite1hTokens: Int? = nil,
        reasoningTokens: Int? = nil,
        inputAudioTokens: Int? = nil,
        outputAudioTokens: Int? = nil,
        cacheAudioReadTokens: Int? = nil,
        inputImageTokens: Int? = nil,
        outputImageTokens: Int? = nil,
        webSearches: Int? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cacheReadTokens = cacheReadTokens
        self.cacheWriteTokens = cacheWriteTokens
        self.cacheWrite1hTokens = cacheWrite1hTokens
        self.reasoningTokens = reasoningTokens
        self.inputAudioTokens = inputAudioTokens
        self.outputAudioTokens = outputAudioTokens
        self.cacheAudioReadTokens = cacheAudioReadTokens
        self.inputImageTokens = inputImageTokens
        self.outputImageTokens = outputImageTokens
        self.webSearches = webSearches
    }

    /// Whether no count was reported at all.
    public var isEmpty: Bool { self == TokenUsage() }
}

// MARK: - Adding

extension TokenUsage {
    /// The sum of two usages, count by count.
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
        left._inputTokens.add(right._inputTokens)
        left._outputTokens.add(right._outputTokens)
        left._cacheReadTokens.add(right._cacheReadTokens)
        left._cacheWriteTokens.add(right._cacheWriteTokens)
        left._cacheWrite1hTokens.add(right._cacheWrite1hTokens)
        left._reasoningTokens.add(right._reasoningTokens)
        left._citationTokens.add(right._citationTokens)
        left._inputAudioTokens.add(right._inputAudioTokens)
        left._outputAudioTokens.add(right._outputAudioTokens)
        left._cacheAudioReadTokens.add(right._cacheAudioReadTokens)
        left._inputImageTokens.add(right._inputImageTokens)
        left._outputImageTokens.add(right._outputImageTokens)
        left._cacheImageReadTokens.add(right._cacheImageReadTokens)
        left._inputVideoTokens.add(right._inputVideoTokens)
        left._outputVideoTokens.add(right._outputVideoTokens)
        left._inputCharacters.add(right._inputCharacters)
        left._inputTextMessages.add(right._inputTextMessages)
        left._audioMilliseconds.add(right._audioMilliseconds)
        left._inputAudioMilliseconds.add(right._inputAudioMilliseconds)
        left._documentPages.add(right._documentPages)
        left._annotatedDocumentPages.add(right._annotatedDocumentPages)
        left._webSearches.add(right._webSearches)
        left._storageSearches.add(right._storageSearches)
        left._requests.add(right._requests)
    }
}

extension TokenUsage {
    /// How the counts of a usage are kept: an optional integer in one word, so that a usage stays small to copy.
    @propertyWrapper
    public struct Count: Sendable, Hashable {
        /// The count, with `Int.min` standing for "not reported".
        @usableFromInline var raw: Int

        /// The count, `nil` where none was reported. `Int.min` is kept as `Int.min + 1`.
        @inlinable
        public var wrappedValue: Int? {
            get { raw == .min ? nil : raw }
            set { raw = newValue.map { Swift.max($0, .min + 1) } ?? .min }
        }

        /// Creates a count that was not reported.
        @inlinable
        public init() { raw = .min }

        /// Adds a reported count; a sum out of range stays at the nearest end.
        fileprivate mutating func add(_ other: Count) {
            guard let more = other.wrappedValue else { return }
            guard let mine = wrappedValue else { return wrappedValue = more }
            let (sum, overflow) = mine.addingReportingOverflow(more)
            wrappedValue = overflow ? (more > 0 ? .max : .min) : sum
        }
    }
}
