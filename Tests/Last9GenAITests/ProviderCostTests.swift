// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import LoopbackServer
import Testing

/// An answer of a public bug report, in Tests/Fixtures/cases, and what its call cost.
struct AnsweredCase: Decodable {
    struct Call: Decodable {
        var mode: String
        var provider: String?
        var model: String?
    }
    struct Response: Decodable {
        var status: Int
        var body: String
    }
    var call: Call
    var responses: [Response]

    init(_ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/cases/\(name).json")
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }
}

@Suite("What an answer cost, from the wire to the span")
struct ProviderCostTests {
    @Test(
        "is what the report says the provider charged",
        arguments: [
            ("web-search-fee", 0.04045, nil), ("xai-reasoning-additive", 0.0232856, nil),
            ("litellm-anthropic-cache", 0.36394875, nil), ("litellm-proxy-unnamed", 0.0006, nil),
            ("openrouter-usage-cost", 0.0009525, "provider"), ("perplexity-sonar-cost", 0.00515, nil),
        ] as [(String, Double, String?)])
    func cost(name: String, usd: Double, source: String?) async throws {
        let found = try AnsweredCase(name)
        let answer = try #require(found.responses.first)
        let server = try LoopbackServer { _ in .json(answer.status, answer.body) }
        let harness = Harness()
        var configuration = OpenAIClient.Configuration(baseURL: server.url + "/v1", apiKey: "sk-test-0123456789")
        configuration.tracerProvider = harness.provider
        configuration.providerName = found.call.provider
        let client = OpenAIClient(configuration: configuration)
        let model = try #require(found.call.model)
        if found.call.mode == "responses" {
            _ = try await client.responses.create(.init(model: model, input: "Hello!"))
        } else {
            _ = try await client.chat.completions.create(.init(model: model, messages: [.user("Hello!")]))
        }
        let span = try #require(harness.spans.last)
        #expect(span.attributes[.genAIUsageCostUSD] == usd)
        #expect(span.attributes["last9.cost.source"] == source.map { .string($0) })
        #expect(span.attributes["last9.cost.incomplete_reason"] == nil)
    }
}
