// SPDX-License-Identifier: MIT

public import GenAICore

/// A piece of a streamed answer.
public struct ChatCompletionChunk: Codable, Hashable, Sendable, JSONRecord {
    /// The server's name for the answer, the same in all chunks; empty where it gives none.
    public var id = ""
    /// The model that answers.
    public var model = ""
    /// The time the answer was begun, in seconds since 1970.
    public var created: Int?
    /// The additions to the answers; may be empty.
    public var choices: [Choice] = []
    /// The tokens the whole answer used; usually in the last chunk only.
    public var usage: CompletionUsage?
    /// The processing class used.
    public var serviceTier: ServiceTier?
    /// The server configuration behind the answer.
    public var systemFingerprint: String?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates an empty chunk.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("id", &id)
        members("model", &model)
        members.time("created", &created)
        members.essential("choices", &choices)
        members.usage(&usage, choices: choices.lazy.map(\.additional))
        members("service_tier", &serviceTier)
        members("system_fingerprint", &systemFingerprint)
    }

    /// An addition to one of the answers.
    public struct Choice: Codable, Hashable, Sendable, JSONRecord {
        /// The position among the answers.
        public var index = 0
        /// The addition to the message.
        public var delta = Delta()
        /// The reason the answer ended, in its last chunk.
        public var finishReason: ChatFinishReason?
        /// The likelihood of the new tokens.
        public var logprobs: ChatLogprobs?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates a choice with nothing new.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("index", &index)
            // A server that does not stream after all, or repeats the whole message, calls it what it is.
            let isWhole = members.isReading && members.left("delta") == nil && members.left("message") != nil
            members.essential(isWhole ? "message" : "delta", &delta)
            members("finish_reason", &finishReason)
            members("logprobs", &logprobs)
        }
    }

    /// An addition to a message.
    public struct Delta: Codable, Hashable, Sendable, JSONRecord {
        /// The author, in the first chunk.
        public var role: ChatRole?
        /// More text, or more parts.
        public var body: ChatContent?
        /// More of the refusal.
        public var refusal: String?
        /// More of the tool calls.
        public var toolCalls: [ChatToolCall] = []
        /// More of the spoken answer.
        public var audio: ChatAudio?
        /// More of the thinking, as DeepSeek, vLLM and others send it.
        public var reasoningContent: String?
        /// More of the thinking, as OpenRouter, Ollama, Groq and newer vLLM send it.
        public var reasoning: String?
        /// More of the thinking in OpenRouter's structured form.
        public var reasoningDetails: [JSONValue] = []
        /// More of the function call, in the older form.
        public var functionCall: ChatToolCall.Function?
        /// More sources.
        public var annotations: [JSONValue] = []
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates an empty delta.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("role", &role)
            members("content", &body)
            members("refusal", &refusal)
            members.list("tool_calls", &toolCalls)
            members("audio", &audio)
            members("reasoning_content", &reasoningContent)
            members("reasoning", &reasoning)
            members.list("reasoning_details", &reasoningDetails)
            members("function_call", &functionCall)
            members.list("annotations", &annotations)
        }
    }
}

extension ChatCompletionChunk.Delta {
    /// The text of the piece: all of it, or its text parts joined; `nil` where there is none.
    public var content: String? {
        get { body?.text }
        set { body = newValue.map(ChatContent.text) }
    }
}
