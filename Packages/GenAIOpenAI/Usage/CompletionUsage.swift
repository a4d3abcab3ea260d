// SPDX-License-Identifier: MIT

public import GenAICore
import GenAIInstrumentation

/// The tokens an answer used.
public struct CompletionUsage: Codable, Hashable, Sendable, JSONRecord {
    /// Tokens read, cached ones included.
    public var promptTokens = 0
    /// Tokens written, thinking included.
    public var completionTokens = 0
    /// Both together.
    public var totalTokens = 0
    /// Parts of ``promptTokens``.
    public var promptTokensDetails: PromptDetails?
    /// Parts of ``completionTokens``.
    public var completionTokensDetails: CompletionDetails?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates a usage of nothing.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members.count("prompt_tokens", &promptTokens)
        members.count("completion_tokens", &completionTokens)
        members.count("total_tokens", &totalTokens)
        members("prompt_tokens_details", &promptTokensDetails)
        members("completion_tokens_details", &completionTokensDetails)
    }

    /// Parts of the tokens read.
    public struct PromptDetails: Codable, Hashable, Sendable, JSONRecord {
        /// Read from the prompt cache.
        public var cachedTokens: Int?
        /// Written to the prompt cache.
        public var cacheWriteTokens: Int?
        /// Text.
        public var textTokens: Int?
        /// Images.
        public var imageTokens: Int?
        /// Sound.
        public var audioTokens: Int?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates details of nothing.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members.count("cached_tokens", &cachedTokens)
            members.count("cache_write_tokens", &cacheWriteTokens)
            members.count("text_tokens", &textTokens)
            members.count("image_tokens", &imageTokens)
            members.count("audio_tokens", &audioTokens)
        }
    }

    /// Parts of the tokens written.
    public struct CompletionDetails: Codable, Hashable, Sendable, JSONRecord {
        /// Thinking.
        public var reasoningTokens: Int?
        /// Text.
        public var textTokens: Int?
        /// Sound.
        public var audioTokens: Int?
        /// Taken over from the prediction.
        public var acceptedPredictionTokens: Int?
        /// Predicted in vain, and paid for.
        public var rejectedPredictionTokens: Int?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates details of nothing.
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
    /// Reads a usage, or a list of them, of which later members count.
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

    /// The usage in the terms of the conventions: totals include their parts, whatever names the server uses.
    public var tokenUsage: TokenUsage { UsageReading(json).tokenUsage }
}

extension CompletionUsage? {
    /// Takes over what a later report says; nothing is replaced by `null`, and no count by zero.
    mutating func update(with later: CompletionUsage) {
        guard let known = self?.json.objectValue, let new = later.json.objectValue else { return self = later }
        self = (try? CompletionUsage(json: .object(known.merging(laterReport: new)))) ?? later
    }
}

extension JSONObject {
    /// An earlier report with what a later one says; nothing is replaced by `null`, and no count by zero.
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

extension JSONValue: JSONTree {}

extension JSONMapper {
    /// The usage of an answer, wherever the server puts it; one without members counts as missing.
    mutating func usage(_ value: inout CompletionUsage?, choices: some Sequence<JSONObject>) {
        self("usage", &value)
        guard isReading, value == nil || value == CompletionUsage() else { return }
        let elsewhere = left("x_groq")?["usage"] ?? choices.lazy.compactMap { $0["usage"] }.first
        value = elsewhere.flatMap { try? CompletionUsage(lenient: $0) }
    }

    /// A count, which some servers estimate with a fraction: the nearest whole number.
    mutating func count(_ key: String, _ value: inout Int?) {
        self(key, &value)
        guard isReading, value == nil else { return }
        var estimate: Double?
        self(key, &estimate)
        value = estimate.flatMap { Int(exactly: $0.rounded()) }
    }

    /// A count that is always written.
    mutating func count(_ key: String, _ value: inout Int) {
        guard isReading else { return self(key, &value) }
        var found: Int?
        count(key, &found)
        if let found { value = found }
    }
}
