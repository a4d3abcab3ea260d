// SPDX-License-Identifier: MIT

public import GenAICore

/// The circumstances of a call that change its price.
///
/// Values are compared exactly. A value that the price table does not know leaves the standard price in force. If a
/// provider reports the tier it really used, pass that one instead of the requested one.
public struct PriceContext: Sendable, Hashable {
    /// The service tier of the call, such as `flex`, `priority` or `default`.
    ///
    /// Source: semantic-conventions-genai `openai.response.service_tier` (Development).
    public var serviceTier: String? {
        get { self[.serviceTier] }
        set { self[.serviceTier] = newValue }
    }

    /// The processing mode: `batch`, or `nil` for the usual one.
    public var processing: String? {
        get { self[.processing] }
        set { self[.processing] = newValue }
    }

    /// The requested speed, such as `fast` with Anthropic.
    public var speed: String? {
        get { self[.speed] }
        set { self[.speed] = newValue }
    }

    /// The kind of search behind the answer, such as `fast` with Perplexity.
    public var searchType: String? {
        get { self[.searchType] }
        set { self[.searchType] = newValue }
    }

    /// The amount of web content in the search context, if the fee of a search or request depends on it. Defaults to
    /// the one that the usage reports, `TokenUsage.searchContextSize`.
    public var searchContextSize: TokenUsage.SearchContextSize? {
        get { self[.searchContext].flatMap { .init(rawValue: $0) } }
        set { self[.searchContext] = newValue?.rawValue }
    }

    // Common words are stored as numbers: copying and comparing four strings takes longer than the rest of the pricing.
    private var words = SIMD8<UInt8>()
    private var unusual: [Key: String]?

    /// Creates a context. Missing values leave the standard price in force.
    public init(
        serviceTier: String? = nil, processing: String? = nil, speed: String? = nil, searchType: String? = nil
    ) {
        if let serviceTier { self[.serviceTier] = serviceTier }
        if let processing { self[.processing] = processing }
        if let speed { self[.speed] = speed }
        if let searchType { self[.searchType] = searchType }
    }

    private init(_ key: Key, _ word: Word) {
        words[key.position] = word.rawValue
    }

    /// A call made through a batch interface.
    public static var batch: PriceContext { PriceContext(.processing, .batch) }
    /// A call at the lower price of the `flex` tier, served when there is capacity.
    public static var flex: PriceContext { PriceContext(.serviceTier, .flex) }
    /// A call at the higher price of the `priority` tier, served before others.
    public static var priority: PriceContext { PriceContext(.serviceTier, .priority) }
}

// MARK: - Words

extension PriceContext {
    /// The keys that the price table uses.
    enum Key: String, Sendable {
        case serviceTier = "service_tier"
        case processing
        case speed
        case searchType = "search_type"
        case searchContext = "search_context"

        fileprivate var position: Int {
            switch self {
            case .serviceTier: 0
            case .processing: 1
            case .speed: 2
            case .searchType: 3
            case .searchContext: 4
            }
        }
    }

    /// A word of a context in one byte.
    enum Word: UInt8, Sendable {
        case none, batch, fast, flex, priority, `default`, auto, standard, scale, low, medium, high
        /// A word without a number.
        case unusual

        init(_ text: String) {
            self =
                switch text {
                case "default": .default
                case "flex": .flex
                case "priority": .priority
                case "batch": .batch
                case "fast": .fast
                case "auto": .auto
                case "standard": .standard
                case "scale": .scale
                case "low": .low
                case "medium": .medium
                case "high": .high
                default: .unusual
                }
        }

        fileprivate var text: String? {
            switch self {
            case .none, .unusual: nil
            case .default: "default"
            case .flex: "flex"
            case .priority: "priority"
            case .batch: "batch"
            case .fast: "fast"
            case .auto: "auto"
            case .standard: "standard"
            case .scale: "scale"
            case .low: "low"
            case .medium: "medium"
            case .high: "high"
            }
        }
    }

    private subscript(key: Key) -> String? {
        get { Word(rawValue: words[key.position])?.text ?? unusual?[key] }
        set {
            let word = newValue.map(Word.init) ?? .none
            words[key.position] = word.rawValue
            guard word == .unusual || unusual != nil else { return }
            var texts = unusual ?? [:]
            texts[key] = word == .unusual ? newValue : nil
            unusual = texts.isEmpty ? nil : texts
        }
    }

    /// Returns whether the context has the value that a variant of a price requires.
    ///
    /// - Parameter value: The text of the word, read only for a word without a number.
    @inline(__always)
    func has(_ word: Word, _ value: @autoclosure () -> String, for key: Key) -> Bool {
        words[key.position] == word.rawValue && (word != .unusual || unusual?[key] == value())
    }
}
