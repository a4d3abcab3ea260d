// SPDX-License-Identifier: MIT

/// The usage of one call as the provider reported it: tokens, other billed units, and the cost that the provider
/// states.
///
/// Every count is optional: `nil` means "not reported", which differs from zero. Totals include their parts.
/// ``inputTokens`` includes cached, audio, image and video tokens; ``outputTokens`` includes reasoning, audio, image
/// and video tokens. Some providers report parts separately from the total: see
/// ``partsBeside(input:cacheRead:cacheWrite:cacheWrite1h:output:reasoning:)``. The value uses no heap memory, so
/// copying it never allocates.
///
/// Source: semantic-conventions-genai `gen_ai.usage.*` (Development).
public struct TokenUsage: Sendable, Hashable {
    @usableFromInline var counts = Counts()

    /// The amount of web content that a search model was told to use, if that changes the fee of a request.
    public var searchContextSize: SearchContextSize?

    /// Creates a usage from its totals and the parts of them that are billed separately.
    ///
    /// Less common units have no parameter here: set their properties.
    @inlinable  // most callers pass few arguments, for which it is much faster inlined
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

    /// Indicates whether no count was reported.
    public var isEmpty: Bool { self == TokenUsage() }
}

// MARK: - Counts

extension TokenUsage {
    /// All tokens of the prompt, cached ones included. Unit: `{token}`.
    public var inputTokens: Int? {
        @inlinable get { counts.inputTokens.value }
        @inlinable set { counts.inputTokens.value = newValue }
    }

    /// All tokens of the answer, reasoning included. Unit: `{token}`.
    public var outputTokens: Int? {
        @inlinable get { counts.outputTokens.value }
        @inlinable set { counts.outputTokens.value = newValue }
    }

    /// Input tokens served from the provider's cache. Part of ``inputTokens``.
    public var cacheReadTokens: Int? {
        @inlinable get { counts.cacheReadTokens.value }
        @inlinable set { counts.cacheReadTokens.value = newValue }
    }

    /// Input tokens written to the provider's cache, whatever their lifetime. Part of ``inputTokens``.
    public var cacheWriteTokens: Int? {
        @inlinable get { counts.cacheWriteTokens.value }
        @inlinable set { counts.cacheWriteTokens.value = newValue }
    }

    /// Input tokens cached for one hour instead of five minutes. Part of ``cacheWriteTokens``.
    public var cacheWrite1hTokens: Int? {
        @inlinable get { counts.cacheWrite1hTokens.value }
        @inlinable set { counts.cacheWrite1hTokens.value = newValue }
    }

    /// Tokens the model spent on reasoning. Part of ``outputTokens``.
    public var reasoningTokens: Int? {
        @inlinable get { counts.reasoningTokens.value }
        @inlinable set { counts.reasoningTokens.value = newValue }
    }

    /// Tokens spent on citations. Part of ``outputTokens``.
    public var citationTokens: Int? {
        @inlinable get { counts.citationTokens.value }
        @inlinable set { counts.citationTokens.value = newValue }
    }

    /// Audio tokens of the prompt. Part of ``inputTokens``.
    public var inputAudioTokens: Int? {
        @inlinable get { counts.inputAudioTokens.value }
        @inlinable set { counts.inputAudioTokens.value = newValue }
    }

    /// Audio tokens of the answer. Part of ``outputTokens``.
    public var outputAudioTokens: Int? {
        @inlinable get { counts.outputAudioTokens.value }
        @inlinable set { counts.outputAudioTokens.value = newValue }
    }

    /// Audio tokens served from the cache. Part of both ``inputAudioTokens`` and ``cacheReadTokens``.
    public var cacheAudioReadTokens: Int? {
        @inlinable get { counts.cacheAudioReadTokens.value }
        @inlinable set { counts.cacheAudioReadTokens.value = newValue }
    }

    /// Image tokens of the prompt. Part of ``inputTokens``.
    public var inputImageTokens: Int? {
        @inlinable get { counts.inputImageTokens.value }
        @inlinable set { counts.inputImageTokens.value = newValue }
    }

    /// Image tokens of the answer. Part of ``outputTokens``.
    public var outputImageTokens: Int? {
        @inlinable get { counts.outputImageTokens.value }
        @inlinable set { counts.outputImageTokens.value = newValue }
    }

    /// Image tokens served from the cache. Part of both ``inputImageTokens`` and ``cacheReadTokens``.
    public var cacheImageReadTokens: Int? {
        @inlinable get { counts.cacheImageReadTokens.value }
        @inlinable set { counts.cacheImageReadTokens.value = newValue }
    }

    /// Video tokens of the prompt. Part of ``inputTokens``.
    public var inputVideoTokens: Int? {
        @inlinable get { counts.inputVideoTokens.value }
        @inlinable set { counts.inputVideoTokens.value = newValue }
    }

    /// Video tokens of the answer. Part of ``outputTokens``.
    public var outputVideoTokens: Int? {
        @inlinable get { counts.outputVideoTokens.value }
        @inlinable set { counts.outputVideoTokens.value = newValue }
    }

    /// Characters sent, for speech models billed by the character.
    public var inputCharacters: Int? {
        @inlinable get { counts.inputCharacters.value }
        @inlinable set { counts.inputCharacters.value = newValue }
    }

    /// Text messages sent, for voice sessions billed by the message.
    public var inputTextMessages: Int? {
        @inlinable get { counts.inputTextMessages.value }
        @inlinable set { counts.inputTextMessages.value = newValue }
    }

    /// The duration of all audio, input and output. Unit: `ms`.
    public var audioMilliseconds: Int? {
        @inlinable get { counts.audioMilliseconds.value }
        @inlinable set { counts.audioMilliseconds.value = newValue }
    }

    /// The duration of input audio. Part of ``audioMilliseconds``. Unit: `ms`.
    public var inputAudioMilliseconds: Int? {
        @inlinable get { counts.inputAudioMilliseconds.value }
        @inlinable set { counts.inputAudioMilliseconds.value = newValue }
    }

    /// Document pages read, annotated ones included.
    public var documentPages: Int? {
        @inlinable get { counts.documentPages.value }
        @inlinable set { counts.documentPages.value = newValue }
    }

    /// Document pages returned with annotations. Part of ``documentPages``.
    public var annotatedDocumentPages: Int? {
        @inlinable get { counts.annotatedDocumentPages.value }
        @inlinable set { counts.annotatedDocumentPages.value = newValue }
    }

    /// Web searches that the provider ran.
    public var webSearches: Int? {
        @inlinable get { counts.webSearches.value }
        @inlinable set { counts.webSearches.value = newValue }
    }

    /// Searches in the provider's file or vector storage.
    public var storageSearches: Int? {
        @inlinable get { counts.storageSearches.value }
        @inlinable set { counts.storageSearches.value = newValue }
    }

    /// Sessions of the provider's code interpreter: OpenAI's containers, or the requests or calls that Anthropic and xAI
    /// count.
    ///
    /// A container that several calls to a model use is in the count of each of them.
    public var codeSessions: Int? {
        @inlinable get { counts.codeSessions.value }
        @inlinable set { counts.codeSessions.value = newValue }
    }

    /// The number of calls in this usage. `nil` counts as one.
    public var requests: Int? {
        @inlinable get { counts.requests.value }
        @inlinable set { counts.requests.value = newValue }
    }

    /// The cost of the call as the provider states it, as OpenRouter and Perplexity do; `nil` if it states none.
    ///
    /// At most 9,000,000 USD; a negative or larger amount is not stored and reads as `nil`.
    public var statedCost: USD? {
        get { counts.statedPicoUSD.value.map { USD(picoUSD: Int128($0)) } }
        set {
            counts.statedPicoUSD.value = newValue.flatMap { Int64(exactly: $0.picoUSD) }.flatMap { $0 < 0 ? nil : $0 }
        }
    }

    /// The amount of web content used for an answer: `search_context_size` of OpenAI and Perplexity.
    public struct SearchContextSize: Sendable, Hashable {
        enum Kind: String { case low, medium, high }
        let kind: Kind

        /// The smallest size, and Perplexity's default.
        public static let low = SearchContextSize(kind: .low)
        /// The medium size.
        public static let medium = SearchContextSize(kind: .medium)
        /// The largest size.
        public static let high = SearchContextSize(kind: .high)

        init(kind: Kind) { self.kind = kind }

        /// Creates the size that a provider's word names; `nil` for another word.
        public init?(rawValue: String) {
            guard let kind = Kind(rawValue: rawValue) else { return nil }
            self.kind = kind
        }

        /// The provider's word: `low`, `medium` or `high`.
        public var rawValue: String { kind.rawValue }
    }
}
