// SPDX-License-Identifier: MIT

public import GenAICore

/// The body of `POST /chat/completions`.
///
/// A property that is `nil` or empty is not sent, so the server uses its default.
public struct ChatCompletionRequest: Codable, Hashable, Sendable, JSONRecord {
    /// The requested model.
    public var model = ""
    /// The conversation so far.
    public var messages: [ChatMessage] = []
    /// The sampling temperature, 0 to 2.
    public var temperature: Double?
    /// The probability mass for nucleus sampling, 0 to 1.
    public var topP: Double?
    /// The number of choices to generate.
    public var choiceCount: Int?
    /// The maximum number of output tokens, reasoning included.
    public var maxCompletionTokens: Int?
    /// The older name of ``maxCompletionTokens``, which many other servers require.
    public var maxTokens: Int?
    /// Stop sequences, which end the answer.
    public var stop: [String] = []
    /// The penalty for tokens by their frequency so far, -2 to 2.
    public var frequencyPenalty: Double?
    /// The penalty for tokens that have occurred so far, -2 to 2.
    public var presencePenalty: Double?
    /// The biases of tokens, keyed by token identifier, -100 to 100.
    public var logitBias: [String: Int]?
    /// Indicates whether the log probability of each token is returned.
    public var logprobs: Bool?
    /// The number of alternatives to return for each token, 0 to 20.
    public var topLogprobs: Int?
    /// The seed for sampling, which makes answers repeatable as far as the server supports it.
    public var seed: Int?
    /// The reasoning effort.
    public var reasoningEffort: ReasoningEffort?
    /// The length of the answer: `low`, `medium` or `high`.
    public var verbosity: String?
    /// The form of the answer.
    public var responseFormat: ChatResponseFormat?
    /// The tools the model may call.
    public var tools: [ChatTool] = []
    /// The tools that the model may or must call.
    public var toolChoice: ChatToolChoice?
    /// Indicates whether the model may call several tools at once.
    public var parallelToolCalls: Bool?
    /// The modalities of the answer: `text`, `audio`.
    public var modalities: [String] = []
    /// The voice and format of spoken answers.
    public var audio: JSONObject?
    /// The predicted output: text that the answer will largely repeat.
    public var prediction: JSONObject?
    /// The settings of the server's web search.
    public var webSearchOptions: JSONObject?
    /// The service tier.
    public var serviceTier: OpenAIServiceTier?
    /// Indicates whether the server stores the answer.
    public var store: Bool?
    /// The metadata of a stored answer.
    public var metadata: [String: String]?
    /// An identifier of the end user.
    public var user: String?
    /// A key for the prompt cache, the same for requests that share a beginning.
    public var promptCacheKey: String?
    /// An anonymous user identifier for abuse detection.
    public var safetyIdentifier: String?
    /// The stream options; for streams only.
    public var streamOptions: ChatStreamOptions?
    /// The JSON members without a property of their own. When sent, they take precedence over the properties.
    public var additional: JSONObject = [:]

    /// Creates an empty request. Set at least ``model`` and ``messages``.
    public init() {}

    /// Creates a request. Set other properties on the value.
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

/// The effort that a model spends on reasoning before it answers.
public struct ReasoningEffort: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable,
    JSONStringValue
{
    /// The text that is sent.
    public var rawValue: String
    /// Creates an effort.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// No reasoning.
    public static let none = ReasoningEffort(rawValue: "none")
    /// Minimal effort.
    public static let minimal = ReasoningEffort(rawValue: "minimal")
    /// Low effort.
    public static let low = ReasoningEffort(rawValue: "low")
    /// Medium effort.
    public static let medium = ReasoningEffort(rawValue: "medium")
    /// High effort.
    public static let high = ReasoningEffort(rawValue: "high")
    /// Extra high effort.
    public static let extraHigh = ReasoningEffort(rawValue: "xhigh")
}

extension OpenAIServiceTier: JSONStringValue {
    /// The tier with standard price and speed.
    public static var standard: OpenAIServiceTier { .default }
    /// The tier with lower price and speed.
    public static var flex: OpenAIServiceTier { OpenAIServiceTier(rawValue: "flex") }
    /// The tier with capacity paid in advance.
    public static var scale: OpenAIServiceTier { OpenAIServiceTier(rawValue: "scale") }
    /// The tier with higher price and speed.
    public static var priority: OpenAIServiceTier { OpenAIServiceTier(rawValue: "priority") }
}

/// The options of a stream.
public struct ChatStreamOptions: Codable, Hashable, Sendable, JSONRecord {
    /// Indicates whether the server sends a last chunk without choices that contains the token usage of the whole
    /// answer.
    public var includeUsage: Bool?
    /// Indicates whether chunks are padded to hide the length of their content.
    public var includeObfuscation: Bool?
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates options with the server's defaults.
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
    /// The JSON members without a property of their own.
    public var additional: JSONObject = [:]

    /// Creates the plain text form.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("type", &type)
        members("json_schema", &jsonSchema)
    }

    /// The plain text form.
    public static let text = ChatResponseFormat()

    /// Any JSON object. The messages must ask for one.
    public static var jsonObject: ChatResponseFormat {
        var format = ChatResponseFormat()
        format.type = "json_object"
        return format
    }

    /// JSON that conforms to a schema.
    ///
    /// - Parameters:
    ///   - name: The name of the schema: letters, digits, underscores and dashes, at most 64.
    ///   - strict: Whether the server enforces the schema.
    public static func jsonSchema(
        _ schema: JSONValue.Schema, name: String, description: String? = nil, strict: Bool = true
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
