// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// `POST /completions`, the endpoint from before chat.
    public var completions: Completions { Completions(sender: sender) }
}

extension OpenAIClient {
    /// `POST /completions`, plain and streamed: continues the text of a prompt.
    public struct Completions: Sendable {
        let sender: Sender

        /// Requests a continuation.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows.
        public func create(
            _ request: CompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIClientError) -> TextCompletion {
            var body = request
            body.streamOptions = nil
            var call = APICall(
                path: "completions", model: request.model, body: body.json, options: options, members: ["choices"])
            call.collect = { (source) async throws(OpenAIClientError) in
                try await source.collected(
                    Self.rules(), into: CompletionAccumulator(), { $0.add($1) }, \.completion.json)
            }
            return try await sender.recorded(request, call)
        }

        /// Requests a continuation as a stream of chunks. Token usage is handled as by
        /// ``OpenAIClient/Chat/Completions/stream(_:options:)``.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows. The stream throws it too,
        ///   without retrying.
        public func stream(
            _ request: CompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIClientError) -> OpenAIStream<TextCompletion> {
            var body = request
            let asksForUsage = sender.addUsage(to: &body.streamOptions)
            body.additional["stream"] = true
            let call = APICall(
                path: "completions", model: request.model, body: body.json, isStream: true, options: options,
                members: ["choices"], asksForUsage: asksForUsage)
            return try await sender.recordedStream(request, rules: Self.rules(hidesUsage: asksForUsage), call)
        }

        private static func rules(hidesUsage: Bool = false) -> StreamRules<TextCompletion> {
            StreamRules<TextCompletion>(
                hides: { hidesUsage && $0.choices.isEmpty && $0.usage != nil },
                ends: { chunk in
                    chunk.choices.contains { $0.finishReason != nil }
                        || chunk.choices.isEmpty && chunk.usage.isFinal
                },
                decodeWhole: { (json) throws(JSONError) in try TextCompletion(json: json) })
        }
    }
}

/// The body of `POST /completions`.
public struct CompletionRequest: Codable, Hashable, Sendable, JSONRecord {
    /// The requested model.
    public var model = ""
    /// The texts to continue.
    public var prompt: [String] = []
    /// The text after the continuation.
    public var suffix: String?
    /// The maximum number of output tokens.
    public var maxTokens: Int?
    /// The sampling temperature, 0 to 2.
    public var temperature: Double?
    /// The probability mass for nucleus sampling, 0 to 1.
    public var topP: Double?
    /// The number of continuations for each prompt.
    public var choiceCount: Int?
    /// The number of continuations to generate, of which the best are returned.
    public var bestOf: Int?
    /// The number of alternatives to return for each token.
    public var logprobs: Int?
    /// Indicates whether the answer repeats the prompt.
    public var echo: Bool?
    /// Stop sequences, which end the continuation.
    public var stop: [String] = []
    /// The penalty for tokens by their frequency so far, -2 to 2.
    public var frequencyPenalty: Double?
    /// The penalty for tokens that have occurred so far, -2 to 2.
    public var presencePenalty: Double?
    /// The biases of tokens, keyed by token identifier, -100 to 100.
    public var logitBias: [String: Int]?
    /// The seed for sampling, which makes continuations repeatable as far as the server supports it.
    public var seed: Int?
    /// An identifier of the end user.
    public var user: String?
    /// The stream options; for streams only.
    public var streamOptions: ChatStreamOptions?
    /// The JSON members without a property of their own. When sent, they take precedence over the properties.
    public var additional: JSONObject = [:]

    /// Creates an empty request. Set at least ``model`` and ``prompt``.
    public init() {}

    /// Creates a request. Set other properties on the value.
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

/// A list that is written without brackets if it has exactly one element.
struct OneOrMore: JSONConvertible {
    var values: [String]

    init(values: [String]) { self.values = values }

    init(json: JSONValue) throws(JSONError) {
        if let text = json.stringValue { values = [text] } else { values = try [String](json: json) }
    }

    var json: JSONValue { values.count == 1 ? .string(values[0]) : values.json }
}
