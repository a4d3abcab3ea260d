// SPDX-License-Identifier: MIT
import Last9GenAI
import Testing

@Suite("Spans of workflows, agents, tools and retrieval")
struct ConventionSpanTests {
    @Test("a workflow opens scope and span in one, and every span inside carries it")
    func workflow() async throws {
        let harness = Harness()
        await invokeWorkflow("support", id: "run-7", type: "chat", tracer: harness.tracer) { () async in
            _ = harness.call()
        }
        let span = try harness.span("invoke_workflow support")
        #expect(span.kind == .internal)
        #expect(span.attributes[.genAIOperationName] == .invokeWorkflow)
        #expect(span.attributes[.genAIWorkflowName] == "support")
        #expect(span.attributes[.workflowID] == "run-7")
        let call = try harness.span("chat gpt-4o-mini")
        #expect(call.attributes[.workflowID] == "run-7")
        #expect(call.parent?.spanID == span.context.spanID)
        #expect(span.attributes[.workflowLLMCalls] == 1)
        #expect(span.attributes[.workflowTotalCostUSD] == call.attributes[.genAIUsageCostUSD])
    }

    @Test("an agent names its provider as its generation does", arguments: [GenAIConventions.v1_36, .latest])
    func agent(conventions: GenAIConventions) throws {
        let harness = Harness(conventions: conventions)
        invokeAgent(Agent(name: "Desk", id: "a-1"), provider: .xAI, isRemote: true, tracer: harness.tracer) {
            _ = harness.call()
        }
        let span = try harness.span("invoke_agent Desk")
        #expect(span.kind == .client)
        #expect(span.attributes["gen_ai.provider.name"] == (conventions == .latest ? "x_ai" : nil))
        // The dashboards' name, in every generation.
        #expect(span.attributes["gen_ai.system"] == "xai")
        #expect(try harness.span("chat gpt-4o-mini").attributes[.genAIAgentID] == "a-1")
    }

    @Test("creating an agent is no work of that agent")
    func creatingAgent() throws {
        let harness = Harness(content: .everywhere, conventions: .latest)
        createAgent(Agent(name: "Desk"), provider: .openAI, instructions: "Be kind.", tracer: harness.tracer) {
            harness.call()
            TraceSpan.current?.setAttribute(.genAIAgentID, "a-9")
        }
        let span = try harness.span("create_agent Desk")
        #expect(span.kind == .client)
        #expect(span.attributes[.genAIAgentID] == "a-9")
        #expect(span.attributes["gen_ai.system_instructions"] == #"[{"type":"text","content":"Be kind."}]"#)
        #expect(try harness.span("chat gpt-4o-mini").attributes[.genAIAgentName] == nil)
    }

    @Test("a tool's arguments and result are recorded where content is allowed", arguments: [true, false])
    func tool(isAllowed: Bool) async throws {
        let harness = Harness(content: isAllowed ? .everywhere : .nowhere)
        let answer = await executeTool(
            "add", callID: "c-1", description: "Adds.", arguments: .map(["a": 1, "b": 2]), tracer: harness.tracer
        ) { () async in 3 }
        #expect(answer == 3)
        let span = try harness.span("execute_tool add")
        #expect(span.kind == .internal)
        #expect(span.attributes[.genAIToolType] == .function)
        #expect(span.attributes[.genAIToolCallID] == "c-1")
        #expect(span.attributes[.genAIToolCallArguments] == (isAllowed ? #"{"a":1,"b":2}"# : nil))
        #expect(span.attributes[.genAIToolCallResult] == (isAllowed ? 3 : nil))
        #expect(span.attributes[.genAIL9SpanKind] == .tool)
        #expect(span.status == .unset)
    }

    @Test("typed arguments and results are recorded as JSON, and falsy ones are not lost")
    func encodedTool() async throws {
        struct Query: Encodable { var name: String, limit: Int }
        let harness = Harness(content: .everywhere)
        let found: [Int] = try await executeTool(
            "find", arguments: AttributeValue(encoding: Query(name: "", limit: 0)), tracer: harness.tracer
        ) { () async throws in [] }
        #expect(found.isEmpty)
        let span = try harness.span("execute_tool find")
        #expect(span.attributes[.genAIToolCallArguments] == #"{"limit":0,"name":""}"#)
        #expect(span.attributes[.genAIToolCallResult] == "[]")
    }

    @Test("content off in a scope reaches tools and retrieval, and their closures are not called")
    func contentOff() throws {
        let harness = Harness(content: .everywhere)
        try withContentCapture(false) {
            _ = try executeTool(
                "t", arguments: Issue.record("arguments were asked for").attribute,
                tracer: harness.tracer, recording: { (_: Int) in Issue.record("the result was asked for").attribute }
            ) { () throws in 1 }
            retrieve(from: "manual", query: Issue.record("the query was asked for").text, tracer: harness.tracer) {}
        }
        #expect(try harness.span("execute_tool t").attributes[.genAIToolCallArguments] == nil)
        #expect(try harness.span("retrieval manual").attributes[.genAIRetrievalQueryText] == nil)
    }

    @Test("retrieval records query and documents")
    func retrieval() async throws {
        let harness = Harness(content: .everywhere)
        let found = await retrieve(
            from: "manual", query: "descale", topK: 2,
            tracer: harness.tracer, recording: { .array($0.map { .map(["id": .string($0), "score": 0.5]) }) }
        ) { () async in ["p1"] }
        #expect(found == ["p1"])
        let span = try harness.span("retrieval manual")
        #expect(span.kind == .internal)
        #expect(span.attributes[.genAIL9SpanKind] == .chain)
        #expect(span.attributes[.genAIRequestTopK] == 2.0)
        #expect(span.attributes[.genAIRetrievalQueryText] == "descale")
        #expect(span.attributes[.genAIRetrievalDocuments] == #"[{"id":"p1","score":0.5}]"#)
    }

    @Test("a failing tool is recorded once and its typed error passes through")
    func failure() throws {
        let harness = Harness()
        #expect(throws: Trouble.self) {
            try executeTool("t", tracer: harness.tracer) { () throws(Trouble) -> Int in throw Trouble() }
        }
        let span = try harness.span("execute_tool t")
        #expect(span.events.filter { $0.name == "exception" }.count == 1)
        #expect(span.attributes[.errorType]?.hasSuffix("Trouble") == true)
        #expect(span.status == .error(description: "trouble"))
    }

    @Test("an evaluation is an event on the span it judges, its explanation is content")
    func evaluation() {
        for capture in [ContentCapture.everywhere, .nowhere] {
            let harness = Harness(content: capture)
            let span = harness.call()
            harness.logs.emitter(named: "test").emit(
                EvaluationResult("relevance", score: 0, label: "fail", explanation: "off topic"), of: span.context,
                settings: harness.tracer.instrumentation)
            harness.logs.emitter(named: "test").emit(
                .userFeedback(isPositive: true, comment: "thanks", responseID: "r-1"),
                settings: harness.tracer.instrumentation)
            let records = harness.collector.records
            #expect(records.map(\.eventName) == ["gen_ai.evaluation.result", "gen_ai.evaluation.result"])
            #expect(records[0].spanContext == span.context)
            #expect(records[0].attributes[.genAIEvaluationScoreValue] == 0)
            #expect(records[0].attributes[.genAIEvaluationScoreLabel] == "fail")
            #expect(records[0].attributes[.genAIEvaluationExplanation] == (capture == .nowhere ? nil : "off topic"))
            #expect(records[1].attributes[.genAIEvaluationName] == "user_feedback")
            #expect(records[1].attributes[.genAIResponseID] == "r-1")
        }
    }

    @Test("the free functions open their scope without any provider")
    func noProvider() async {
        let workflow = await invokeWorkflow("w") { () async in GenAIContext.current.workflow?.name }
        #expect(workflow == "w")
        #expect(invokeAgent(Agent(name: "a")) { GenAIContext.current.agent?.name } == "a")
        #expect(executeTool("t") { 1 } == 1)
    }
}

extension Issue {
    /// Nothing, for closures that must not be called.
    fileprivate var attribute: AttributeValue? { nil }
    fileprivate var text: String? { nil }
}
