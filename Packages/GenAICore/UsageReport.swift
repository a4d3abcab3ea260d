// SPDX-License-Identifier: MIT

/// A value that can report the usage of the call to a model that returned it.
///
/// Answers of `OpenAIClient` conform. Add the conformance to the answers of your own client, or to a wrapper around
/// them, and `observe` records model, usage and cost automatically. Each element of a stream may report a part.
public protocol UsageReporting {
    /// The report of the call, with the properties that are known.
    var usageReport: UsageReport { get }
}

/// A report on a finished call to a model. All properties are optional.
public struct UsageReport: Sendable, Hashable {
    /// The model that answered. Attribute `gen_ai.response.model`.
    public var model: String?
    /// The provider's identifier of the answer. Attribute `gen_ai.response.id`.
    public var responseID: String?
    /// The provider of the model. Attribute `gen_ai.provider.name` or `gen_ai.system`.
    public var provider: ProviderName?
    /// The finish reason of each choice. Attribute `gen_ai.response.finish_reasons`.
    public var finishReasons: [String]
    /// The usage of the call, from which its cost is computed.
    public var usage: TokenUsage?
    /// The model's answer. Content: recorded only if that is allowed.
    public var text: String?
    /// The tool calls that the model requests.
    public var toolCalls: [ToolCall]

    /// A tool call that the model requests.
    public struct ToolCall: Sendable, Hashable {
        /// The identifier of the call.
        public var id: String?
        /// The tool's name.
        public var name: String
        /// The arguments, usually JSON text. Content: recorded only if that is allowed.
        public var arguments: String?

        /// Creates a tool call.
        public init(id: String? = nil, name: String, arguments: String? = nil) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// Creates a report.
    public init(
        model: String? = nil, responseID: String? = nil, provider: ProviderName? = nil, finishReasons: [String] = [],
        usage: TokenUsage? = nil, text: String? = nil, toolCalls: [ToolCall] = []
    ) {
        self.model = model
        self.responseID = responseID
        self.provider = provider
        self.finishReasons = finishReasons
        self.usage = usage
        self.text = text
        self.toolCalls = toolCalls
    }

    /// Adds a later part of the same answer: its text is appended, and its other properties replace the earlier ones;
    /// counts do so as described at ``TokenUsage/update(withCumulative:)``.
    ///
    /// - Parameter textLimit: The maximum size of the text in bytes. The rest is left out.
    public mutating func merge(_ later: UsageReport, textLimit: Int = .max) {
        model = later.model ?? model
        responseID = later.responseID ?? responseID
        provider = later.provider ?? provider
        if let counts = later.usage { usage = usage.map { $0.updated(withCumulative: counts) } ?? counts }
        if !later.finishReasons.isEmpty { finishReasons = later.finishReasons }
        toolCalls += later.toolCalls
        if let more = later.text, text?.utf8.count ?? 0 < textLimit { text = (text ?? "") + more }
    }
}
