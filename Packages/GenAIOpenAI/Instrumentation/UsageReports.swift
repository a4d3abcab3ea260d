// SPDX-License-Identifier: MIT
public import GenAICore
import GenAIInstrumentation

extension ChatCompletion: UsageReporting {
    /// Model, id, finish reasons, usage, text and tool calls of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension ModelResponse: UsageReporting {
    /// Model, id, finish reason, usage, text and tool calls of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension TextCompletion: UsageReporting {
    /// Model, id, finish reasons, usage and text of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension EmbeddingResponse: UsageReporting {
    /// Model and usage of the answer.
    public var usageReport: UsageReport { modelAnswer(.full).usageReport }
}

extension ChatCompletionChunk: UsageReporting {
    /// The chunk's part: text of the first answer, and what only the last chunks have.
    public var usageReport: UsageReport {
        UsageReport(
            model: model.isEmpty ? nil : model, responseID: id.isEmpty ? nil : id,
            finishReasons: choices.compactMap { $0.finishReason?.rawValue }, usage: usage?.tokenUsage,
            text: choices.first { $0.index == 0 }?.delta.content)
    }
}

extension ResponseEvent: UsageReporting {
    /// The event's part: a piece of text, or what the finished response has beside its text.
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
    /// The answer as `observe` sees it.
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
