// SPDX-License-Identifier: MIT

public import GenAICore

/// The answer of `POST /chat/completions`.
public struct ChatCompletion: Codable, Hashable, Sendable, JSONRecord {
    /// The server's name for the answer; empty where it gives none.
    public var id = ""
    /// The model that answered; may be more exact than the one asked.
    public var model = ""
    /// The time the answer was made, in seconds since 1970.
    public var created: Int?
    /// The answers, as many as asked for.
    public var choices: [ChatChoice] = []
    /// The tokens used.
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
        members.time("created", &created)
        members.required("choices", &choices)
        members.usage(&usage, choices: choices.lazy.map(\.additional))
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
    /// The reason it ended; `nil` where the server does not say.
    public var finishReason: ChatFinishReason?
    /// The likelihood of its tokens.
    public var logprobs: ChatLogprobs?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("index", &index)
        mapMessage(&members)
        members("finish_reason", &finishReason)
        members("logprobs", &logprobs)
    }

    /// A filtered answer has a reason why it ended, and no message; no answer has neither.
    private mutating func mapMessage(_ members: inout JSONMapper) {
        let isDelta = members.isReading && members.left("message") == nil && members.left("delta") != nil
        if members.isReading, !isDelta, members.left("finish_reason") != nil {
            members.essential("message", &message)
        } else {
            members.required(isDelta ? "delta" : "message", &message)
        }
    }
}

/// The reason an answer ended.
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
    /// The natural logarithm of its probability; `nil` where the server does not know it, which is not 0 (certainty).
    public var logprob: Double?
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
    /// The transcript.
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
        members.time("expires_at", &expiresAt)
    }
}
