// SPDX-License-Identifier: MIT

import GenAICore
import GenAIPricing
import Testing

@Suite("Model names")
struct NameTests {
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var provider: String?
        var entry: String
        var at: String
        var match: NameMatch

        init(_ name: String, _ provider: String? = nil, is entry: String, at: String, _ match: NameMatch = .asGiven) {
            (self.name, self.provider, self.entry, self.at, self.match) = (name, provider, entry, at, match)
        }

        var description: String { "\(name) at \(provider ?? "any")" }
    }

    static let cases: [Case] = [
        Case("GPT-4o", is: "gpt-4o", at: "openai"),
        Case(" gpt-4o\n", is: "gpt-4o", at: "openai"),
        Case("gpt-4o-2024-08-06", is: "gpt-4o", at: "openai"),
        Case("gpt-4o-20240806", is: "gpt-4o", at: "openai"),
        Case("gpt-4o-2031-02-03", is: "gpt-4o", at: "openai", .withoutDate),
        Case("gpt-4o-2024-05-13", is: "gpt-4o-2024-05-13", at: "openai"),
        Case("gpt-4o-latest", is: "gpt-4o", at: "openai", .withoutDate),
        Case("openai/gpt-4o", is: "gpt-4o", at: "openai", .withoutPrefix),
        Case("openai:gpt-4o", is: "gpt-4o", at: "openai", .withoutPrefix),
        Case("azure/gpt-4o", is: "gpt-4o", at: "azure", .withoutPrefix),
        Case("azure/gpt-4o", "azure", is: "gpt-4o", at: "azure", .withoutPrefix),
        Case("azure/gpt-4o-2031-02-03", is: "gpt-4o", at: "azure", .withoutDate),
        Case("anthropic/claude-sonnet-4-5", "openai", is: "claude-sonnet-4-5", at: "anthropic", .withoutPrefix),
        Case("anthropic/claude-sonnet-4-5", "mistral", is: "", at: ""),
        Case("mistralai/mistral-small-latest", "openai", is: "", at: ""),
        Case("azure/eu/gpt-4o-2024-11-20", is: "gpt-4o", at: "azure", .withoutPrefix),
        Case("eu/gpt-4o", "azure", is: "gpt-4o", at: "azure", .withoutPrefix),
        Case("azure/eu/gpt-4o-2031-02-03", "openai", is: "gpt-4o", at: "azure", .withoutDate),
        Case("azure/mars/gpt-4o", is: "", at: ""),
        Case("openai/eu/gpt-4o", is: "", at: ""),
        Case("eu/gpt-4o", is: "", at: ""),
        Case("openai.gpt-5.6-luna", is: "regional.openai.gpt-5.6-luna", at: "aws"),
        Case("global.openai.gpt-5.6-luna", is: "global.openai.gpt-5.6-luna", at: "aws"),
        Case("openai.gpt-5.6-luna", "openai", is: "regional.openai.gpt-5.6-luna", at: "aws"),
        Case("eu.amazon.nova-lite-v1:0", is: "eu.amazon.nova-lite", at: "aws"),
        Case("amazon.nova-lite-v1:0", is: "amazon.nova-lite-v1:0", at: "aws"),
        Case("bedrock/converse/us.amazon.nova-lite-v1:0", is: "amazon.nova-lite-v1:0", at: "aws"),
        Case("nobody.gpt-5.6-luna", is: "", at: ""),
        Case("openai/gpt-4o-mini", "openrouter", is: "openai/gpt-4o-mini", at: "openrouter"),
        Case("openrouter/openai/gpt-4o-mini", is: "openai/gpt-4o-mini", at: "openrouter", .withoutPrefix),
        Case("openrouter/openai/gpt-4o-mini", "openai", is: "openai/gpt-4o-mini", at: "openrouter", .withoutPrefix),
        Case("openai/gpt-4o-mini:nitro", "openrouter", is: "openai/gpt-4o-mini", at: "openrouter", .withoutRoute),
        Case("openai/gpt-4o-mini:online", "openrouter", is: "", at: ""),
        Case("openai/gpt-4o:extended", "openrouter", is: "openai/gpt-4o:extended", at: "openrouter"),
        Case("nobody/knows-this:free", "openrouter", is: ":free", at: "openrouter"),
        Case("gpt-4o-mini:nitro", "openai", is: "", at: ""),
        Case("anthropic/claude-sonnet-4-5", is: "claude-sonnet-4-5", at: "anthropic", .withoutPrefix),
        Case("openai/gpt-oss-120b", "fireworks", is: "", at: ""),
        Case("openai/gpt-oss-120b", "groq", is: "openai/gpt-oss-120b", at: "groq"),
        Case("litellm/gpt-4o", "openai", is: "", at: ""),
        Case("openai/gpt-4o-mini", "litellm", is: "gpt-4o-mini", at: "openai", .withoutPrefix),
        Case("models/gemini-2.5-flash", is: "gemini-2.5-flash", at: "google", .withoutPrefix),
        Case(
            "publishers/google/models/gemini-2.5-flash", "gcp.vertex_ai", is: "gemini-2.5-flash", at: "google",
            .withoutPrefix),
        Case("vertex_ai/gemini-2.5-pro", is: "gemini-2.5-pro", at: "google", .withoutPrefix),
        Case(
            "together_ai/upstage/solar-10.7b-instruct-v1.0", is: "upstage/SOLAR-10.7B-Instruct-v1.0", at: "together",
            .withoutPrefix),
        Case("ft:gpt-4o-mini-2024-07-18:org::id", is: "ft:gpt-4o-mini", at: "openai"),
        Case("ft:gpt-4o-mini:org::id", is: "ft:gpt-4o-mini", at: "openai"),
        Case("ft:gpt-3.5-turbo-0125:org::id", is: "ft:gpt-3.5-turbo-", at: "openai"),
        Case("ft:gpt-4.1-2025-04-14:org:name:id", is: "ft:gpt-4.1", at: "openai"),
        Case("ft:gpt-4.1-2031-04-14:org:name:id", is: "ft:gpt-4.1", at: "openai", .withoutDate),
        Case("openai/ft:gpt-4.1-mini-2025-04-14:acme::x", is: "ft:gpt-4.1-mini", at: "openai", .withoutPrefix),
        Case("ft:gpt-4-0613:acme::x", is: "ft:gpt-4-0613", at: "openai"),
        Case("ft:gpt-5-2025-08-07:org::id", is: "", at: ""),
        Case("ft:gpt-4.1-2025-04-14:org:name:id", "azure", is: "ft:gpt-4.1", at: "azure"),
        Case("gpt-4o", "az.ai.inference", is: "gpt-4o", at: "azure"),
        Case("gpt-4o", "OpenAI ", is: "gpt-4o", at: "openai"),
        Case("grok-3", "xai", is: "grok-3", at: "x-ai"),
        Case("accounts/fireworks/models/deepseek-v4-pro", "fireworks_ai", is: "deepseek-v4-pro", at: "fireworks"),
        Case(
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-3-5-sonnet-20240620-v1:0",
            is: "regional.anthropic.claude-3-5-sonnet-20240620-v1:0", at: "aws"),
        Case("gpt-4o", "_OTHER", is: "gpt-4o", at: "openai"),
        Case("my-company/gpt-4o", is: "", at: ""),
        Case("my-custom-model", is: "", at: ""),
        Case("ollama/llama3", is: "", at: ""),
        Case("gpt-4o", "no-such-provider", is: "", at: ""),
        Case("", is: "", at: ""),
        Case("/", is: "", at: ""),
        Case("ft:", is: "", at: ""),
    ]

    @Test("lead to the entry they mean, and say how", arguments: cases)
    func entry(of test: Case) {
        let answer = PriceBook().cost(
            of: TokenUsage(inputTokens: 10, outputTokens: 5), model: test.name, provider: test.provider)
        switch answer {
        case .priced(let call):
            #expect(call.model == test.entry)
            #expect(call.provider == test.at)
            #expect(call.match == test.match)
            #expect(call.source == .bundled)
        case .unpriced(let reason):
            #expect(test.entry.isEmpty)
            #expect(reason.code == (test.provider == "no-such-provider" ? .unknownProvider : .unknownModel))
        }
    }

    static let pairs: [(answered: String, asked: String, entry: String?, usesAsked: Bool)] = [
        ("gpt-4o-mini", "gpt-4o", "gpt-4o-mini", false),
        ("gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13", true),
        ("gpt-4o-2024-05-13", "gpt-4o", "gpt-4o-2024-05-13", false),
        ("my-deployment", "gpt-4o", "gpt-4o", true),
        ("gpt-4o", "my-deployment", "gpt-4o", false),
        ("", "gpt-4o", "gpt-4o", true),
        ("gpt-4o-2024-05-13", "azure/gpt-4o", "gpt-4o-2024-05-13", true),
        ("gpt-4o-mini", "azure/gpt-4o", "gpt-4o-mini", false),
        ("my-deployment", "my-model", nil, false),
    ]

    @Test("of the answer go before those of the request, unless the request is more specific", arguments: pairs)
    func requestModel(answered: String, asked: String, entry: String?, usesAsked: Bool) {
        let answer = PriceBook().cost(
            of: TokenUsage(inputTokens: 10, outputTokens: 5), model: answered, requestModel: asked)
        if case .priced(let call) = answer {
            #expect(call.model == entry)
            #expect(call.usesRequestModel == usesAsked)
        } else {
            #expect(entry == nil)
        }
    }

    @Test("keep the region of the request where the answer only adds a date")
    func requestRegion() throws {
        let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 0)
        let call = try PriceBook().cost(
            of: usage, model: "gpt-4o-2024-11-20", requestModel: "azure/eu/gpt-4o", provider: "openai"
        ).get()
        #expect(call.total == USD("2.75"))
        #expect(call.zone == "eu")
        #expect(call.provider == "azure")
    }

    static let urls: [(url: String, provider: String?)] = [
        ("https://api.openai.com/v1/chat/completions", "openai"), ("api.openai.com", "openai"),
        ("https://my-name.openai.azure.com/openai/deployments/x", "azure"),
        ("https://user:secret@API.OPENAI.COM:443/v1?x=y", "openai"),
        ("https://openrouter.ai/api/v1", nil),
        ("https://api.openai.com.evil.example/v1", nil), ("http://localhost:11434/v1", nil), ("", nil), ("://", nil),
    ]

    @Test("are priced at the provider whose host was called", arguments: urls)
    func url(_ url: String, provider: String?) {
        let answer = PriceBook().cost(of: TokenUsage(inputTokens: 1, outputTokens: 1), model: "gpt-4o", apiURL: url)
        switch answer {
        case .priced(let call): #expect(call.provider == provider)
        case .unpriced(let reason):
            #expect(provider == nil)
            #expect(reason.code == (url.contains("openrouter") ? .unknownModel : .unknownProvider))
        }
    }

    @Test("name the provider themselves where the host is a gateway of one's own")
    func gateway() throws {
        let usage = TokenUsage(inputTokens: 100, outputTokens: 20)
        let call = try PriceBook().cost(
            of: usage, model: "anthropic/claude-sonnet-4-5", apiURL: "http://llm.internal:4000/v1"
        ).get()
        #expect(call.total == USD("0.0006"))
        #expect(call.provider == "anthropic")
    }
}
