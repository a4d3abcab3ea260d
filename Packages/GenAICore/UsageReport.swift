// SPDX-License-Identifier: MIT

/// A value that can tell what the call to a model that brought it has used up.
///
/// Answers of `OpenAIClient` conform. Adopt it on your own client's answers, or on a wrapper around them, and
/// `observe` records model, usage and cost without being told. Elements of a stream may each tell a part.
public protocol UsageReporting {
    /// The report of the call, as far as the value has it.
    var usageReport: UsageReport { get }
}

/// A report on a call to a model that has answered. Everything is optional.
public struct UsageReport: Sendable, Hashable {
    /// The model that answered. Attribute `gen_ai.response.model`.
    public var model: String?
    /// The provider's name for the answer. Attribute `gen_ai.response.id`.
    public var responseID: String?
    /// Who served the model. Attribute `gen_ai.provider.name` or `gen_ai.system`.
    public var provider: ProviderName?
    /// The reason why each answer ended. Attribute `gen_ai.response.finish_reasons`.
    public var finishReasons: [String]
    /// The usage of the call, from which its cost is worked out.
    public var usage: TokenUsage?
    /// The model's answer. Content: recorded only where that is allowed.
    public var text: String?
    /// The tools the model wants to be called.
    public var toolCalls: [ToolCall]

    /// A tool the model wants to be called.
    public struct ToolCall: Sendable, Hashable {
        /// Identifies the call.
        public var id: String?
        /// The tool's name.
        public var name: String
        /// The arguments, usually JSON text. Content: recorded only where that is allowed.
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

    /// Adds what a later part of the same answer tells: the text goes behind, everything else replaces;
    /// counts do so as ``TokenUsage/update(withCumulative:)`` says.
    ///
    /// - Parameter textLimit: Text beyond this many bytes is left out.
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
