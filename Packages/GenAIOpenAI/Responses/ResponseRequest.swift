// SPDX-License-Identifier: MIT

public import GenAICore

/// The body of `POST /responses`.
///
/// A property that is `nil` or empty is not sent, so the server uses its default.
public struct ResponseRequest: Codable, Hashable, Sendable, JSONRecord {
    /// The requested model; `nil` if a stored prompt specifies it.
    public var model: String?
    /// The text or the items to respond to.
    public var input: ResponseInput?
    /// The system or developer instructions.
    public var instructions: String?
    /// The identifier of the response that this one continues.
    public var previousResponseID: String?
    /// The stored conversation that the response belongs to: its identifier or an object.
    public var conversation: JSONValue?
    /// A stored prompt with its variables.
    public var prompt: JSONObject?
    /// The maximum number of output tokens, reasoning included.
    public var maxOutputTokens: Int?
    /// The maximum number of calls of built-in tools.
    public var maxToolCalls: Int?
    /// The sampling temperature, 0 to 2.
    public var temperature: Double?
    /// The probability mass for nucleus sampling, 0 to 1.
    public var topP: Double?
    /// The number of alternatives to return for each token, 0 to 20.
    public var topLogprobs: Int?
    /// The reasoning settings.
    public var reasoning: Reasoning?
    /// The form of the answer.
    public var text: TextOptions?
    /// The tools the model may call.
    public var tools: [ResponseTool] = []
    /// The tools that the model may or must call.
    public var toolChoice: ResponseToolChoice?
    /// Indicates whether the model may call several tools at once.
    public var parallelToolCalls: Bool?
    /// Further members to return, such as `reasoning.encrypted_content`.
    public var include: [String] = []
    /// The treatment of input that is too long: `auto` or `disabled`.
    public var truncation: String?
    /// The service tier.
    public var serviceTier: OpenAIServiceTier?
    /// Indicates whether the response is generated in the background. Poll it with
    /// ``OpenAIClient/Responses/get(_:options:)``.
    public var background: Bool?
    /// Indicates whether the server stores the response.
    public var store: Bool?
    /// The metadata of a stored response.
    public var metadata: [String: String]?
    /// An identifier of the end user.
    public var user: String?
    /// A key for the prompt cache, the same for requests that share a beginning.
    public var promptCacheKey: String?
    /// An anonymous user identifier for abuse detection.
    public var safetyIdentifier: String?
    /// The JSON members without a property of their own. When sent, they take precedence over the properties.
    public var additional: JSONObject = [:]

    /// Creates an empty request. Set at least ``model`` and ``input``.
    public init() {}

    /// Creates a request. Set other properties on the value.
    public init(
        model: String, input: ResponseInput, instructions: String? = nil, previousResponseID: String? = nil,
        maxOutputTokens: Int? = nil, temperature: Double? = nil, reasoning: Reasoning? = nil,
        text: TextOptions? = nil, tools: [ResponseTool] = [], toolChoice: ResponseToolChoice? = nil,
        store: Bool? = nil
    ) {
        self.model = model
        self.input = input
        self.instructions = instructions
        self.previousResponseID = previousResponseID
        self.maxOutputTokens = maxOutputTokens
        self.temperature = temperature
        self.reasoning = reasoning
        self.text = text
        self.tools = tools
        self.toolChoice = toolChoice
        self.store = store
    }

    package mutating func map(_ members: inout JSONMapper) {
        members("model", &model)
        members("input", &input)
        members("instructions", &instructions)
        members("previous_response_id", &previousResponseID)
        members("conversation", &conversation)
        members("prompt", &prompt)
        members("max_output_tokens", &maxOutputTokens)
        members("max_tool_calls", &maxToolCalls)
        members("temperature", &temperature)
        members("top_p", &topP)
        members("top_logprobs", &topLogprobs)
        members("reasoning", &reasoning)
        members("text", &text)
        members.list("tools", &tools)
        members("tool_choice", &toolChoice)
        members("parallel_tool_calls", &parallelToolCalls)
        members.list("include", &include)
        members("truncation", &truncation)
        members("service_tier", &serviceTier)
        members("background", &background)
        members("store", &store)
        members("metadata", &metadata)
        members("user", &user)
        members("prompt_cache_key", &promptCacheKey)
        members("safety_identifier", &safetyIdentifier)
    }
}

extension ResponseRequest {
    /// The reasoning settings.
    public struct Reasoning: Codable, Hashable, Sendable, JSONRecord {
        /// The effort.
        public var effort: ReasoningEffort?
        /// The detail of the summary: `auto`, `concise` or `detailed`.
        public var summary: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates settings with the server's defaults.
        public init() {}

        /// Creates settings. Missing ones are left to the server.
        public init(effort: ReasoningEffort? = nil, summary: String? = nil) {
            self.effort = effort
            self.summary = summary
        }

        package mutating func map(_ members: inout JSONMapper) {
            members("effort", &effort)
            members("summary", &summary)
        }
    }

    /// The form of the answer.
    public struct TextOptions: Codable, Hashable, Sendable, JSONRecord {
        /// `{"type": "text"}`, `json_object`, or `json_schema` with its schema.
        public var format: JSONObject?
        /// The length of the answer: `low`, `medium` or `high`.
        public var verbosity: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates the plain text form.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("format", &format)
            members("verbosity", &verbosity)
        }

        /// JSON that conforms to a schema.
        public static func jsonSchema(
            _ schema: JSONValue.Schema, name: String, description: String? = nil, strict: Bool = true
        ) -> TextOptions {
            var format: JSONObject = ["type": "json_schema", "name": .string(name)]
            format["description"] = description?.json
            format["schema"] = schema.json
            format["strict"] = .bool(strict)
            var options = TextOptions()
            options.format = format
            return options
        }
    }
}

/// The input of a response.
public enum ResponseInput: Codable, Sendable, JSONConvertible, Hashable, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral
{
    /// A user message.
    case text(String)
    /// Messages, tool results and earlier output in order.
    case items([ResponseItem])

    /// Creates plain text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Creates a list of items.
    public init(arrayLiteral elements: ResponseItem...) { self = .items(elements) }

    /// Reads text or a list of items.
    package init(json: JSONValue) throws(JSONError) {
        if case .string(let text) = json {
            self = .text(text)
        } else {
            self = .items(try [ResponseItem](json: json))
        }
    }

    /// Text as a string, items as a list.
    public var json: JSONValue {
        switch self {
        case .text(let text): text.json
        case .items(let items): items.json
        }
    }
}

/// A tool that the model may call: a function or custom tool of the program, or a built-in tool of the server.
public struct ResponseTool: Codable, Sendable, JSONConvertible, Hashable {
    /// The definition that is sent.
    public var json: JSONValue

    /// Creates a tool from any definition that the server supports.
    public init(json: JSONValue) { self.json = json }

    /// A function with JSON arguments.
    ///
    /// - Parameters:
    ///   - parameters: The JSON Schema of the arguments; `nil` for none.
    ///   - strict: Whether the arguments must conform to the schema exactly. The API's own default is `true`.
    public static func function(
        _ name: String, description: String? = nil, parameters: JSONValue.Schema? = nil, strict: Bool? = nil
    ) -> ResponseTool {
        var object: JSONObject = ["type": "function", "name": .string(name)]
        object["description"] = description?.json
        object["parameters"] = parameters?.json
        object["strict"] = strict?.json
        return ResponseTool(json: .object(object))
    }

    /// A tool whose input is free text.
    public static func custom(_ name: String, description: String? = nil, format: JSONObject? = nil) -> ResponseTool {
        var object: JSONObject = ["type": "custom", "name": .string(name)]
        object["description"] = description?.json
        object["format"] = format?.json
        return ResponseTool(json: .object(object))
    }

    /// A built-in tool of the server, such as `web_search`, with its settings.
    public static func builtIn(_ type: String, _ settings: JSONObject = [:]) -> ResponseTool {
        var object: JSONObject = ["type": .string(type)]
        object.merge(settings)
        return ResponseTool(json: .object(object))
    }
}

/// The tools that the model may or must call.
public struct ResponseToolChoice: Codable, Sendable, JSONConvertible, Hashable {
    /// The JSON value that is sent.
    public var json: JSONValue

    /// Creates a choice from any value that the server supports.
    public init(json: JSONValue) { self.json = json }

    /// The model decides whether to call tools.
    public static let auto = ResponseToolChoice(json: "auto")
    /// The model must not call tools.
    public static let none = ResponseToolChoice(json: "none")
    /// The model must call at least one tool.
    public static let required = ResponseToolChoice(json: "required")

    /// The model must call the named function.
    public static func function(_ name: String) -> ResponseToolChoice {
        ResponseToolChoice(json: ["type": "function", "name": .string(name)])
    }

    /// The model must call the built-in tool of this type.
    public static func builtIn(_ type: String) -> ResponseToolChoice {
        ResponseToolChoice(json: ["type": .string(type)])
    }
}
