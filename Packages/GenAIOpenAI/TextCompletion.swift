// SPDX-License-Identifier: MIT

/// The answer of `POST /completions`; in a stream, a chunk of it.
public struct TextCompletion: Codable, Hashable, Sendable, JSONRecord {
    /// The server's identifier of the answer; empty if it gives none.
    public var id = ""
    /// The model that answered.
    public var model = ""
    /// The time at which the answer was created, in seconds since 1970.
    public var created: Int?
    /// The continuations; in a stream, the additions to them.
    public var choices: [Choice] = []
    /// The tokens used.
    public var usage: CompletionUsage?
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
        members.usage(&usage, choices: choices.lazy.map(\.additional))
        members("system_fingerprint", &systemFingerprint)
    }

    /// One continuation.
    public struct Choice: Codable, Hashable, Sendable, JSONRecord {
        /// The position among the continuations.
        public var index = 0
        /// The text.
        public var text = ""
        /// The finish reason; `nil` if it has not ended.
        public var finishReason: ChatFinishReason?
        /// The log probabilities of its tokens.
        public var logprobs: JSONObject?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates an empty continuation.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("index", &index)
            members("text", &text)
            members("finish_reason", &finishReason)
            members("logprobs", &logprobs)
        }
    }
}
