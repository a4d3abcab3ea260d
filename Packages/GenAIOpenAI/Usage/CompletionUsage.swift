// SPDX-License-Identifier: MIT

public import GenAICore
import GenAIInstrumentation

/// The tokens used by an answer.
public struct CompletionUsage: Codable, Hashable, Sendable, JSONRecord {
    /// The input tokens, cached ones included.
    public var promptTokens = 0
    /// The output tokens, reasoning included.
    public var completionTokens = 0
    /// The sum of input and output tokens.
    public var totalTokens = 0
    /// The parts of ``promptTokens``.
    public var promptTokensDetails: PromptDetails?
    /// The parts of ``completionTokens``.
    public var completionTokensDetails: CompletionDetails?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates a usage of zero.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members.count("prompt_tokens", &promptTokens)
        members.count("completion_tokens", &completionTokens)
        members.count("total_tokens", &totalTokens)
        members("prompt_tokens_details", &promptTokensDetails)
        members("completion_tokens_details", &completionTokensDetails)
    }

    /// The parts of the input tokens.
    public struct PromptDetails: Codable, Hashable, Sendable, JSONRecord {
        /// The tokens read from the prompt cache.
        public var cachedTokens: Int?
        /// The tokens written to the prompt cache.
        public var cacheWriteTokens: Int?
        /// The text tokens.
        public var textTokens: Int?
        /// The image tokens.
        public var imageTokens: Int?
        /// The audio tokens.
        public var audioTokens: Int?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates empty details.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members.count("cached_tokens", &cachedTokens)
            members.count("cache_write_tokens", &cacheWriteTokens)
            members.count("text_tokens", &textTokens)
            members.count("image_tokens", &imageTokens)
            members.count("audio_tokens", &audioTokens)
        }
    }

    /// The parts of the output tokens.
    public struct CompletionDetails: Codable, Hashable, Sendable, JSONRecord {
        /// The reasoning tokens.
        public var reasoningTokens: Int?
        /// The text tokens.
        public var textTokens: Int?
        /// The audio tokens.
        public var audioTokens: Int?
        /// The predicted tokens that the answer uses.
        public var acceptedPredictionTokens: Int?
        /// The predicted tokens that the answer does not use. They are billed as output.
        public var rejectedPredictionTokens: Int?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates empty details.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members.count("reasoning_tokens", &reasoningTokens)
            members.count("text_tokens", &textTokens)
            members.count("audio_tokens", &audioTokens)
            members.count("accepted_prediction_tokens", &acceptedPredictionTokens)
            members.count("rejected_prediction_tokens", &rejectedPredictionTokens)
        }
    }
}

extension CompletionUsage {
    /// Reads a usage, or a list of usages, in which later members take precedence.
    package init(lenient json: JSONValue) throws(JSONError) {
        guard case .array(let list) = json else {
            try self.init(json: json)
            return
        }
        var usage: CompletionUsage?
        for element in list { usage.update(with: try CompletionUsage(json: element)) }
        guard let usage else { throw JSONError(expected: "a usage") }
        self = usage
    }

    /// The usage in terms of the conventions: totals include their parts, whatever names the server uses.
    public var tokenUsage: TokenUsage { UsageReading(json).tokenUsage }

    /// The usage of embeddings.
    var embeddingUsage: TokenUsage? { UsageReading(json).embeddingUsage }
}

extension CompletionUsage? {
    /// Indicates whether the usage, alone in its chunk, is that of a complete answer.
    var isFinal: Bool { (self?.completionTokens ?? 0) > 0 }

    /// Applies a later report. `null` replaces nothing, and zero replaces no count.
    mutating func update(with later: CompletionUsage) {
        guard let known = self?.json.objectValue, let new = later.json.objectValue else { return self = later }
        self = (try? CompletionUsage(json: .object(known.merging(laterReport: new)))) ?? later
    }
}

extension JSONObject {
    /// Returns an earlier report with the values of a later one. `null` replaces nothing, and zero replaces no count.
    fileprivate func merging(laterReport later: JSONObject) -> JSONObject {
        var merged = self
        for (name, value) in later {
            switch (merged[name], value) {
            case (.object(let old)?, .object(let new)): merged[name] = .object(old.merging(laterReport: new))
            case (_?, .null), (_?, 0): continue
            default: merged[name] = value
            }
        }
        return merged
    }
}

extension JSONValue: JSONTree {
    package var memberCount: Int? { objectValue?.count }
}

extension JSONMapper {
    /// Maps the usage of an answer, from any of the members that servers use. A usage without members counts as
    /// missing.
    mutating func usage(_ value: inout CompletionUsage?, choices: some Sequence<JSONObject>) {
        self("usage", &value)
        guard isReading, value == nil || value == CompletionUsage() else { return }
        let elsewhere = left("x_groq")?["usage"] ?? choices.lazy.compactMap { $0["usage"] }.first
        value = elsewhere.flatMap { try? CompletionUsage(lenient: $0) }
    }

    /// Maps a count. Some servers send estimates with a fraction, which are rounded.
    mutating func count(_ key: String, _ value: inout Int?) {
        self(key, &value)
        guard isReading, value == nil else { return }
        var estimate: Double?
        self(key, &estimate)
        value = estimate.flatMap { Int(exactly: $0.rounded()) }
    }

    /// Maps a count that is always written.
    mutating func count(_ key: String, _ value: inout Int) {
        guard isReading else { return self(key, &value) }
        var found: Int?
        count(key, &found)
        if let found { value = found }
    }
}
