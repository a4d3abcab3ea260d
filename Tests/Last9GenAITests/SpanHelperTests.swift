// SPDX-License-Identifier: MIT
import Testing

@testable import Last9GenAI

@Suite("Attributes an application sets on its own spans")
struct SpanHelperTests {
    @Test(
        "SHA-256 agrees with the published examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(text: String, digest: String) {
        #expect(SHA256.hexDigest(of: text.utf8) == digest)
    }

    @Test("SHA-256 of a million letters a, and of every length around a block")
    func sha256Lengths() {
        let million = repeatElement(UInt8(ascii: "a"), count: 1_000_000)
        #expect(SHA256.hexDigest(of: million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        let digests = Set((50...130).map { SHA256.hexDigest(of: repeatElement(7, count: $0)) })
        #expect(digests.count == 81)
    }

    @Test("a prompt's version is told by its digest; the template itself is content", arguments: [true, false])
    func promptVersion(isAllowed: Bool) throws {
        let harness = Harness(content: isAllowed ? .spans : .nowhere)
        harness.tracer.withSpan("prompt") { span in
            let hash = span.setPromptVersion(template: "abc", id: "t-1", version: "2")
            #expect(hash == "ba7816bf8f01cfea")
        }
        let span = try harness.span("prompt")
        #expect(span.attributes[.genAIPromptHash] == "ba7816bf8f01cfea")
        #expect(span.attributes[.genAIPromptTemplateID] == "t-1")
        #expect(span.attributes[.genAIPromptVersion] == "2")
        #expect(span.attributes[.genAIPromptTemplate] == (isAllowed ? "abc" : nil))
    }

    @Test("request and response attributes follow the conventions, zero counts included")
    func modelCall() throws {
        let harness = Harness()
        harness.tracer.withSpan("call") { span in
            span.setRequest(model: "claude-sonnet-4", maxTokens: 0, temperature: 0)
            span.setResponse(
                UsageReport(
                    model: "claude-sonnet-4", responseID: "m-1", finishReasons: ["stop", "length"],
                    usage: TokenUsage(inputTokens: 0, outputTokens: 0)))
        }
        let attributes = try harness.span("call").attributes
        #expect(attributes[.genAISystem] == .anthropic)
        #expect(attributes[.genAIRequestMaxTokens] == 0)
        #expect(attributes[.genAIRequestTemperature] == 0)
        #expect(attributes[.genAIUsageInputTokens] == 0)
        #expect(attributes[.genAIUsageOutputTokens] == 0)
        #expect(attributes[.genAIResponseFinishReasons] == ["stop", "length"])
    }

    @Test("tool, performance, workflow and conversation attributes")
    func others() throws {
        let harness = Harness(content: .spans)
        harness.tracer.withSpan("s") { span in
            span.setToolCall("find", arguments: .map([:]), result: 0, duration: .milliseconds(0))
            span.setPerformance(responseTime: .microseconds(1_500), requestBytes: 0, qualityScore: 0)
            span.setWorkflow(Workflow(id: "w", type: "chat"), userID: "u", sessionID: "s")
            span.setConversation("c", userID: "u", turn: 3)
            span.setKind(.chain)
        }
        let attributes = try harness.span("s").attributes
        #expect(attributes[.genAIFunctionCallArguments] == "{}")
        #expect(attributes[.genAIFunctionCallResult] == "0")
        #expect(attributes[.genAIFunctionCallDurationMS] == 0)
        #expect(attributes[.genAIResponseTimeMS] == 1.5)
        #expect(attributes[.genAIRequestSizeBytes] == 0)
        #expect(attributes[.genAIQualityScore] == 0)
        #expect(attributes[.workflowSessionID] == "s")
        #expect(attributes[.genAIConversationTurn] == 3)
        #expect(attributes[.genAIConversationTurnNumber] == 3)
        #expect(attributes[.genAIL9SpanKind] == .chain)
    }

    @Test("content events are cut at a whole character and say how long the text was")
    func contentEvents() throws {
        let harness = Harness(content: .spans)
        harness.tracer.withSpan("s") { $0.addContent(prompt: "añb", completion: "", maximumLength: 2) }
        let events = try harness.span("s").events
        #expect(events.map(\.name) == ["gen_ai.content.prompt", "gen_ai.content.completion"])
        #expect(events[0].attributes[.genAIPrompt] == "añ")
        #expect(events[0].attributes[.genAIPromptLength] == 3)
        #expect(events[0].attributes[.genAIPromptTruncated] == true)
        #expect(events[1].attributes[.genAICompletionTruncated] == false)
    }

    @Test("nothing of it is recorded where content is off")
    func contentOff() throws {
        let harness = Harness()
        harness.tracer.withSpan("s") { span in
            span.addContent(prompt: "secret", completion: "secret")
            span.addToolCall("find", arguments: "secret", result: "secret")
            span.setToolCall("find", arguments: "secret", result: "secret")
            span.setPromptVersion(template: "secret")
            span.setResponse(UsageReport(text: "secret", toolCalls: [.init(name: "find", arguments: "secret")]))
        }
        let span = try harness.span("s")
        #expect(!"\(span.attributes) \(span.events)".contains("secret"))
        #expect(span.events.map(\.name) == ["gen_ai.tool.call", "gen_ai.tool.result", "gen_ai.tool.call"])
    }

    @Test("a cost set by hand is taken as given and added up")
    func cost() throws {
        let harness = Harness()
        let span = harness.tracer.startModelCall("mine")
        let prices = PriceBook(overrides: ["mine": ModelPricing(input: 3, output: 3)])
        let answer = span.setCost(of: TokenUsage(inputTokens: 1, outputTokens: 1), model: "mine", prices: prices)
        span.end()
        #expect(answer.cost == USD("0.000006"))
        #expect(harness.ledger.total.cost == USD("0.000006"))
    }

    @Test(
        "providers are told by the first word of a model's name",
        arguments: [
            ("gpt-4o", "openai"), ("o1", "openai"), ("o3-mini", "openai"), ("text-embedding-3-small", "openai"),
            ("ft:gpt-4o:acme", "openai"), ("azure/gpt-4o", "openai"), ("claude-3-5-sonnet", "anthropic"),
            ("mistral-large", "mistral_ai"), ("GEMINI-2.0-flash", "gcp.gemini"), ("grok-4", "x_ai"),
            ("command-r-plus", "cohere"), ("deepseek-chat", "deepseek"),
        ])
    func provider(model: String, provider: String) {
        #expect(ProviderName(ofModel: model)?.rawValue == provider)
    }

    @Test(
        "a name that merely contains a provider's is not taken for it", arguments: ["solo1", "my-gpt", "foo1-bar", ""])
    func noProvider(model: String) {
        #expect(ProviderName(ofModel: model) == nil)
    }
}
