// SPDX-License-Identifier: MIT

public import GenAICore
import GenAIInstrumentation

/// The tokens used by a response.
public struct ResponseUsage: Codable, Hashable, Sendable, JSONRecord {
    /// The input tokens, cached ones included.
    public var inputTokens = 0
    /// The output tokens, reasoning included.
    public var outputTokens = 0
    /// The sum of input and output tokens.
    public var totalTokens = 0
    /// The parts of ``inputTokens``.
    public var inputTokensDetails: InputDetails?
    /// The parts of ``outputTokens``.
    public var outputTokensDetails: OutputDetails?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates a usage of zero.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members.count("input_tokens", &inputTokens)
        members.count("output_tokens", &outputTokens)
        members.count("total_tokens", &totalTokens)
        members("input_tokens_details", &inputTokensDetails)
        members("output_tokens_details", &outputTokensDetails)
    }

    /// The parts of the input tokens.
    public struct InputDetails: Codable, Hashable, Sendable, JSONRecord {
        /// The tokens read from the prompt cache.
        public var cachedTokens: Int?
        /// The tokens written to the prompt cache.
        public var cacheWriteTokens: Int?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates empty details.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members.count("cached_tokens", &cachedTokens)
            members.count("cache_write_tokens", &cacheWriteTokens)
        }
    }

    /// The parts of the output tokens.
    public struct OutputDetails: Codable, Hashable, Sendable, JSONRecord {
        /// The reasoning tokens.
        public var reasoningTokens: Int?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates empty details.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members.count("reasoning_tokens", &reasoningTokens)
        }
    }
}

extension ResponseUsage {
    /// The usage in terms of the conventions: totals include their parts, whatever names the server uses.
    public var tokenUsage: TokenUsage { UsageReading(json).tokenUsage }
}

extension ModelResponse {
    /// The usage of the response, including the use of the server's tools; `nil` if it reports none.
    ///
    /// The tokens of images that a tool generated are added to the response's own.
    var tokenUsage: TokenUsage? {
        var tokens = usage?.tokenUsage ?? TokenUsage()
        if let images = additional["tool_usage"]?["image_gen"] { tokens += UsageReading(images).tokenUsage }
        tokens.countServerTools(output.lazy.map(\.serverToolCall))
        return usage == nil && tokens.isEmpty ? nil : tokens
    }
}

extension ResponseItem {
    /// The item as a call of a server's tool.
    var serverToolCall: ServerToolCall {
        ServerToolCall(
            type: type?.rawValue, status: status, action: additional["action"]?["type"]?.stringValue,
            container: (additional["container_id"] ?? additional["environment"]?["container_id"])?.stringValue)
    }
}
