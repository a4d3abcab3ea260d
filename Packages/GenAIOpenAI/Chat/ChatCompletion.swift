// SPDX-License-Identifier: MIT

public import GenAICore

/// The answer of `POST /chat/completions`.
public struct ChatCompletion: Codable, Hashable, Sendable, JSONRecord {
    /// The server's name for the answer; empty where it gives none.
    public var id = ""
    /// The model that answered; may be more exact than the one asked.
    public var model = ""
    /// When the answer was made, in seconds since 1970.
    public var created: Int?
    /// The answers, as many as asked for.
    public var choices: [ChatChoice] = []
    /// What the answer cost in tokens.
    public var usage: CompletionUsage?
    /// The processing class used.
    public var serviceTier: ServiceTier?
    /// The server configuration behind the answer.
    public var systemFingerprint: String?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("id", &id)
        members("model", &model)
        members("created", &created)
        members.required("choices", &choices)
        members("usage", &usage)
        members("service_tier", &serviceTier)
        members("system_fingerprint", &systemFingerprint)
    }
}

/// One of the answers.
public struct ChatChoice: Codable, Hashable, Sendable, JSONRecord {
    /// The position among the answers.
    public var index = 0
    /// The answer.
    public var message = ChatMessage()
    /// Why it ended; `nil` where the server does not say.
    public var finishReason: ChatFinishReason?
    /// The likelihood of its tokens.
    public var logprobs: ChatLogprobs?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("index", &index)
        members.required("message", &message)
        members("finish_reason", &finishReason)
        members("logprobs", &logprobs)
    }
}

/// Why an answer ended.
public struct ChatFinishReason: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable,
    JSONStringValue
{
    /// The text received.
    public var rawValue: String
    /// Creates a reason.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It was complete, or reached a stop text.
    public static let stop = ChatFinishReason(rawValue: "stop")
    /// It reached the token limit.
    public static let length = ChatFinishReason(rawValue: "length")
    /// The model wants tools called.
    public static let toolCalls = ChatFinishReason(rawValue: "tool_calls")
    /// A filter cut it.
    public static let contentFilter = ChatFinishReason(rawValue: "content_filter")
    /// The model wants a function called, in the older form.
    public static let functionCall = ChatFinishReason(rawValue: "function_call")
}

/// The likelihood of tokens.
public struct ChatLogprobs: Codable, Hashable, Sendable, JSONRecord {
    /// Of the text.
    public var content: [TokenLogprob]?
    /// Of the refusal.
    public var refusal: [TokenLogprob]?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty list.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("content", &content)
        members("refusal", &refusal)
    }
}

/// The likelihood of one token.
public struct TokenLogprob: Codable, Hashable, Sendable, JSONRecord {
    /// The token as text.
    public var token = ""
    /// The natural logarithm of its probability.
    public var logprob = 0.0
    /// The token as bytes, for those that are no whole characters.
    public var bytes: [Int]?
    /// The likeliest tokens at this place.
    public var topLogprobs: [TokenLogprob] = []
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty token.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("token", &token)
        members("logprob", &logprob)
        members("bytes", &bytes)
        members.list("top_logprobs", &topLogprobs)
    }
}

/// A spoken answer.
public struct ChatAudio: Codable, Hashable, Sendable, JSONRecord {
    /// Its name, to refer to it in the next request.
    public var id: String?
    /// The sound in base64; in a stream, a piece of it.
    public var data: String?
    /// What is said.
    public var transcript: String?
    /// Until when it can be referred to, in seconds since 1970.
    public var expiresAt: Int?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("id", &id)
        members("data", &data)
        members("transcript", &transcript)
        members("expires_at", &expiresAt)
    }
}

/// What an answer cost in tokens.
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
        members("prompt_tokens", &promptTokens)
        members("completion_tokens", &completionTokens)
        members("total_tokens", &totalTokens)
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
            members("cached_tokens", &cachedTokens)
            members("cache_write_tokens", &cacheWriteTokens)
            members("text_tokens", &textTokens)
            members("image_tokens", &imageTokens)
            members("audio_tokens", &audioTokens)
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
            members("reasoning_tokens", &reasoningTokens)
            members("text_tokens", &textTokens)
            members("audio_tokens", &audioTokens)
            members("accepted_prediction_tokens", &acceptedPredictionTokens)
            members("rejected_prediction_tokens", &rejectedPredictionTokens)
        }
    }
}
