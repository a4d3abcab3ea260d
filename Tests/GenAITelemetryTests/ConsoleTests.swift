// SPDX-License-Identifier: MIT
import GenAICore
import Synchronization
import Testing

@testable import GenAITelemetry

/// Spans of a made-up trace; times are in milliseconds.
private func span(
    _ name: String, _ id: UInt64, below parent: UInt64? = nil, from start: UInt64 = 0, to end: UInt64 = 1,
    kind: SpanKind = .internal, status: SpanStatus = .unset, trace: UInt64 = 1, isRemote: Bool = false,
    events: [SpanEvent] = [], _ attributes: Attributes = [:]
) -> SpanData {
    func context(_ id: UInt64, isRemote: Bool = false) -> SpanContext {
        SpanContext(
            traceID: TraceID(high: 0, low: trace), spanID: SpanID(rawValue: id), flags: .sampled, isRemote: isRemote)
    }
    return SpanData(
        name: name, context: context(id), parent: parent.map { context($0, isRemote: isRemote) }, kind: kind,
        startNanoseconds: start * 1_000_000, endNanoseconds: end * 1_000_000, attributes: attributes, events: events,
        status: status, scope: InstrumentationScope(name: "test"), resource: Resource(["service.name": "shop"]))
}

/// Exports batches and returns what was written.
private func output(of batches: [[SpanData]], width: Int = 72, flushing: Bool = true) async throws -> [String] {
    let written = Mutex<[String]>([])
    let exporter = ConsoleSpanExporter(width: width) { text in written.withLock { $0.append(text) } }
    for batch in batches { try await exporter.export(batch) }
    if flushing { try await exporter.forceFlush() }
    return written.withLock { $0 }
}

@Suite("Console span exporter")
struct ConsoleSpanTests {
    static let conversation: Attributes = [
        "gen_ai.conversation.id": "conv-42", "gen_ai.conversation.turn": 1, "user.id": "u-7",
        "workflow.id": "wf-1", "gen_ai.workflow.name": "support",
    ]

    static let chat: Attributes = conversation.merging([
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.input_tokens": 1_024,
        "gen_ai.usage.output_tokens": 256, "gen_ai.usage.cost_usd": 0.00512,
        "gen_ai.response.finish_reasons": ["stop"], "gen_ai.request.temperature": 0.2,
        "gen_ai.prompt": "What is the weather\nin Paris?", "gen_ai.completion": "Sunny, 21 °C.",
    ])

    @Test("shows a trace as a tree, with each fact once and durations on the right")
    func tree() async throws {
        let spans = [
            span("chat gpt-4o", 2, below: 1, from: 10, to: 822, kind: .client, Self.chat),
            span("lookup", 4, below: 3, from: 831, to: 840, Self.conversation),
            span("execute_tool weather", 3, below: 1, from: 830, to: 925, Self.conversation),
            span(
                "chat gpt-4o", 5, below: 1, from: 930, to: 2_300, kind: .client,
                status: .error(description: "Too many requests"),
                Self.conversation.merging(["gen_ai.request.model": "gpt-4o", "error.type": "rate_limit_exceeded"])),
            span("answer question", 1, from: 0, to: 2_310, Self.conversation),
        ]
        let text = try await output(of: [spans]).joined()
        #expect(
            text == """
                trace 00000000000000000000000000000001 · shop · 5 spans · 1,280 tokens ·…
                answer question                                                   2.31 s
                │  conversation conv-42 · turn 1 · user u-7 · support · wf-1
                ├─ chat gpt-4o  client                                            812 ms

                """)
    }
}
