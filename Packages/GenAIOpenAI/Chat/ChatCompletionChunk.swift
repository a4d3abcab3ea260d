// SPDX-License-Identifier: MIT

public import GenAICore

/// A piece of a streamed answer.
public struct ChatCompletionChunk: Codable, Hashable, Sendable, JSONRecord {
    /// The server's identifier of the answer, the same in all chunks; empty if it gives none.
    public var id = ""
    /// The model that answers.
    public var model = ""
    /// The time at which the answer was begun, in seconds since 1970.
    public var created: Int?
    /// The additions to the choices; may be empty.
    public var choices: [Choice] = []
    /// The tokens used by the whole answer; usually in the last chunk only.
    public var usage: CompletionUsage?
    /// The service tier used.
    public var serviceTier: OpenAIServiceTier?
    /// The server configuration behind the answer.
    public var systemFingerprint: String?
    /// The JSON members without a property of their own.
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

    /// An addition to one of the choices.
    public struct Choice: Codable, Hashable, Sendable, JSONRecord {
        /// The position among the choices.
        public var index = 0
        /// The addition to the message.
        public var delta = Delta()
        /// The finish reason, in the last chunk of the choice.
        public var finishReason: ChatFinishReason?
        /// The log probabilities of the new tokens.
        public var logprobs: ChatLogprobs?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an empty addition.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("index", &index)
            // A server that does not stream, or repeats the whole message, uses the member `message`.
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
        /// Additional text or parts.
        public var body: ChatContent?
        /// Additional text of the refusal.
        public var refusal: String?
        /// Additions to the tool calls.
        public var toolCalls: [ChatMessage.ToolCall] = []
        /// Additional audio.
        public var audio: ChatAudio?
        /// Additional reasoning, as DeepSeek, vLLM and others send it.
        public var reasoningContent: String?
        /// Additional reasoning, as OpenRouter, Ollama, Groq and newer vLLM send it.
        public var reasoning: String?
        /// Additional reasoning in OpenRouter's structured form.
        public var reasoningDetails: [JSONValue] = []
        /// An addition to the function call, in the older form.
        public var functionCall: ChatMessage.ToolCall.Function?
        /// Additional sources.
        public var annotations: [JSONValue] = []
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an empty delta.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("role", &role)
            members("content", &body)
            members.text("refusal", &refusal)
            members.calls(&toolCalls, &functionCall)
            members("audio", &audio)
            members("reasoning_content", &reasoningContent)
            members("reasoning", &reasoning)
            members.list("reasoning_details", &reasoningDetails)
            members.list("annotations", &annotations)
        }
    }
}

extension ChatCompletionChunk.Delta {
    /// The text of the chunk, or its joined text parts; `nil` if there is none.
    public var content: String? {
        get { body?.text }
        set { body = newValue.map(ChatContent.text) }
    }
}
