// SPDX-License-Identifier: MIT
public import GenAICore

/// A request to a model, in the terms that all providers share.
public struct ModelRequest: Sendable, Hashable {
    /// The kind of call. Attribute `gen_ai.operation.name`; `chat` by default.
    public var operation: OperationName
    /// The model asked for. Attribute `gen_ai.request.model`.
    public var model: String
    /// The provider asked. Attribute `gen_ai.provider.name`, and `gen_ai.system` in legacy conventions.
    public var provider: ProviderName
    /// The conversation so far, system messages included where the provider has them among the messages. Content.
    public var messages: [Message]
    /// Instructions given apart from the messages. Attribute `gen_ai.system_instructions`. Content.
    public var systemInstructions: [Message.Part]
    /// The tools that the model may call. Attribute `gen_ai.tool.definitions`.
    public var tools: [ToolDefinition]
    /// Attribute `gen_ai.request.temperature`.
    public var temperature: Double?
    /// Attribute `gen_ai.request.top_p`.
    public var topP: Double?
    /// Attribute `gen_ai.request.top_k`.
    public var topK: Double?
    /// Attribute `gen_ai.request.max_tokens`.
    public var maxTokens: Int?
    /// Attribute `gen_ai.request.frequency_penalty`.
    public var frequencyPenalty: Double?
    /// Attribute `gen_ai.request.presence_penalty`.
    public var presencePenalty: Double?
    /// Attribute `gen_ai.request.seed`.
    public var seed: Int?
    /// The number of answers asked for. Attribute `gen_ai.request.choice.count`, written unless it is one.
    public var choiceCount: Int?
    /// Attribute `gen_ai.request.stop_sequences`.
    public var stopSequences: [String]
    /// The form of the answer. Attribute `gen_ai.output.type`.
    public var outputType: OutputType?
    /// Attribute `gen_ai.request.encoding_formats`.
    public var encodingFormats: [String]
    /// The service tier asked for; prices depend on it.
    public var serviceTier: String?
    /// The effort the model is to spend on reasoning, in the provider's words.
    public var reasoningLevel: String?
    /// The earlier answer that is continued.
    public var previousResponseID: String?
    /// The conversation that the provider keeps; that of a scope goes before it.
    public var conversationID: String?
    /// Whether the answer is asked for in pieces. Attribute `gen_ai.request.stream`.
    public var isStream: Bool
    /// The API used, where the provider has several. Attribute `openai.api.type`.
    public var apiType: OpenAIAPIType?
    /// Attribute `server.address`.
    public var serverAddress: String?
    /// Attribute `server.port`.
    public var serverPort: Int?
    /// Further attributes of the call's span.
    public var attributes: Attributes

    /// A tool that a model may call.
    public struct ToolDefinition: Sendable, Hashable {
        /// `function`, or the provider's name of a tool of its own.
        public var type: String
        /// The tool's name.
        public var name: String
        /// The purpose, as the model reads it.
        public var description: String?
        /// The JSON text of the parameters' schema.
        public var parameters: String?

        /// Creates a definition.
        public init(type: String = "function", name: String, description: String? = nil, parameters: String? = nil) {
            self.type = type
            self.name = name
            self.description = description
            self.parameters = parameters
        }
    }

    /// Creates a request from its usual parts; the others are properties.
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
