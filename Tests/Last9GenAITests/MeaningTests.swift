// SPDX-License-Identifier: MIT
import Last9GenAI
import Synchronization
import Testing

/// Turns are counted by the process, so each test has a conversation of its own.
private func conversation(_ name: String = #function) -> String { "\(name)-\(UInt64.random(in: 0 ... .max))" }

extension [SpanData] {
    fileprivate var turns: [Int?] { map { $0.attributes[.genAIConversationTurn] } }
}

@Suite("A turn is a question")
struct TurnTests {
    @Test("each observed question is one turn, whatever is called inside")
    func observed() async throws {
        let harness = Harness()
        await withConversation(conversation()) { () async in
            for _ in 1...3 {
                await observe("question", as: .chain, tracer: harness.tracer) { () async in
                    harness.call()
                    executeTool("t", tracer: harness.tracer) {}
                    harness.call()
                }
            }
        }
        #expect(harness.spans.filter { $0.name == "question" }.turns == [1, 2, 3])
        #expect(harness.spans.turns == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    }

    @Test("an observed call to a model is the turn of the call inside it")
    func observedCall() throws {
        let harness = Harness()
        withConversation(conversation()) {
            for _ in 1...3 { observe("ask", tracer: harness.tracer) { _ = harness.call() } }
        }
        #expect(harness.spans.turns == [1, 1, 2, 2, 3, 3])
    }

    @Test("an agent's answer is one turn, its tools and rounds included")
    func agent() throws {
        let harness = Harness()
        withConversation(conversation()) {
            for _ in 1...2 {
                invokeAgent(Agent(name: "Desk"), tracer: harness.tracer) {
                    harness.call()
                    executeTool("t", tracer: harness.tracer) {}
                    harness.call()
                }
            }
        }
        #expect(harness.spans.turns == [1, 1, 1, 1, 2, 2, 2, 2])
    }

    @Test("a call to a model alone is a turn, however it is recorded")
    func alone() throws {
        let harness = Harness()
        try withConversation(conversation()) {
            harness.call()
            try withModelCall(.init(model: "m", provider: .openAI), telemetry: CallTelemetry(tracer: harness.tracer)) {
                _ in
            }
        }
        #expect(harness.spans.turns == [1, 2])
    }

    @Test("withTurn makes one turn of several operations, and the next one where one has begun")
    func explicit() throws {
        let harness = Harness()
        let id = conversation()
        withConversation(id) {
            withTurn {
                harness.call()
                harness.call()
            }
            withTurn(7) { _ = harness.call() }
            harness.call()
        }
        #expect(harness.spans.turns == [1, 1, 7, 8])
        #expect(withTurn { GenAIContext.current.turn } == nil)
    }
}

@Suite("A workflow total is the total of a run")
struct RunTests {
    private func run(_ harness: Harness) -> SpanData? {
        invokeWorkflow("flow", type: "test", tracer: harness.tracer) {
            harness.call()
            executeTool("t", tracer: harness.tracer) {}
            harness.call()
        }
        return harness.spans.last
    }

    @Test("three equal runs have the same total, and an id each")
    func equalRuns() throws {
        let harness = Harness()
        let runs = try (1...3).map { _ in try #require(run(harness)) }
        #expect(runs.map { $0.attributes[.workflowTotalCostUSD] } == [0.00042, 0.00042, 0.00042])
        #expect(runs.map { $0.attributes[.workflowLLMCalls] } == [2, 2, 2])
        #expect(runs.map { $0.attributes[.workflowToolCalls] } == [1, 1, 1])
        #expect(Set(runs.map { $0.attributes[.workflowID] }).count == 3)
        #expect(runs.allSatisfy { $0.attributes[.workflowName] == "flow" })
    }

    @Test("the ledger adds up by run, and by name and type over all runs")
    func ledger() throws {
        let harness = Harness()
        for _ in 1...3 { _ = run(harness) }
        #expect(harness.ledger.entries(.workflow).map(\.totals.llmCalls) == [2, 2, 2])
        #expect(harness.ledger.totals(.workflowName, "flow")?.llmCalls == 6)
        #expect(harness.ledger.totals(.workflowType, "test")?.cost == USD("0.00126"))
    }

    @Test("a run inside rolls up into the one around, and has its own total too")
    func nested() throws {
        let harness = Harness()
        invokeWorkflow("outer", tracer: harness.tracer) {
            harness.call()
            invokeWorkflow("inner", tracer: harness.tracer) { _ = harness.call() }
        }
        let inner = try harness.span("invoke_workflow inner")
        let outer = try harness.span("invoke_workflow outer")
        #expect(inner.attributes[.workflowLLMCalls] == 1)
        #expect(outer.attributes[.workflowLLMCalls] == 2)
        #expect(outer.attributes[.workflowTotalCostUSD] == 0.00042)
    }

    @Test("spans inside have the total so far, the scope alone makes a run too")
    func running() throws {
        let harness = Harness()
        for _ in 1...2 {
            withWorkflow("same-id") {
                harness.call()
                harness.call()
            }
        }
        #expect(harness.spans.map { $0.attributes[.workflowLLMCalls] } == [1, 2, 1, 2])
        #expect(harness.ledger.totals(.workflow, "same-id")?.llmCalls == 4)
    }
}

@Suite("A failed call is not an unpriced call")
struct FailedCallTests {
    @Test("unless usage was reported", arguments: [false, true])
    func failed(hasUsage: Bool) throws {
        let harness = Harness()
        let telemetry = CallTelemetry(tracer: harness.tracer)
        #expect(throws: Trouble.self) {
            try withModelCall(.init(model: "no-such-model", provider: .openAI), telemetry: telemetry) { call in
                if hasUsage { call.answer.usage = TokenUsage(inputTokens: 1, outputTokens: 1) }
                throw Trouble()
            }
        }
        #expect(harness.ledger.total.unpricedCalls == (hasUsage ? 1 : 0))
        #expect(harness.spans[0].attributes.contains(name: "last9.cost.unpriced_reason") == hasUsage)
        #expect(harness.ledger.total.llmCalls == 1)
    }

    @Test("nor is the failed call of somebody else's instrumentation")
    func foreign() throws {
        let harness = Harness()
        let span = harness.tracer.startModelCall("gpt-4o-mini")
        span.recordError(Trouble())
        span.end()
        #expect(harness.ledger.total.unpricedCalls == 0)
    }
}

private struct Hidden: Error {}

@Suite("The type of an error")
struct ErrorTypeTests {
    @Test("never has a memory address in it, not even of private and local types")
    func address() throws {
        struct Local: Error {}
        let harness = Harness()
        for error in [Hidden(), Local()] as [any Error] {
            let span = harness.tracer.startSpan("s")
            span.recordError(error)
            span.end()
        }
        let types = harness.spans.compactMap { $0.attributes[.errorType] }
        #expect(types.count == 2 && types[0].hasSuffix(".Hidden") && types[1].hasSuffix("Local"))
        #expect(!types.contains { $0.contains("$") || $0.contains("unknown context") })
    }
}

@Suite("Identity crosses processes whole")
struct CarriedIdentityTests {
    @Test("chosen custom attributes and the turn stamp spans on the other side")
    func carried() throws {
        let harness = Harness()
        var headers: [String: String] = [:]
        let id = conversation()
        withConversation(id, turn: 4) {
            withAttributes(["tenant": "acme", "secret": "s", "size": 3]) {
                GenAIContext.current.inject(
                    into: &headers, propagating: .conversation, attributes: ["custom.tenant", "custom.size"])
            }
        }
        #expect(!"\(headers)".contains("secret"))
        let context = GenAIContext().extracting(
            from: headers, accepting: .conversation, attributes: ["custom.tenant", "custom.size"])
        context.run { _ = harness.call() }
        let span = try #require(harness.spans.first)
        #expect(span.attributes["custom.tenant"] == "acme" && span.attributes["custom.size"] == "3")
        #expect(span.attributes[.genAIConversationTurn] == 4 && span.attributes[.genAIConversationID] == id)
        #expect(GenAIContext().extracting(from: headers).attributes.isEmpty)
    }
}

@Suite("Log records in scopes")
struct StampedRecordTests {
    @Test("carry conversation, turn, user, workflow and agent, unless that is switched off", arguments: [true, false])
    func stamped(isOn: Bool) throws {
        let collector = Collector()
        var configuration = LoggerProvider.Configuration(environment: TelemetryEnvironment([:]))
        configuration.processors = [collector]
        configuration.stampsIdentity = isOn
        let logger = LoggerProvider(configuration).emitter(named: "test")
        withConversation("c", userID: "u", turn: 2) {
            withWorkflow("w") {
                withAgent(name: "a") { logger.emit(LogRecordData(body: "x", attributes: ["user.id": "own"])) }
            }
        }
        let attributes = try #require(collector.records.first).attributes
        #expect(attributes["user.id"] == "own")
        #expect(attributes[.genAIConversationID] == (isOn ? "c" : nil))
        #expect(attributes[.genAIConversationTurn] == (isOn ? 2 : nil))
        #expect(attributes[.workflowID] == (isOn ? "w" : nil))
        #expect(attributes[.genAIAgentName] == (isOn ? "a" : nil))
    }
}

@Suite("Roots and tools tell what matters")
struct RootTests {
    private func ask(_ harness: Harness, _ question: String, _ answer: String) throws {
        let request = ModelRequest(
            model: "gpt-4o-mini", provider: .openAI, messages: [.system("Be brief."), .user(question)])
        try withModelCall(request, telemetry: CallTelemetry(tracer: harness.tracer)) { call in
            call.answer = ModelAnswer(messages: [.assistant(answer)], finishReasons: ["stop"])
        }
    }

    private func messages(_ span: SpanData) -> [String?] {
        [.genAIInputMessages, .genAIOutputMessages].map { span.attributes[$0].flatMap(String.init(attributeValue:)) }
    }

    @Test("session.id is the conversation")
    func session() throws {
        let harness = Harness()
        withConversation("c-1") { _ = harness.call() }
        #expect(harness.spans[0].attributes["session.id"] == "c-1")
    }

    @Test("a workflow and an agent have the first question and the last answer", arguments: [true, false])
    func messages(isAllowed: Bool) throws {
        let harness = Harness(content: isAllowed ? .everywhere : .nowhere, conventions: .latest)
        try invokeWorkflow("w", tracer: harness.tracer) {
            try invokeAgent(Agent(name: "a"), tracer: harness.tracer) {
                try ask(harness, "Why?", "Hm.")
                try ask(harness, "Really?", "Yes.")
            }
        }
        for name in ["invoke_workflow w", "invoke_agent a"] {
            let found = messages(try harness.span(name))
            #expect(found[0]?.contains("Why?") == (isAllowed ? true : nil))
            #expect(found[1]?.contains("Yes.") == (isAllowed ? true : nil))
            #expect(found[0]?.contains("Be brief.") != true && found[1]?.contains("Hm.") != true)
        }
    }

    @Test("what the program gives goes before what models were told")
    func given() throws {
        let harness = Harness(content: .everywhere, conventions: .latest)
        _ = try invokeWorkflow("w", tracer: harness.tracer, input: "Asked", output: { (_: Int) in "Answered" }) {
            try ask(harness, "Rank these", "2, 1")
            return 1
        }
        let found = messages(try harness.span("invoke_workflow w"))
        #expect(found[0]?.contains("Asked") == true && found[1]?.contains("Answered") == true)
    }

    @Test(
        "a tool has the size of its result, with and without content", arguments: [ContentCapture.everywhere, .nowhere])
    func size(content: ContentCapture) throws {
        let harness = Harness(content: content)
        _ = executeTool("t", tracer: harness.tracer) { "größer" }
        #expect(harness.spans[0].attributes["last9.tool.result.size"] == 8)
    }

    @Test("a tool runs only when it is approved, and the span says so")
    func approval() async throws {
        let harness = Harness()
        let ran = Mutex(0)
        for approval in [ToolApproval.approved, .refused("too dear")] {
            try? await executeTool("t", tracer: harness.tracer, approving: { approval }) {
                ran.withLock { $0 += 1 }
            }
        }
        #expect(ran.withLock { $0 } == 1)
        #expect(harness.spans.map { $0.attributes["last9.tool.approval"] } == ["approved", "refused"])
        #expect(harness.spans.map { $0.attributes[.errorType] } == [nil, "tool_refused"])
        let refusal = await #expect(throws: ToolRefused.self) {
            try await executeTool("t", tracer: harness.tracer, approving: { .refused("too dear") }) {}
        }
        #expect(refusal?.description == "the tool t was refused: too dear")
    }
}

@Suite("Budgets and other people's calls")
struct BudgetAskedTests {
    private static let request = ModelRequest(model: "gpt-4o-mini", provider: .openAI)

    private func spend(_ telemetry: CallTelemetry) throws {
        try withModelCall(Self.request, telemetry: telemetry) { call in
            call.answer = ModelAnswer(model: "gpt-4o-mini", usage: TokenUsage(inputTokens: 1_000, outputTokens: 100))
        }
    }

    @Test("the budget is asked before every call, whoever makes it")
    func asked() async throws {
        let harness = Harness()
        let telemetry = CallTelemetry(tracer: harness.tracer)
        try await withBudget(Budget(tokens: 1_000, name: "b")) {
            try spend(telemetry)
            #expect(throws: BudgetExceeded.self) { try spend(telemetry) }
            #expect(throws: BudgetExceeded.self) { _ = try ModelCall.start(Self.request, telemetry: telemetry) }
            await #expect(throws: BudgetExceeded.self) {
                try await withModelCall(Self.request, telemetry: telemetry) { _ async in }
            }
            await #expect(throws: BudgetExceeded.self) {
                _ = try await withModelCall(
                    Self.request, telemetry: telemetry, stream: { _ in AsyncStream<Int> { $0.finish() } },
                    adding: { _, _ in })
            }
            #expect(throws: BudgetExceeded.self) { try observe("f", tracer: harness.tracer) { () throws in 1 } }
        }
        #expect(harness.spans.count == 1)
    }

    @Test("thresholds warn, each once and in order, before the limit stops")
    func thresholds() throws {
        let harness = Harness()
        let telemetry = CallTelemetry(tracer: harness.tracer)
        let seen = Mutex<[Double]>([])
        let budget = Budget(usd: 0.0008, name: "b", thresholds: [0.9, 0.2, 0.5]) { event in
            seen.withLock { $0.append(event.threshold) }
        }
        try withBudget(budget) {
            for _ in 1...3 { try spend(telemetry) }
        }
        // 0.00021 USD a call: 26, 53 and 79 percent.
        #expect(seen.withLock { $0 } == [0.2, 0.5])
        let events = harness.spans.map { $0.events.map { $0.attributes["last9.budget.threshold"] } }
        #expect(events == [[0.2], [0.5], []])
        #expect(harness.spans[0].events.first?.attributes["last9.budget.name"] == "b")
    }
}
