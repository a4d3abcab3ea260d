// SPDX-License-Identifier: MIT
public import GenAICore

extension ChatCompletion: UsageReporting {
    /// Model, id, finish reasons, usage, text and tool calls of the answer.
    public var usageReport: UsageReport { facts.usageReport }
}

extension ModelResponse: UsageReporting {
    /// Model, id, finish reason, usage, text and tool calls of the answer.
    public var usageReport: UsageReport { facts.usageReport }
}

extension TextCompletion: UsageReporting {
    /// Model, id, finish reasons, usage and text of the answer.
    public var usageReport: UsageReport { facts.usageReport }
}

extension EmbeddingResponse: UsageReporting {
    /// Model and usage of the answer.
    public var usageReport: UsageReport { facts.usageReport }
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

extension AnswerFacts {
    /// The answer as `observe` sees it.
    fileprivate var usageReport: UsageReport {
        let message = choices.first?.message
        return UsageReport(
            model: model.isEmpty ? nil : model, responseID: id.isEmpty ? nil : id,
            finishReasons: choices.isEmpty ? [] : finishReasons, usage: usage, text: message?.content,
            toolCalls: (message?.toolCalls ?? []).map {
                UsageReport.ToolCall(id: $0.id, name: $0.name, arguments: $0.arguments)
            })
    }
}
