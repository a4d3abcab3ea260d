// SPDX-License-Identifier: MIT

/// The answer of `POST /completions`, and a piece of it in a stream.
public struct TextCompletion: Codable, Hashable, Sendable, JSONRecord {
    /// The server's name for the answer; empty where it gives none.
    public var id = ""
    /// The model that answered.
    public var model = ""
    /// The time the answer was made, in seconds since 1970.
    public var created: Int?
    /// The continuations; in a stream, what to add to which.
    public var choices: [Choice] = []
    /// The tokens used.
    public var usage: CompletionUsage?
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
        members("system_fingerprint", &systemFingerprint)
    }

    /// One continuation.
    public struct Choice: Codable, Hashable, Sendable, JSONRecord {
        /// The position among the continuations.
        public var index = 0
        /// The text.
        public var text = ""
        /// The reason it ended; `nil` where it has not.
        public var finishReason: ChatFinishReason?
        /// The likelihood of its tokens.
        public var logprobs: JSONObject?
        /// Members without a property.
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
