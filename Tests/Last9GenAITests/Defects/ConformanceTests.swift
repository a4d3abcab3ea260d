// SPDX-License-Identifier: MIT
import Last9GenAI
import Testing

@Suite("Python's departures from the conventions")
struct ConformanceTests {
    @Test("defect 19: a success stays unset, finish reasons are a list, operation and model are there")
    func defect19() throws {
        let harness = Harness()
        observe("f", model: "gpt-4o-mini", tracer: harness.tracer) { Answer() }
        let span = try harness.span("f")
        #expect(span.status == .unset)
        #expect(span.attributes["gen_ai.response.finish_reasons"] == ["stop"])
        #expect(span.attributes["gen_ai.operation.name"] == "chat")
        #expect(span.attributes["gen_ai.request.model"] == "gpt-4o-mini")
        #expect(span.kind == .client)
    }

    @Test("defect 20: one exception event per error, and its type")
    func defect20() throws {
        let harness = Harness()
        #expect(throws: Trouble.self) {
            try observe("f", tracer: harness.tracer) { () throws(Trouble) -> Int in throw Trouble() }
        }
        let span = try harness.span("f")
        #expect(span.events.count == 1)
        #expect(span.attributes[.errorType] != nil)
    }

    @Test("defect 21: the asynchronous form records what the synchronous one does")
    func defect21() async throws {
        let harness = Harness(content: .everywhere)
        observe("sync", tags: ["t"], model: "gpt-4o-mini", tracer: harness.tracer, input: "q") { Answer() }
        await observe("async", tags: ["t"], model: "gpt-4o-mini", tracer: harness.tracer, input: "q") {
            () async in Answer()
        }
        let (one, other) = (try harness.span("sync"), try harness.span("async"))
        #expect(one.attributes == other.attributes)
        #expect(one.events.map(\.attributes) == other.events.map(\.attributes))
    }

    @Test("defect 22: the span of a stream lasts as long as the stream")
    func defect22() async throws {
        let harness = Harness()
        let (base, continuation) = AsyncStream<String>.makeStream()
        let stream = observe("stream", tracer: harness.tracer) { base }
        continuation.yield("a")
        continuation.finish()
        for await _ in stream { #expect(harness.spans.isEmpty) }
        #expect(harness.spans.count == 1)
    }

    @Test("defect 23: agents are named by the convention's attributes only")
    func defect23() throws {
        let harness = Harness()
        withAgent(name: "A", id: "a1") { _ = observe("f", tracer: harness.tracer) { Answer() } }
        let attributes = try harness.span("f").attributes
        #expect(attributes[.genAIAgentName] == "A")
        #expect(attributes.allSatisfy { !$0.key.hasPrefix("custom.") })
    }

    @Test("defect 24: all kinds are accepted, names kept, falsy values recorded, and nothing throws into the program")
    func defect24() throws {
        struct Stubborn: Encodable {
            func encode(to encoder: any Encoder) throws { throw Trouble() }
        }
        let harness = Harness(content: .everywhere)
        harness.tracer.startModelCall("gpt-4o", name: "my name").end()
        harness.tracer.withSpan("tool") { span in
            span.setKind(.chain)
            span.setKind(.agent)
            span.setToolCall("t", arguments: 0, result: false, duration: .zero)
        }
        observe("stubborn", as: .chain, tracer: harness.tracer, input: Stubborn()) { Stubborn() }
        #expect(harness.spans.map(\.name) == ["my name", "tool", "stubborn"])
        let tool = try harness.span("tool").attributes
        #expect(tool[.genAIToolCallArguments] == 0)
        #expect(tool[.genAIToolCallResult] == false)
        #expect(tool[.genAIFunctionCallDurationMS] == 0)
        #expect(try harness.span("stubborn").events.isEmpty)
    }

    @Test(
        "defect 25: the provider is told from the model's name, by whole words",
        arguments: [
            ("o1", "openai"), ("o3-mini", "openai"), ("mistral-large", "mistral_ai"),
            ("text-embedding-3-small", "openai"), ("solo1-large", "_OTHER"),
        ])
    func defect25(model: String, provider: String) {
        let harness = Harness()
        harness.tracer.startModelCall(model).end()
        #expect(harness.spans[0].attributes["gen_ai.system"] == .string(provider))
    }

    @Test("defect 26: counts of zero and every finish reason are recorded")
    func defect26() {
        let harness = Harness()
        harness.tracer.withSpan("s") { span in
            span.setResponse(
                UsageReport(
                    finishReasons: ["stop", "length"], usage: TokenUsage(inputTokens: 0, outputTokens: 0)))
        }
        let attributes = harness.spans[0].attributes
        #expect(attributes[.genAIUsageInputTokens] == 0)
        #expect(attributes[.genAIUsageOutputTokens] == 0)
        #expect(attributes[.genAIResponseFinishReasons] == ["stop", "length"])
    }

    @Test("defect 27: custom values keep their type")
    func defect27() {
        let harness = Harness()
        withAttributes(["n": 3, "f": 0.5, "b": false, "a": ["x", "y"]]) { _ = harness.call() }
        let attributes = harness.spans[0].attributes
        #expect(attributes["custom.n"] == 3)
        #expect(attributes["custom.f"] == 0.5)
        #expect(attributes["custom.b"] == false)
        #expect(attributes["custom.a"] == ["x", "y"])
    }
}
