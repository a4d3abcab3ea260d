// SPDX-License-Identifier: MIT
public import GenAICore

/// A request to a model, in terms that all providers share.
public struct ModelRequest: Sendable, Hashable {
    /// The operation. Attribute `gen_ai.operation.name`; `chat` by default.
    public var operation: OperationName
    /// The requested model. Attribute `gen_ai.request.model`.
    public var model: String
    /// The provider. Attribute `gen_ai.provider.name`, and `gen_ai.system` in legacy conventions.
    public var provider: ProviderName
    /// The conversation so far, including system messages if the provider has them among the messages. Content.
    public var messages: [Message]
    /// Instructions that are separate from the messages. Attribute `gen_ai.system_instructions`. Content.
    public var systemInstructions: [Message.Part]
    /// The tools that the model may call. Attribute `gen_ai.tool.definitions`.
    public var tools: [ToolDefinition]
    /// The sampling temperature. Attribute `gen_ai.request.temperature`.
    public var temperature: Double?
    /// The probability mass for nucleus sampling. Attribute `gen_ai.request.top_p`.
    public var topP: Double?
    /// The number of most probable tokens to sample from. Attribute `gen_ai.request.top_k`.
    public var topK: Double?
    /// The maximum number of output tokens. Attribute `gen_ai.request.max_tokens`.
    public var maxTokens: Int?
    /// The frequency penalty. Attribute `gen_ai.request.frequency_penalty`.
    public var frequencyPenalty: Double?
    /// The presence penalty. Attribute `gen_ai.request.presence_penalty`.
    public var presencePenalty: Double?
    /// The seed for sampling. Attribute `gen_ai.request.seed`.
    public var seed: Int?
    /// The number of requested choices. Attribute `gen_ai.request.choice.count`, written unless it is one.
    public var choiceCount: Int?
    /// The stop sequences. Attribute `gen_ai.request.stop_sequences`.
    public var stopSequences: [String]
    /// The form of the answer. Attribute `gen_ai.output.type`.
    public var outputType: OutputType?
    /// The encoding formats. Attribute `gen_ai.request.encoding_formats`.
    public var encodingFormats: [String]
    /// The requested service tier, which may change the price.
    public var serviceTier: String?
    /// The requested reasoning effort, in the provider's words.
    public var reasoningLevel: String?
    /// The identifier of the earlier answer that is continued.
    public var previousResponseID: String?
    /// The conversation stored by the provider. A scope's conversation takes precedence.
    public var conversationID: String?
    /// Indicates whether a streamed answer is requested. Attribute `gen_ai.request.stream`.
    public var isStream: Bool
    /// The API, if the provider has several. Attribute `openai.api.type`.
    public var apiType: OpenAIAPIType?
    /// The host of the server. Attribute `server.address`.
    public var serverAddress: String?
    /// The port of the server. Attribute `server.port`.
    public var serverPort: Int?
    /// Additional attributes of the call's span.
    public var attributes: Attributes

    /// A tool that a model may call.
    public struct ToolDefinition: Sendable, Hashable {
        /// `function`, or the provider's name for a tool of its own.
        public var type: String
        /// The tool's name.
        public var name: String
        /// The description for the model.
        public var description: String?
        /// The parameters' JSON Schema as text.
        public var parameters: String?

        /// Creates a definition.
        public init(type: String = "function", name: String, description: String? = nil, parameters: String? = nil) {
            self.type = type
            self.name = name
            self.description = description
            self.parameters = parameters
        }
    }

    /// Creates a request from its usual parts. The others are properties.
    public init(
        operation: OperationName = .chat, model: String, provider: ProviderName, messages: [Message] = [],
        systemInstructions: [Message.Part] = [], tools: [ToolDefinition] = [], temperature: Double? = nil,
        topP: Double? = nil, maxTokens: Int? = nil, isStream: Bool = false, attributes: Attributes = [:]
    ) {
        self.operation = operation
        self.model = model
        self.provider = provider
        self.messages = messages
        self.systemInstructions = systemInstructions
        self.tools = tools
        self.temperature = temperature
        self.topP = topP
        self.maxTokens = maxTokens
        self.isStream = isStream
        self.attributes = attributes
        stopSequences = []
        encodingFormats = []
    }
}
