// SPDX-License-Identifier: MIT
package import GenAICore
package import GenAITelemetry

/// A call to a model as a span carries it, so that cost, ledger and bridge need not read it back out of attributes.
package final class RecordedCall: SpanCall, RecordedTexts {
    /// The kind of call.
    package let operation: OperationName
    /// The model asked for; `nil` where the provider chooses.
    package let requestModel: String?
    /// The model that answered.
    package let responseModel: String?
    /// The provider that answered.
    package let provider: ProviderName
    /// The service tier that served the call, or else the one that was asked for.
    package let serviceTier: String?
    /// The conversation that the call belongs to.
    package let conversationID: String?
    /// The tokens and other units that the call used.
    package let usage: TokenUsage?
    /// Whether the call failed.
    package let isFailed: Bool
    /// The instructions given apart from the messages, where content may be on the span.
    package let systemInstructions: [Message.Part]
    /// The messages sent, where content may be on the span.
    package let input: [Message]
    /// The messages received, where content may be on the span.
    package let output: [Message]

    /// The last thing that a user or a tool said.
    package var inputText: String? { input.last.map(\.spokenText).flatMap { $0.isEmpty ? nil : $0 } }
    /// The first answer, or the tools that it asks for.
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

/// An operation whose question and answer are known as plain text, where content may be on its span.
package protocol RecordedTexts: SpanCall {
    /// The question.
    var inputText: String? { get }
    /// The answer.
    var outputText: String? { get }
}

/// An operation around calls to models, as its span carries it.
final class RecordedOperation: RecordedTexts {
    let inputText: String?
    let outputText: String?
    var usage: TokenUsage? { nil }

    init(inputText: String?, outputText: String?) {
        self.inputText = inputText
        self.outputText = outputText
    }
}

extension Message {
    /// The text of a message, or else the results or the tool calls in it.
    fileprivate var spokenText: String {
        if !text.isEmpty { return text }
        let results = parts.compactMap { part in if case .toolResult(let result) = part { result.result } else { nil } }
        if !results.isEmpty { return results.joined(separator: "\n") }
        return toolCalls.map { "\($0.name)(\($0.arguments ?? ""))" }.joined(separator: "\n")
    }
}
