// SPDX-License-Identifier: MIT

public import GenAICore
import GenAIInstrumentation

/// The tokens a response used.
public struct ResponseUsage: Codable, Hashable, Sendable, JSONRecord {
    /// Tokens read, cached ones included.
    public var inputTokens = 0
    /// Tokens written, thinking included.
    public var outputTokens = 0
    /// Both together.
    public var totalTokens = 0
    /// Parts of ``inputTokens``.
    public var inputTokensDetails: InputDetails?
    /// Parts of ``outputTokens``.
    public var outputTokensDetails: OutputDetails?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates a usage of nothing.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members.count("input_tokens", &inputTokens)
        members.count("output_tokens", &outputTokens)
        members.count("total_tokens", &totalTokens)
        members("input_tokens_details", &inputTokensDetails)
        members("output_tokens_details", &outputTokensDetails)
    }

    /// Parts of the tokens read.
    public struct InputDetails: Codable, Hashable, Sendable, JSONRecord {
        /// Read from the prompt cache.
        public var cachedTokens: Int?
        /// Written to the prompt cache.
        public var cacheWriteTokens: Int?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates details of nothing.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members.count("cached_tokens", &cachedTokens)
            members.count("cache_write_tokens", &cacheWriteTokens)
        }
    }

    /// Parts of the tokens written.
    public struct OutputDetails: Codable, Hashable, Sendable, JSONRecord {
        /// Thinking.
        public var reasoningTokens: Int?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates details of nothing.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members.count("reasoning_tokens", &reasoningTokens)
        }
    }
}

extension ResponseUsage {
    /// The usage in the terms of the conventions: totals include their parts, whatever names the server uses.
    public var tokenUsage: TokenUsage { UsageReading(json).tokenUsage }
}

extension ModelResponse {
    /// The usage of the response, with the searches that the server ran for it; `nil` where it reports none.
    ///
    /// A search is billed for each `web_search_call` item that searched; opening a page it found is not.
    var tokenUsage: TokenUsage? {
        let calls = output.filter { $0.status != "failed" }
        let webSearches = calls.count { call in
            let action = call.additional["action"]?["type"]?.stringValue
            return call.type == .webSearchCall && (action == nil || action == "search")
        }
        let storageSearches = calls.count { $0.type == .fileSearchCall }
        guard usage != nil || webSearches + storageSearches > 0 else { return nil }
        var tokens = usage?.tokenUsage ?? TokenUsage()
        if webSearches > 0 { tokens.webSearches = max(tokens.webSearches ?? 0, webSearches) }
        if storageSearches > 0 { tokens.storageSearches = max(tokens.storageSearches ?? 0, storageSearches) }
        return tokens
    }
}
