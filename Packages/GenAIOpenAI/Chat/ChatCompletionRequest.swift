// SPDX-License-Identifier: MIT

public import GenAICore

/// The body of `POST /chat/completions`.
///
/// A property that is `nil` or empty is not sent, so the server's default holds.
public struct ChatCompletionRequest: Codable, Hashable, Sendable, JSONRecord {
    /// The model to ask.
    public var model = ""
    /// The conversation so far.
    public var messages: [ChatMessage] = []
    /// Randomness, 0 to 2.
    public var temperature: Double?
    /// The share of likely tokens to choose from, 0 to 1.
    public var topP: Double?
    /// The number of answers to write.
    public var choiceCount: Int?
    /// The most tokens to write, thinking included.
    public var maxCompletionTokens: Int?
    /// The older name of ``maxCompletionTokens``, which many other servers want.
    public var maxTokens: Int?
    /// Texts that end the answer.
    public var stop: [String] = []
    /// Discourages words already used, -2 to 2.
    public var frequencyPenalty: Double?
    /// Discourages topics already raised, -2 to 2.
    public var presencePenalty: Double?
    /// Adds to the likelihood of tokens, by token number.
    public var logitBias: [String: Int]?
    /// Whether to return the likelihood of each token.
    public var logprobs: Bool?
    /// The number of alternatives to return per token, 0 to 20.
    public var topLogprobs: Int?
    /// Makes the answer repeatable, as far as the server can.
    public var seed: Int?
    /// The reasoning effort.
    public var reasoningEffort: ReasoningEffort?
    /// The length of the answer: `low`, `medium` or `high`.
    public var verbosity: String?
    /// The form of the answer.
    public var responseFormat: ChatResponseFormat?
    /// The tools the model may call.
    public var tools: [ChatTool] = []
    /// The tools it may or must call.
    public var toolChoice: ChatToolChoice?
    /// Whether it may call several at once.
    public var parallelToolCalls: Bool?
    /// The forms to answer in: `text`, `audio`.
    public var modalities: [String] = []
    /// The voice and format of spoken answers.
    public var audio: JSONObject?
    /// Text the answer will largely repeat.
    public var prediction: JSONObject?
    /// The settings of the server's web search.
    public var webSearchOptions: JSONObject?
    /// The processing class.
    public var serviceTier: ServiceTier?
    /// Whether the server keeps the answer.
    public var store: Bool?
    /// Labels of a kept answer.
    public var metadata: [String: String]?
    /// Your identifier of the user this is for.
    public var user: String?
    /// Groups requests that share a beginning, for the prompt cache.
    public var promptCacheKey: String?
    /// An anonymous user id for abuse detection.
    public var safetyIdentifier: String?
    /// The further content of a stream; for streams only.
    public var streamOptions: ChatStreamOptions?
    /// Members without a property; these win over the properties.
    public var additional: JSONObject = [:]

    /// Creates an empty request; set at least ``model`` and ``messages``.
    public init() {}

    /// Creates a request; everything else is set on the value.
    public init(
        model: String, messages: [ChatMessage], temperature: Double? = nil, maxCompletionTokens: Int? = nil,
        reasoningEffort: ReasoningEffort? = nil, tools: [ChatTool] = [], toolChoice: ChatToolChoice? = nil,
        responseFormat: ChatResponseFormat? = nil, choiceCount: Int? = nil, seed: Int? = nil
    ) {
        self.model = model
        self.messages = messages
        self.temperature = temperature
        self.maxCompletionTokens = maxCompletionTokens
        self.reasoningEffort = reasoningEffort
        self.tools = tools
        self.toolChoice = toolChoice
        self.responseFormat = responseFormat
        self.choiceCount = choiceCount
        self.seed = seed
    }

    package mutating func map(_ members: inout JSONMapper) {
        members("model", &model)
        members("messages", &messages)
        mapSampling(&members)
        members("reasoning_effort", &reasoningEffort)
        members("verbosity", &verbosity)
        members("response_format", &responseFormat)
        members.list("tools", &tools)
        members("tool_choice", &toolChoice)
        members("parallel_tool_calls", &parallelToolCalls)
        members.list("modalities", &modalities)
        members("audio", &audio)
        members("prediction", &prediction)
        members("web_search_options", &webSearchOptions)
        members("service_tier", &serviceTier)
        members("store", &store)
        members("metadata", &metadata)
        members("user", &user)
        members("prompt_cache_key", &promptCacheKey)
        members("safety_identifier", &safetyIdentifier)
        members("stream_options", &streamOptions)
    }

    private mutating func mapSampling(_ members: inout JSONMapper) {
        members("temperature", &temperature)
        members("top_p", &topP)
        members("n", &choiceCount)
        members("max_completion_tokens", &maxCompletionTokens)
        members("max_tokens", &maxTokens)
        members.list("stop", &stop)
        members("frequency_penalty", &frequencyPenalty)
        members("presence_penalty", &presencePenalty)
        members("logit_bias", &logitBias)
        members("logprobs", &logprobs)
        members("top_logprobs", &topLogprobs)
        members("seed", &seed)
    }
}

/// The effort a model spends on reasoning before it answers.
public struct ReasoningEffort: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable,
    JSONStringValue
{
    /// The text sent.
    public var rawValue: String
    /// Creates an effort.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Not at all.
    public static let none = ReasoningEffort(rawValue: "none")
    /// Hardly.
    public static let minimal = ReasoningEffort(rawValue: "minimal")
    /// A little.
    public static let low = ReasoningEffort(rawValue: "low")
    /// The usual.
    public static let medium = ReasoningEffort(rawValue: "medium")
    /// Much.
    public static let high = ReasoningEffort(rawValue: "high")
    /// Very much.
    public static let extraHigh = ReasoningEffort(rawValue: "xhigh")
}

extension ServiceTier: JSONStringValue {
    /// The standard price and speed.
    public static var standard: ServiceTier { .default }
    /// Slower and cheaper.
    public static var flex: ServiceTier { ServiceTier(rawValue: "flex") }
    /// Capacity paid in advance.
    public static var scale: ServiceTier { ServiceTier(rawValue: "scale") }
    /// Faster and dearer.
    public static var priority: ServiceTier { ServiceTier(rawValue: "priority") }
}

/// The further content of a stream.
public struct ChatStreamOptions: Codable, Hashable, Sendable, JSONRecord {
    /// Whether a last chunk without choices carries the token usage of the whole answer.
    public var includeUsage: Bool?
    /// Whether chunks are padded to hide the length of what they carry.
    public var includeObfuscation: Bool?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Creates options that leave everything to the server.
    public init() {}

    /// Creates options.
    public init(includeUsage: Bool) { self.includeUsage = includeUsage }

    package mutating func map(_ members: inout JSONMapper) {
        members("include_usage", &includeUsage)
        members("include_obfuscation", &includeObfuscation)
    }
}

/// The form of an answer.
public struct ChatResponseFormat: Codable, Hashable, Sendable, JSONRecord {
    /// `text`, `json_object`, `json_schema` or another.
    public var type = "text"
    /// The schema of a `json_schema` answer: `name`, `schema`, `strict`, `description`.
    public var jsonSchema: JSONObject?
    /// Members without a property.
    public var additional: JSONObject = [:]

    /// Plain text.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("json_schema", &jsonSchema)
    }

    /// Plain text.
    public static let text = ChatResponseFormat()

    /// Some JSON object; the messages must ask for one.
    public static var jsonObject: ChatResponseFormat {
        var format = ChatResponseFormat()
        format.type = "json_object"
        return format
    }

    /// JSON that follows a schema.
    ///
    /// - Parameters:
    ///   - name: Letters, digits, underscores and dashes, at most 64.
    ///   - strict: Whether the server enforces the schema.
    public static func jsonSchema(
        _ schema: JSONSchema, name: String, description: String? = nil, strict: Bool = true
    ) -> ChatResponseFormat {
        var format = ChatResponseFormat()
        format.type = "json_schema"
        format.jsonSchema = ["name": .string(name)]
        format.jsonSchema?["description"] = description?.json
        format.jsonSchema?["schema"] = schema.json
        format.jsonSchema?["strict"] = .bool(strict)
        return format
    }
}
