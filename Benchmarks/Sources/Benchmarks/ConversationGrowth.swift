// SPDX-License-Identifier: MIT
import Last9GenAI
import Synchronization

/// The cost of a call as a function of the turns and tools of its conversation, and of the number of open conversations.
enum ConversationGrowth {
    static let workloads =
        [1, 10, 100, 1_000].map(turns) + [1, 10, 100, 500].map(tools) + [1, 100, 10_000, 100_000].map(open)

    // MARK: - Turns

    /// The last turn of a conversation, whose whole history is sent again: 1 KB a turn, so 1 MB after 1,000.
    private static func turns(_ count: Int) -> Workload {
        let name = "growth.turns.\(count)"
        return Workload(name: name, countsAllocations: false) { runner in
            let (telemetry, calls) = try install()
            let history = (0..<count).flatMap { _ in [Message.user(halfKilobyte), .assistant(halfKilobyte)] }
            let request = ModelRequest(model: "gpt-4o", provider: .openAI, messages: history + [.user("And now?")])
            _ = try await withConversation("growing", turn: count) {
                try await runner.measure(name, suffix: "_per_kb", units: count) { times in
                    for _ in 0..<times { try await call(request, calls) }
                }
            }
            await telemetry.shutdown()
        }
    }

    private static let halfKilobyte = String(repeating: "0123456789abcdef", count: 32)

    // MARK: - Tools

    /// A call that is offered tools and asks for all of them, and their runs.
    private static func tools(_ count: Int) -> Workload {
        let name = "growth.tools.\(count)"
        return Workload(name: name, countsAllocations: false) { runner in
            let (telemetry, calls) = try install()
            let tracer = telemetry.tracerProvider.tracer(named: "bench")
            let names = (0..<count).map { "tool_\($0)" }
            let request = ModelRequest(
                model: "gpt-4o", provider: .openAI, messages: [.user("Use them all.")],
                tools: names.map { .init(name: $0, description: "Looks something up.", parameters: schema) })
            let parts = names.map { Message.Part.toolCall(.init(id: "call_\($0)", name: $0, arguments: "{\"id\":7}")) }
            let answer = Message(role: .assistant, parts: parts, finishReason: "tool_calls")
            try await runner.measure(name, suffix: "_per_tool", units: count) { times in
                for _ in 0..<times {
                    try await withWorkflow("tools") {
                        try await call(request, calls, answer)
                        for name in names { blackHole(executeTool(name, tracer: tracer) { "found" }) }
                    }
                }
            }
            await telemetry.shutdown()
        }
    }

    private static let schema = #"{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}"#

    // MARK: - Open conversations

    /// Conversations that wait for their answers all at once; against tasks that wait without telemetry.
    private static func open(_ count: Int) -> Workload {
        let name = "growth.open.\(count)"
        return Workload(name: name, countsAllocations: false) { runner in
            // A single one is measured a hundred times; fewer bytes than a page cannot be.
            let rounds = max(1, 1_000 / count)
            let plain = try Child.numbers(2, from: ["open", "\(count)", "\(rounds)", "off"])
            let recorded = try Child.numbers(2, from: ["open", "\(count)", "\(rounds)", "on"])
            runner.record("\(name).cpu_ns_per_conversation", recorded[0] - plain[0])
            if count >= 10_000 { runner.record("\(name).bytes_per_conversation", recorded[1] - plain[1]) }
        }
    }

    /// The child's part: prints processor time and memory of an open conversation, in nanoseconds and bytes.
    static func runInChild(_ arguments: [String]) async throws {
        guard arguments.count == 3, let count = Int(arguments[0]), let rounds = Int(arguments[1]) else {
            throw Failure("usage: open COUNT ROUNDS on|off")
        }
        let (telemetry, calls) = try install()
        let recording = arguments[2] == "on" ? calls : nil
        try await hold(1, recording)
        let (memory, cpu) = (Memory.resident, cpuNanoseconds())
        var held = 0.0
        for _ in 0..<rounds { held = try await hold(count, recording) - memory }
        await telemetry.tracerProvider.forceFlush()
        print((cpuNanoseconds() - cpu) / Double(count * rounds), held / Double(count))
        await telemetry.shutdown()
    }

    /// Opens conversations, waits until all are, and lets them end.
    ///
    /// - Returns: The memory while all were open, in bytes.
    @discardableResult
    private static func hold(_ count: Int, _ recording: CallTelemetry?) async throws -> Double {
        let gate = Gate()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    guard let recording else { return await gate.wait() }
                    let request = ModelRequest(
                        model: "gpt-4o", provider: .openAI, messages: [.user("What is the weather in Paris today?")])
                    try await withConversation("conversation-\(number)", userID: "user-\(number % 1_000)") {
                        try await call(request, recording) { await gate.wait() }
                    }
                }
            }
            while gate.waitingCount < count { try await Task.sleep(for: .milliseconds(1)) }
            let memory = Memory.resident
            gate.open()
            try await group.waitForAll()
            return memory
        }
    }

    /// Holds tasks back until it opens.
    private final class Gate: Sendable {
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

        var waitingCount: Int { waiting.withLock { $0.count } }

        func wait() async {
            await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
        }

        func open() {
            let all = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            for continuation in all { continuation.resume() }
        }
    }

    // MARK: - Calls

    /// Returns the telemetry of `Last9.install` with exporters that discard everything.
    private static func install() throws -> (Last9Telemetry, CallTelemetry) {
        var configuration = Last9.Configuration(becomesGlobal: false, environment: TelemetryEnvironment([:]))
        configuration.spanExporters = [DroppingExporter()]
        configuration.logRecordExporters = []
        configuration.metricExporters = []
        let telemetry = try Last9.install(configuration)
        let calls = CallTelemetry(
            tracerProvider: telemetry.tracerProvider, loggerProvider: telemetry.loggerProvider,
            meterProvider: telemetry.meterProvider)
        return (telemetry, calls)
    }

    private static func call(
        _ request: ModelRequest, _ telemetry: CallTelemetry, _ answer: Message = .assistant("It is sunny."),
        waiting: () async -> Void = {}
    ) async throws {
        try await withModelCall(request, telemetry: telemetry) { call in
            await waiting()
            call.answer = ModelAnswer(
                id: "chatcmpl-1", model: "gpt-4o-2024-08-06", messages: [answer], finishReasons: ["stop"],
                usage: TokenUsage(inputTokens: 1234, outputTokens: 567))
        }
    }
}
