// SPDX-License-Identifier: MIT
import Last9GenAI
import Synchronization
import Testing

@Suite("Observed functions")
struct ObserveTests {
    @Test("takes model, usage and cost from the result, and leaves the status of a success unset")
    func usage() async throws {
        let harness = Harness()
        let answer = await observe(
            "answer", tags: ["beta", "eu"], metadata: ["category": "premium", "tries": 3], tracer: harness.tracer
        ) { () async in Answer() }
        #expect(answer.text == "Fine.")
        let span = try harness.span("answer")
        #expect(span.attributes[.genAIOperationName] == .chat)
        #expect(span.attributes[.genAIL9SpanKind] == .llm)
        #expect(span.attributes[.genAIResponseModel] == "gpt-4o-mini")
        #expect(span.attributes[.genAIResponseFinishReasons] == ["stop"])
        #expect(span.attributes[.genAISystem] == .openAI)
        #expect(span.attributes[.genAIUsageInputTokens] == 1_000)
        // 1,000 at 0.15 and 100 at 0.60 USD per million.
        #expect(span.attributes[.genAIUsageCostUSD] == 0.00021)
        #expect(span.attributes["tags"] == ["beta", "eu"])
        #expect(span.attributes["metadata.tries"] == 3)
        #expect(span.attributes[.userCategory] == "premium")
        #expect(span.status == .unset)
    }

    @Test("uses the prices given for this call")
    func pricing() throws {
        let harness = Harness()
        let prices = PriceBook(overrides: ["in-house": ModelPricing(input: 1, output: 2)])
        _ = withPrices(prices) { observe("answer", tracer: harness.tracer) { Answer(model: "in-house") } }
        #expect(try harness.span("answer").attributes[.genAIUsageCostUSD] == 0.0012)
        #expect(harness.ledger.total.cost == USD("0.0012"))
    }

    @Test("records content where it is allowed, globally, by scope and by call")
    func content() throws {
        func contents(_ harness: Harness, _ name: String) throws -> [String?] {
            try harness.span(name).events.map { $0.attributes[.genAIPrompt] ?? $0.attributes[.genAICompletion] }
        }
        let on = Harness(content: .everywhere)
        let off = Harness()
        observe("all", tracer: on.tracer, input: "Why?", arguments: ["n": 0]) { Answer() }
        observe("input", capturesOutput: false, tracer: on.tracer, input: ["a": 1]) { Answer() }
        observe("output", capturesInput: false, tracer: on.tracer, input: "Why?", arguments: ["n": 0]) { Answer() }
        _ = withContentCapture(false) { observe("scope", tracer: on.tracer, input: "Why?") { Answer() } }
        observe("none", tracer: off.tracer, input: "Why?", arguments: ["n": 0]) { Answer() }
        #expect(try contents(on, "all") == ["Why?", "Fine."])
        #expect(try on.span("all").attributes["function.arg.n"] == 0)
        #expect(try contents(on, "input") == [#"{"a":1}"#])
        #expect(try contents(on, "output") == ["Fine."])
        #expect(try on.span("output").attributes["function.arg.n"] == nil)
        #expect(try contents(on, "scope") == [])
        #expect(try contents(off, "none") == [])
        #expect(try off.span("none").attributes["function.arg.n"] == nil)
    }

    @Test("the newer generation gets messages as attributes, a tool its arguments and result")
    func latest() throws {
        let harness = Harness(content: .everywhere, conventions: .latest)
        observe("llm", tracer: harness.tracer, input: "Why?") { Answer() }
        observe("tool", as: .tool, tracer: harness.tracer, input: ["q": 1]) { [1, 2] }
        let span = try harness.span("llm")
        #expect(span.attributes[.genAIProviderName] == .openAI)
        #expect(
            span.attributes["gen_ai.output.messages"]
                == #"[{"role":"assistant","parts":[{"type":"text","content":"Fine."}],"finish_reason":"stop"}]"#)
        let tool = try harness.span("tool")
        #expect(tool.attributes[.genAIToolName] == "tool")
        #expect(tool.attributes[.genAIToolCallArguments] == #"{"q":1}"#)
        #expect(tool.attributes[.genAIToolCallResult] == "[1,2]")
    }

    @Test("content that is too long is cut and says so; JSON stays JSON")
    func truncation() throws {
        let harness = Harness(content: .everywhere)
        observe("long", tracer: harness.tracer, input: String(repeating: "é", count: 20_000)) {
            Array(repeating: "x", count: 20_000)
        }
        let events = try harness.span("long").events
        #expect(events[0].attributes[.genAIPrompt] == String(repeating: "é", count: 16_384))
        #expect(events[0].attributes[.genAIPromptLength] == 20_000)
        #expect(events[0].attributes[.genAIPromptTruncated] == true)
        let output = try #require(events[1].attributes[.genAICompletion])
        #expect(throws: Never.self) { try JSONValue(parsing: output) }
    }

    @Test("an error is recorded once, typed, and thrown on", arguments: [true, false])
    func failure(isAsync: Bool) async throws {
        let harness = Harness()
        if isAsync {
            await #expect(throws: Trouble.self) {
                try await observe("f", tracer: harness.tracer) { () async throws(Trouble) -> Int in throw Trouble() }
            }
        } else {
            #expect(throws: Trouble.self) {
                try observe("f", tracer: harness.tracer) { () throws(Trouble) -> Int in throw Trouble() }
            }
        }
        let span = try harness.span("f")
        #expect(span.events.map(\.name) == ["exception"])
        #expect(span.status == .error(description: "trouble"))
        #expect(span.attributes[.errorType]?.hasSuffix("Trouble") == true)
    }

    @Test("kinds name their operation, and only calls to models count as such")
    func kinds() throws {
        let harness = Harness()
        for kind in [Last9SpanKind.llm, .tool, .chain, .agent, .prompt] {
            observe(kind.rawValue, as: kind, tracer: harness.tracer) { 1 }
            #expect(try harness.span(kind.rawValue).attributes[.genAIL9SpanKind] == kind)
        }
        #expect(harness.ledger.total.llmCalls == 1)
        #expect(harness.ledger.total.toolCalls == 1)
        #expect(try harness.span("agent").attributes[.genAIOperationName] == .invokeAgent)
        #expect(try harness.span("chain").attributes[.genAIOperationName] == nil)
    }

    @Test("a call that is recorded inside is not counted again outside, at any depth")
    func nested() throws {
        let harness = Harness()
        observe("outer", tracer: harness.tracer) {
            observe("step", as: .chain, tracer: harness.tracer) { _ = harness.call() }
            return Answer()
        }
        #expect(harness.ledger.total.llmCalls == 1)
        #expect(harness.ledger.total.cost == USD("0.00021"))
        let outer = try harness.span("outer")
        #expect(outer.attributes[.genAIUsageCostUSD] == nil)
        #expect(outer.attributes[.genAIUsageInputTokens] == nil)
    }
}

@Suite("Observed streams")
struct ObservedStreamTests {
    struct Piece: UsageReporting, Sendable {
        var text: String?
        var usage: TokenUsage?
        var usageReport: UsageReport { UsageReport(model: "gpt-4o-mini", usage: usage, text: text) }
    }

    static func pieces() -> AsyncStream<Piece> {
        AsyncStream { continuation in
            continuation.yield(Piece(text: "Hel"))
            continuation.yield(Piece(text: "lo"))
            continuation.yield(Piece(usage: TokenUsage(inputTokens: 1_000, outputTokens: 100)))
            continuation.finish()
        }
    }

    @Test("the span lasts as long as the stream and holds what its parts told")
    func whole() async throws {
        let harness = Harness(content: .everywhere, conventions: .latest)
        let stream = observe("stream", tracer: harness.tracer) { Self.pieces() }
        #expect(harness.spans.isEmpty)
        for await _ in stream { #expect(harness.spans.isEmpty) }
        let span = try harness.span("stream")
        #expect(span.attributes[.genAIUsageCostUSD] == 0.00021)
        #expect(span.attributes["gen_ai.output.messages"]?.contentContains("Hello") == true)
        #expect(span.attributes[.genAIRequestStream] == true)
        #expect(span.attributes[.genAIResponseTimeToFirstChunk] != nil)
        #expect(span.status == .unset)
    }

    @Test("leaving the loop ends the span while the sequence lives on")
    func left() async throws {
        let harness = Harness()
        let stream = observe("stream", tracer: harness.tracer) { Self.pieces() }
        for await _ in stream { break }
        #expect(harness.spans.count == 1)
        withExtendedLifetime(stream) {}
    }

    @Test("dropping a stream that nobody read ends the span, once")
    func dropped() async throws {
        let harness = Harness()
        do {
            let stream = observe("stream", tracer: harness.tracer) { Self.pieces() }
            #expect(harness.spans.isEmpty)
            withExtendedLifetime(stream) {}
        }
        #expect(harness.spans.count == 1)
    }

    @Test("cancelling the reader ends the span")
    func cancelled() async throws {
        let harness = Harness()
        let (base, continuation) = AsyncStream<Int>.makeStream()
        let (started, hasStarted) = AsyncStream<Void>.makeStream()
        let task = Task {
            for await _ in observe("stream", tracer: harness.tracer, { base }) { hasStarted.yield() }
        }
        continuation.yield(1)
        for await _ in started { break }
        task.cancel()
        await task.value
        #expect(harness.spans.count == 1)
    }

    @Test("a stream that fails is recorded as failed and throws on")
    func failing() async throws {
        let harness = Harness()
        let base = AsyncThrowingStream<String, any Error> { continuation in
            continuation.yield("a")
            continuation.finish(throwing: Trouble())
        }
        await #expect(throws: Trouble.self) {
            for try await _ in observe("stream", tracer: harness.tracer, { base }) {}
        }
        let span = try harness.span("stream")
        #expect(span.events.map(\.name) == ["exception"])
        #expect(span.status == .error(description: "trouble"))
    }

    @Test("what brings the next element runs inside the span")
    func context() async throws {
        struct Calls: AsyncSequence, AsyncIteratorProtocol {
            let harness: Harness
            var left = 2
            mutating func next() async -> Int? {
                guard left > 0 else { return nil }
                left -= 1
                harness.call()
                return left
            }
            func makeAsyncIterator() -> Calls { self }
        }
        let harness = Harness()
        for await _ in observe("stream", as: .chain, tracer: harness.tracer, { Calls(harness: harness) }) {}
        let stream = try harness.span("stream")
        let calls = harness.spans.filter { $0.name != "stream" }
        #expect(calls.count == 2)
        #expect(calls.allSatisfy { $0.parent?.spanID == stream.context.spanID })
    }
}

extension AttributeValue {
    func contentContains(_ text: String) -> Bool {
        guard case .string(let whole) = self else { return false }
        return whole.contains(text)
    }
}
