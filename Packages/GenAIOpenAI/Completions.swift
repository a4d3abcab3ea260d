// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// `POST /completions`, the endpoint from before chat.
    public var completions: Completions { Completions(sender: sender) }
}

extension OpenAIClient {
    /// `POST /completions`, plain and streamed: text goes on where the prompt ends.
    public struct Completions: Sendable {
        let sender: Sender

        /// Asks for a continuation.
        ///
        /// - Throws: ``OpenAIError``, after the attempts the configuration allows.
        public func create(
            _ request: CompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIError) -> TextCompletion {
            var body = request
            body.streamOptions = nil
            let call = APICall(
                path: "completions", model: request.model, body: body.json, options: options, members: ["choices"])
            return try await sender.recorded(request, call)
        }

        /// Asks for a continuation in pieces; token usage as for ``OpenAIClient/Chat/Completions/stream(_:options:)``.
        ///
        /// - Throws: ``OpenAIError``, after the attempts the configuration allows; so does the stream, without any.
        public func stream(
            _ request: CompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIError) -> OpenAIStream<TextCompletion> {
            var body = request
            let asksForUsage = sender.addUsage(to: &body.streamOptions)
            body.additional["stream"] = true
            let call = APICall(
                path: "completions", model: request.model, body: body.json, isStream: true, options: options,
                members: ["choices"], asksForUsage: asksForUsage)
            let rules = StreamRules<TextCompletion>(
                hides: { asksForUsage && $0.choices.isEmpty && $0.usage != nil },
                ends: { $0.choices.contains { $0.finishReason != nil } },
                decodeWhole: { (json) throws(JSONError) in try TextCompletion(json: json) })
            return try await sender.recordedStream(request, rules: rules, call)
        }
    }
}

/// The body of `POST /completions`.
public struct CompletionRequest: Codable, Hashable, Sendable, JSONRecord {
    /// The model to ask.
    public var model = ""
    /// The texts to continue.
    public var prompt: [String] = []
    /// The text after the continuation.
    public var suffix: String?
    /// The most tokens to write.
    public var maxTokens: Int?
    /// Randomness, 0 to 2.
    public var temperature: Double?
    /// The share of likely tokens to choose from, 0 to 1.
    public var topP: Double?
    /// The number of continuations per prompt.
    public var choiceCount: Int?
    /// The number to write before choosing the best.
    public var bestOf: Int?
    /// The number of alternatives to return per token.
    public var logprobs: Int?
    /// Whether to repeat the prompt.
    public var echo: Bool?
    /// Texts that end the continuation.
    public var stop: [String] = []
    /// Discourages words already used, -2 to 2.
    public var frequencyPenalty: Double?
    /// Discourages topics already raised, -2 to 2.
    public var presencePenalty: Double?
    /// Adds to the likelihood of tokens, by token number.
    public var logitBias: [String: Int]?
    /// Makes the continuation repeatable, as far as the server can.
    public var seed: Int?
    /// Your identifier of the user this is for.
    public var user: String?
    /// The further content of a stream; for streams only.
    public var streamOptions: ChatStreamOptions?
    /// Members without a property; these win over the properties.
    public var additional: JSONObject = [:]

    /// Creates an empty request; set at least ``model`` and ``prompt``.
    public init() {}

    /// Creates a request; everything else is set on the value.
    public init(model: String, prompt: String, maxTokens: Int? = nil) {
        self.model = model
        self.prompt = [prompt]
        self.maxTokens = maxTokens
    }

    package mutating func map(_ members: inout JSONMapper) {
        members("model", &model)
        var text = OneOrMore(values: prompt)
        members("prompt", &text)
        prompt = text.values
        members("suffix", &suffix)
        members("max_tokens", &maxTokens)
        members("temperature", &temperature)
        members("top_p", &topP)
        members("n", &choiceCount)
        members("best_of", &bestOf)
        members("logprobs", &logprobs)
        members("echo", &echo)
        members.list("stop", &stop)
        members("frequency_penalty", &frequencyPenalty)
        members("presence_penalty", &presencePenalty)
        members("logit_bias", &logitBias)
        members("seed", &seed)
        members("user", &user)
        members("stream_options", &streamOptions)
    }
}

/// A list that is written as its only element where it has one.
struct OneOrMore: JSONConvertible {
    var values: [String]

    init(values: [String]) { self.values = values }

    init(json: JSONValue) throws(JSONError) {
        if let text = json.stringValue { values = [text] } else { values = try [String](json: json) }
    }

    var json: JSONValue { values.count == 1 ? .string(values[0]) : values.json }
}
