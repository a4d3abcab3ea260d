// SPDX-License-Identifier: MIT
import Last9GenAI

/// A span whose messages come as log records, 100 bytes each, and the same without the bridge.
let bridgeWorkloads: [Workload] = [1, 10, 50, 100].map { messages in
    Workload(name: "w3.n\(messages)") { runner in
        let name = "w3.n\(messages)"
        let bridged = Conversation(LogToSpanProcessor())
        let plain = Conversation(nil)
        let whole = try await runner.measure(name) { bridged.hold(messages, times: $0) }
        let base = try await runner.measure("\(name).unbridged") { plain.hold(messages, times: $0) }
        if !runner.options.allocationsOnly {
            runner.record("\(name).ns_per_message", whole.wall / Double(messages + 1))
            runner.record("\(name).cpu_ns_per_message", whole.cpu / Double(messages + 1))
            runner.record("\(name).bridge.cpu_ns_per_message", (whole.cpu - base.cpu) / Double(messages + 1))
        }
        runner.record("\(name).bytes", Double(try await bridged.exportedSize(messages)))
    }
}

/// Spans with log records of their messages, through both providers.
struct Conversation {
    private let tracer: TracerProvider.Tracer
    private let logger: LogEmitter
    private let kept = KeepingProcessor()
    private let content: String

    init(_ bridge: LogToSpanProcessor?, content: String = String(repeating: "x", count: 100)) {
        self.content = content
        let spans: [any SpanProcessor] = [Last9SpanProcessor()] + (bridge.map { [$0] } ?? [])
        tracer = CallData.provider(spans + [kept]).tracer(named: "bench")
        var configuration = LoggerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.processors = [bridge ?? NoLogProcessing()]
        logger = LoggerProvider(configuration).emitter(named: "bench")
    }

    /// Makes spans with prompts in turn of user and assistant, and one answer, and forgets them.
    func hold(_ messages: Int, times: Int) {
        for _ in 0..<times { makeSpan(messages) }
        _ = kept.take()
    }

    /// Returns the encoded size of one such span in bytes, with resource and scope.
    func exportedSize(_ messages: Int) async throws -> Int {
        makeSpan(messages)
        return try await exportedBody(of: kept.take()).count
    }

    private func makeSpan(_ messages: Int) {
        tracer.withSpan("chat gpt-4o") { _ in
            for number in 0..<messages {
                let role = number % 2 == 0 ? "gen_ai.user.message" : "gen_ai.assistant.message"
                logger.emit(LogRecordData(eventName: role, body: .map(["content": .string(content)])))
            }
            logger.emit(LogRecordData(eventName: "gen_ai.choice", body: .map(choice)))
        }
    }

    private var choice: Attributes {
        [
            "index": 0, "finish_reason": "stop",
            "message": .map(["role": "assistant", "content": .string(content)]),
        ]
    }
}

/// Leaves log records alone.
struct NoLogProcessing: LogRecordProcessor {
    func onEmit(_ record: inout LogRecordData, context: GenAIContext) {}
}
