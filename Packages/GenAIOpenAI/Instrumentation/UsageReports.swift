// SPDX-License-Identifier: MIT
public import GenAICore
import GenAIInstrumentation

extension ChatCompletion: UsageReporting {
    /// The model, identifier, finish reasons, usage, text and tool calls of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension ModelResponse: UsageReporting {
    /// The model, identifier, finish reason, usage, text and tool calls of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension TextCompletion: UsageReporting {
    /// The model, identifier, finish reasons, usage and text of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension EmbeddingResponse: UsageReporting {
    /// The model and usage of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension ChatCompletionChunk: UsageReporting {
    /// The text of the first choice in the chunk, and the finish reason and usage of the last chunks.
    public var usageReport: UsageReport {
        UsageReport(
            model: model.isEmpty ? nil : model, responseID: id.isEmpty ? nil : id,
            finishReasons: choices.compactMap { $0.finishReason?.rawValue }, usage: usage?.tokenUsage,
            text: choices.first { $0.index == 0 }?.delta.content)
    }
}

extension ModelResponse.Event: UsageReporting {
    /// The piece of text in the event, or all properties but the text of the finished response.
    public var usageReport: UsageReport {
        guard isLast, let response else {
            return UsageReport(text: type == .outputTextDelta ? delta : nil)
        }
        var report = response.usageReport
        report.text = nil
        return report
    }
}

extension ModelAnswer {
    /// The answer in the form that `observe` reads.
    fileprivate var usageReport: UsageReport {
        UsageReport(
            model: model, responseID: id,
            finishReasons: finishReasons.isEmpty ? messages.compactMap(\.finishReason) : finishReasons,
            usage: usage, text: messages.first.flatMap { $0.text.unlessEmpty },
            toolCalls: (messages.first?.toolCalls ?? []).map {
                UsageReport.ToolCall(id: $0.id, name: $0.name, arguments: $0.arguments)
            })
    }
}
