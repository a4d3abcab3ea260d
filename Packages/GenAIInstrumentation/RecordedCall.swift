// SPDX-License-Identifier: MIT
package import GenAICore
package import GenAITelemetry

/// A call to a model in the form that its span carries, so that cost, ledger and bridge need not read it from
/// attributes.
package final class RecordedCall: SpanCall, RecordedTexts {
    /// The kind of call.
    package let operation: OperationName
    /// The requested model; `nil` if the provider chooses.
    package let requestModel: String?
    /// The model that answered.
    package let responseModel: String?
    /// The provider that answered.
    package let provider: ProviderName
    /// The service tier that served the call, or else the requested one.
    package let serviceTier: String?
    /// The conversation that the call belongs to.
    package let conversationID: String?
    /// The tokens and other units used by the call.
    package let usage: TokenUsage?
    /// Indicates whether the call failed.
    package let isFailed: Bool
    /// The instructions separate from the messages, if content may be on the span.
    package let systemInstructions: [Message.Part]
    /// The input messages, if content may be on the span.
    package let input: [Message]
    /// The output messages, if content may be on the span.
    package let output: [Message]

    /// The text of the last user or tool message.
    package var inputText: String? { input.last.map(\.spokenText).flatMap { $0.isEmpty ? nil : $0 } }
    /// The text of the first choice, or the tool calls in it.
    package var outputText: String? { output.first.map(\.spokenText).flatMap { $0.isEmpty ? nil : $0 } }

    init(_ call: ModelCall, _ ending: CallEnding) {
        operation = call.facts.operation
        requestModel = call.facts.model.isEmpty ? nil : call.facts.model
        responseModel = ending.answer.model
        provider = ending.answer.provider ?? call.facts.provider
        serviceTier = ending.answer.serviceTier ?? call.serviceTier
        conversationID = call.conversationID
        usage = ending.answer.usage
        isFailed = ending.failure != nil
        let isOnSpan = call.listeners?.notesMessages == true
        systemInstructions = isOnSpan ? call.content.systemInstructions : []
        input = isOnSpan ? call.content.messages : []
        output = isOnSpan ? ending.messagesWithReasons : []
    }
}

/// An operation whose question and answer are available as plain text, if content may be on its span.
package protocol RecordedTexts: SpanCall {
    /// The question.
    var inputText: String? { get }
    /// The answer.
    var outputText: String? { get }
}

/// An operation around calls to models, in the form that its span carries.
package final class RecordedOperation: RecordedTexts {
    package let inputText: String?
    package let outputText: String?
    /// Indicates whether the messages on the span repeat those of model calls inside.
    package let repeatsMessages: Bool
    package var usage: TokenUsage? { nil }

    init(inputText: String?, outputText: String?, repeatsMessages: Bool) {
        self.inputText = inputText
        self.outputText = outputText
        self.repeatsMessages = repeatsMessages
    }
}

extension Message {
    /// The text of a message, or else the tool results or the tool calls in it.
    fileprivate var spokenText: String {
        if !text.isEmpty { return text }
        let results = parts.compactMap { part in if case .toolResult(let result) = part { result.result } else { nil } }
        if !results.isEmpty { return results.joined(separator: "\n") }
        return toolCalls.map { "\($0.name)(\($0.arguments ?? ""))" }.joined(separator: "\n")
    }
}
