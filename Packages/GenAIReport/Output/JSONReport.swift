// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIPricing

// The format is described in Docs/Report.md. Amounts are decimal text, since JSON numbers lose digits.
extension Report {
    /// Returns the totals as one JSON object. The format is stable.
    ///
    /// - Parameter conversation: The identifier of a conversation, or of a trace without one, whose messages are added.
    public func json(conversation: String? = nil) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("format")
            writer.string("last9-genai-report/1")
            writer.key("totals")
            writer.totals(tally.total)
            writer.key("groups")
            writer.object { writer in
                for grouping in groupings { write(grouping, to: &writer) }
            }
            writer.key("unpriced")
            writer.array { writer in
                for (key, count) in tally.unpriced.sorted(by: { ($1.value, $0.key.model) < ($0.value, $1.key.model) }) {
                    writer.object { $0.members([("model", key.model), ("reason", key.reason)], ("calls", count)) }
                }
            }
            writer.key("input")
            writer.input(input)
            if let conversation, let view = self.conversation(conversation) {
                writer.key("conversation")
                writer.conversation(view)
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ grouping: ReportGrouping, to writer: inout JSONWriter) {
        writer.key(grouping.name)
        writer.array { writer in
            for (name, group) in tally.sortedGroups(grouping) {
                writer.object { writer in
                    writer.key("name")
                    writer.string(name)
                    writer.totalsMembers(group.totals)
                    guard grouping == .conversation else { return }
                    writer.key("turns")
                    writer.int(group.turns)
                    writer.key("user")
                    group.user.map { writer.string($0) } ?? writer.null()
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func members(_ texts: [(String, String)], _ number: (String, Int)) {
        for (name, text) in texts {
            key(name)
            string(text)
        }
        key(number.0)
        int(number.1)
    }

    fileprivate mutating func totals(_ totals: ReportTotals) { object { $0.totalsMembers(totals) } }

    fileprivate mutating func totalsMembers(_ totals: ReportTotals) {
        members(
            [("cost_usd", totals.cost.description)], ("model_calls", totals.modelCalls))
        for (name, count) in [
            ("tool_calls", totals.toolCalls), ("input_tokens", totals.inputTokens),
            ("cached_tokens", totals.cachedTokens), ("output_tokens", totals.outputTokens),
            ("unpriced_calls", totals.unpricedCalls), ("failed_calls", totals.failedCalls),
        ] {
            key(name)
            int(count)
        }
    }

    fileprivate mutating func input(_ input: Report.Input) {
        object { writer in
            for (name, count) in [
                ("files", input.files), ("bytes", input.bytes), ("lines", input.lines),
                ("broken_lines", input.brokenLines), ("spans", input.spans),
                ("repeated_spans", input.repeatedSpans),
            ] {
                writer.key(name)
                writer.int(count)
            }
        }
    }

    // MARK: - A conversation

    fileprivate mutating func conversation(_ view: ConversationView) {
        object { writer in
            writer.key("id")
            writer.string(view.id)
            writer.key("user")
            view.users.first.map { writer.string($0) } ?? writer.null()
            writer.totalsMembers(view.totals)
            writer.key("turns")
            writer.array { writer in
                for turn in view.turns { writer.turn(turn) }
            }
        }
    }

    private mutating func turn(_ turn: TurnView) {
        object { writer in
            writer.key("number")
            turn.number.map { writer.int($0) } ?? writer.null()
            writer.key("trace_id")
            writer.string("\(turn.traceID)")
            writer.key("workflow")
            turn.workflow.map { writer.string($0) } ?? writer.null()
            writer.key("cost_usd")
            writer.string(turn.totals.cost.description)
            writer.key("running_cost_usd")
            writer.string(turn.runningCost.description)
            writer.key("steps")
            writer.array { writer in
                for step in turn.steps { writer.step(step) }
            }
        }
    }

    private mutating func step(_ step: StepView) {
        object { writer in
            let texts: [(String, String?)] = [
                ("span_id", "\(step.facts.spanID)"), ("name", step.facts.name), ("kind", step.facts.kind.rawValue),
                ("model", step.facts.model), ("agent", step.facts.agent), ("error", step.facts.error),
                ("cost_usd", step.cost?.amount?.description), ("unpriced_reason", step.cost?.reason),
                ("arguments", step.arguments), ("result", step.result),
            ]
            for (name, text) in texts {
                guard let text else { continue }
                writer.key(name)
                writer.string(text)
            }
            writer.key("duration_ns")
            writer.int(step.facts.durationNanoseconds)
            writer.key("repeated_messages")
            writer.int(step.repeatedCount)
            for (name, messages) in [("input", step.input), ("output", step.output)] {
                writer.key(name)
                writer.array { writer in
                    for message in messages { writer.message(message) }
                }
            }
            writer.key("notes")
            writer.array { writer in
                for note in step.notes { writer.string(note) }
            }
        }
    }
}

extension JSONWriter {
    /// Writes a message as `{"role", "name"?, "finish_reason"?, "parts": [{"type", …}]}`, the conventions' form.
    mutating func message(_ message: Message) {
        object { writer in
            writer.key("role")
            writer.string(message.role.rawValue)
            if let name = message.name {
                writer.key("name")
                writer.string(name)
            }
            if let reason = message.finishReason {
                writer.key("finish_reason")
                writer.string(reason)
            }
            writer.key("parts")
            writer.array { writer in
                for part in message.parts { writer.part(part) }
            }
        }
    }

    private mutating func part(_ part: Message.Part) {
        switch part {
        case .text(let text): members("text", [("content", text)])
        case .reasoning(let text): members("reasoning", [("content", text)])
        case .toolCall(let call):
            members("tool_call", [("id", call.id), ("name", call.name), ("arguments", call.arguments)])
        case .toolResult(let result):
            members("tool_call_response", [("id", result.callID), ("response", result.result)])
        case .media(let media): self.media(media)
        case .other(let type, let json): members(type, [("json", json)])
        }
    }

    private mutating func media(_ media: Message.Media) {
        let about = [("modality", media.modality), ("mime_type", media.mimeType)]
        switch media.content {
        case .uri(let uri): members("uri", about + [("uri", uri)])
        case .file(let id): members("file", about + [("file_id", id)])
        case .base64(let data): members("blob", about + [("content", data)])
        }
    }

    private mutating func members(_ type: String, _ texts: [(String, String?)]) {
        object { writer in
            writer.key("type")
            writer.string(type)
            for (name, text) in texts {
                guard let text else { continue }
                writer.key(name)
                writer.string(text)
            }
        }
    }
}
