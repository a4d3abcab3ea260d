// SPDX-License-Identifier: MIT
import GenAITelemetryTesting
import Last9GenAI
import LoopbackServer
import Testing

// The numbers are those of the table in Docs/ComingFromPython.md.

@Suite("Python's crashes and wrong results")
struct WrongResultTests {
    @Test("defect 1: a priced call in a workflow ends without harm, is counted, and later processors see it")
    func defect01() throws {
        let harness = Harness()
        withWorkflow("w") { _ = harness.call() }
        let span = try harness.span("chat gpt-4o-mini")
        #expect(span.attributes[.workflowLLMCalls] == 1)
        #expect(harness.ledger.totals(.workflow, "w")?.cost == USD("0.00021"))
    }

    @Test("defect 2: calls without usage, or with none of it, end without harm")
    func defect02() throws {
        let harness = Harness()
        harness.call(input: nil, output: nil)
        harness.call(input: 0, output: 0)
        #expect(harness.spans.count == 2)
        #expect(harness.spans[0].attributes["last9.cost.unpriced_reason"] != nil)
        #expect(harness.spans[0].attributes[.genAIUsageCostUSD] == nil)
        #expect(harness.spans[1].attributes[.genAIUsageCostUSD] == 0)
    }

    @Test("defect 3: the completion of a stream lands on the span of the call, not on its parent")
    func defect03() async throws {
        let reply = LoopbackServer.Reply.events([
            .event(#"{"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Hi!"}}]}"#),
            .event(#"{"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#),
            .event("[DONE]"),
        ])
        let installed = try Installed(reply: reply)
        try await installed.telemetry.tracerProvider.tracer(named: "app").withSpan("parent") { _ in
            let stream = try await installed.openai.chat.completions.stream(
                .init(model: "gpt-4o-mini", messages: [.user("Hello!")]))
            for try await _ in stream {}
        }
        await installed.telemetry.flush()
        let call = try #require(installed.spans.spans.named("chat gpt-4o-mini").first)
        let parent = try #require(installed.spans.spans.named("parent").first)
        #expect(call.attributes[.genAICompletion]?.contains("Hi!") == true)
        #expect(parent.attributes[.genAICompletion] == nil)
    }

    @Test("defect 4: prompts that are too long are cut inside their messages and stay JSON")
    func defect04() async throws {
        let installed = try Installed()
        let span = try await installed.ask(String(repeating: "long \" ", count: 20_000))
        let prompt = try #require(span.attributes[.genAIPrompt])
        #expect(throws: Never.self) { try JSONValue(parsing: prompt) }
        #expect(prompt.utf8.count < 70_000)
    }

    @Test("defect 5: content is written once: twice the messages cost about twice the bytes")
    func defect05() async throws {
        func eventBytes(_ count: Int) async throws -> Int {
            let installed = try Installed()
            _ = try await installed.openai.chat.completions.create(
                .init(model: "gpt-4o-mini", messages: (0..<count).map { .user("message number \($0)") }))
            await installed.telemetry.flush()
            let span = try #require(installed.spans.spans.last)
            #expect(span.droppedEventsCount == 0)
            return span.events.reduce(0) { sum, event in
                sum + event.attributes.reduce(0) { $0 + "\($1.value)".utf8.count }
            }
        }
        let (hundred, twoHundred) = (try await eventBytes(100), try await eventBytes(200))
        #expect(twoHundred < hundred * 5 / 2)
    }

    @Test("defect 6: a long conversation pushes no attribute of the call itself out")
    func defect06() async throws {
        let installed = try Installed()
        _ = try await installed.openai.chat.completions.create(
            .init(model: "gpt-4o-mini", messages: (0..<300).map { .user("m\($0)") }))
        await installed.telemetry.flush()
        let span = try #require(installed.spans.spans.last)
        for name in ["gen_ai.operation.name", "gen_ai.request.model", "gen_ai.system", "server.address"] {
            #expect(span.attributes[name] != nil, "\(name)")
        }
        #expect(span.droppedAttributesCount == 0)
    }

    @Test("defect 7: a thousand tiny calls add up exactly")
    func defect07() {
        let harness = Harness()
        withWorkflow("w") { for _ in 0..<1_000 { harness.call(input: 2, output: 0) } }
        // Two tokens at 0.15 USD per million.
        #expect(harness.spans[0].attributes[.genAIUsageCostUSD] == 0.000_000_3)
        #expect(harness.ledger.totals(.workflow, "w")?.cost == USD("0.0003"))
    }

    @Test(
        "defect 8: dated, prefixed, upper-case and fine-tuned names have a price",
        arguments: ["gpt-4o-2024-08-06", "GPT-4o", "azure/gpt-4o", "ft:gpt-4o:acme::abc"])
    func defect08(model: String) {
        let harness = Harness()
        harness.call(model)
        #expect(harness.ledger.total.cost > .zero)
        #expect(harness.ledger.total.unpricedCalls == 0)
    }

    @Test("defect 9: an inner agent inherits no id, an inner conversation no user and no turn")
    func defect09() {
        let harness = Harness()
        withConversation("c1", userID: "u1", turn: 7) {
            withAgent(name: "A", id: "a1", version: "1") {
                withConversation("c2") { withAgent(name: "B") { _ = harness.call() } }
            }
        }
        let attributes = harness.spans[0].attributes
        #expect(attributes[.genAIAgentName] == "B")
        #expect(attributes[.genAIAgentID] == nil && attributes[.genAIAgentVersion] == nil)
        #expect(attributes[.userID] == nil)
        #expect(attributes[.genAIConversationTurn] != 7)
    }

    @Test("defect 10: custom attributes of nested scopes merge, the inner ones win")
    func defect10() {
        let harness = Harness()
        withAttributes(["env": "prod", "n": 1]) {
            withConversation("defect-10") {
                withWorkflow("w") { withAttributes(["n": 2, "x": true]) { _ = harness.call() } }
            }
        }
        let attributes = harness.spans[0].attributes
        #expect(attributes["custom.env"] == "prod")
        #expect(attributes["custom.n"] == 2)
        #expect(attributes["custom.x"] == true)
    }
}
