// SPDX-License-Identifier: MIT

public import GenAICore

/// The answer of `POST /chat/completions`.
public struct ChatCompletion: Codable, Hashable, Sendable, JSONRecord {
    /// The server's identifier of the answer; empty if it gives none.
    public var id = ""
    /// The model that answered; may be more specific than the requested one.
    public var model = ""
    /// The time at which the answer was created, in seconds since 1970.
    public var created: Int?
    /// The choices, as many as requested.
    public var choices: [ChatChoice] = []
    /// The tokens used.
    public var usage: CompletionUsage?
    /// The service tier used.
    public var serviceTier: OpenAIServiceTier?
    /// The server configuration behind the answer.
    public var systemFingerprint: String?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("id", &id)
        members("model", &model)
        members.time("created", &created)
        members.required("choices", &choices)
        if members.isReading { choices.joinParts() }
        members.usage(&usage, choices: choices.lazy.map(\.additional))
        members("service_tier", &serviceTier)
        members("system_fingerprint", &systemFingerprint)
    }
}

extension [ChatChoice] {
    /// Joins choices that some servers (GitHub Copilot for Anthropic) split: they send tool calls as another choice
    /// with the same index and without text.
    fileprivate mutating func joinParts() {
        guard count > 1 else { return }
        var joined: [ChatChoice] = []
        for choice in self {
            guard let last = joined.last, last.index == choice.index, last.message.toolCalls.isEmpty,
                !choice.message.toolCalls.isEmpty, choice.message.content.nonEmpty == nil
            else {
                joined.append(choice)
                continue
            }
            joined[joined.count - 1].message.toolCalls = choice.message.toolCalls
            joined[joined.count - 1].finishReason = choice.finishReason ?? last.finishReason
        }
        self = joined
    }
}

/// One choice of an answer.
public struct ChatChoice: Codable, Hashable, Sendable, JSONRecord {
    /// The position among the choices.
    public var index = 0
    /// The message.
    public var message = ChatMessage()
    /// The finish reason; `nil` if the server reports none.
    public var finishReason: ChatFinishReason?
    /// The log probabilities of its tokens.
    public var logprobs: ChatLogprobs?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty answer.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("index", &index)
        mapMessage(&members)
        members("finish_reason", &finishReason)
        members("logprobs", &logprobs)
    }

    /// A filtered choice has a finish reason and no message. Every choice has at least one of them.
    private mutating func mapMessage(_ members: inout JSONMapper) {
        let isDelta = members.isReading && members.left("message") == nil && members.left("delta") != nil
        if members.isReading, !isDelta, members.left("finish_reason") != nil {
            members.essential("message", &message)
        } else {
            members.required(isDelta ? "delta" : "message", &message)
        }
    }
}

/// The finish reason of an answer.
public struct ChatFinishReason: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable,
    JSONStringValue
{
    /// The text from the server.
    public var rawValue: String
    /// Creates a reason.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The answer is complete, or reached a stop sequence.
    public static let stop = ChatFinishReason(rawValue: "stop")
    /// The answer reached the token limit.
    public static let length = ChatFinishReason(rawValue: "length")
    /// The model requests tool calls.
    public static let toolCalls = ChatFinishReason(rawValue: "tool_calls")
    /// A content filter ended the answer.
    public static let contentFilter = ChatFinishReason(rawValue: "content_filter")
    /// The model requests a function call, in the older form.
    public static let functionCall = ChatFinishReason(rawValue: "function_call")

    /// Indicates whether the token limit ended the answer. Gateways pass on the reasons of other APIs, so the values of
    /// Anthropic, Google, Cohere and the Responses API count too.
    var isLengthLimit: Bool {
        ["length", "max_tokens", "max_output_tokens", "model_length"].contains(rawValue.lowercased())
    }

    /// Indicates whether a filter ended the answer. The values of Google, Z.ai and Amazon count too.
    var isFilter: Bool {
        ["content_filter", "safety", "prohibited_content", "blocklist", "sensitive", "guardrail_intervened"]
            .contains(rawValue.lowercased())
    }
}

/// The log probabilities of tokens.
public struct ChatLogprobs: Codable, Hashable, Sendable, JSONRecord {
    /// The tokens of the text.
    public var content: [TokenLogprob]?
    /// The tokens of the refusal.
    public var refusal: [TokenLogprob]?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates an empty list.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("content", &content)
        members("refusal", &refusal)
    }
}

/// The log probability of one token.
public struct TokenLogprob: Codable, Hashable, Sendable, JSONRecord {
    /// The token as text.
    public var token = ""
    /// The natural logarithm of its probability; `nil` if the server does not report it. This is not 0, which means
    /// certainty.
    public var logprob: Double?
    /// The token as bytes of UTF-8, for tokens that are parts of characters.
    public var bytes: [Int]?
    /// The most probable tokens at this position.
    public var topLogprobs: [TokenLogprob] = []
    /// The JSON members without a property of their own.
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
    /// The identifier, for references in later requests.
    public var id: String?
    /// The audio in Base64; in a stream, a piece of it.
    public var data: String?
    /// The transcript.
    public var transcript: String?
    /// The time until which it can be referenced, in seconds since 1970.
    public var expiresAt: Int?
    /// The JSON members without a property of their own.
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
