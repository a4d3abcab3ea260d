// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import GenAITelemetryTesting
import Testing

@testable import GenAIProviders

@Suite("What answers leave out")
struct NamingTests {
    @Test("an answer without an identifier goes by that of the exchange")
    func identifier() throws {
        var exchange = OtherExchanges.ollama
        exchange.headers["x-request-id"] = "proxy-1"
        #expect(try exchange.run().answer.id == "proxy-1")
        exchange = OpenAIExchanges.chat
        let own = try exchange.run().answer.id
        exchange.headers["x-request-id"] = "req_1"
        #expect(try exchange.run().answer.id == own)
        exchange = OtherExchanges.ollamaEmbed
        exchange.headers["x-request-id"] = "req_1"
        #expect(try exchange.run().answer.id == nil)
    }

    @Test(
        "where an API's answers name no model, it is the one that was asked for",
        arguments: [
            (OtherExchanges.converse, "us.anthropic.claude-3-5-v2:0"),
            (OtherExchanges.converseStream, "us.anthropic.claude-3-5-v2:0"), (OtherExchanges.cohere, "command-a"),
            (OtherExchanges.cohereRerank, "rerank-v3.5"), (OtherExchanges.geminiEmbedding, nil),
        ])
    func model(exchange: Exchange, name: String?) throws {
        let result = try exchange.run()
        #expect(result.answer.model == name ?? result.request.model)
        var refused = exchange
        refused.status = 500
        #expect(try refused.run().answer.model == nil)
    }

    @Test("a deployment's ARN is no model, and a router tells the one it chose")
    func routed() throws {
        var exchange = OtherExchanges.converse
        let arn = "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fabc"
        exchange.url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/\(arn)/converse"
        #expect(try exchange.run().answer.model == nil)
        let chosen = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
        exchange.response = Array(
            #"{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","trace":{"promptRouter":{"invokedModelId":"\#(chosen)"}}}"#
                .utf8)
        #expect(try exchange.run().answer.model == "anthropic.claude-3-haiku-20240307-v1:0")
    }

    @Test("a guardrail of Bedrock's is an attribute")
    func guardrail() throws {
        var exchange = OtherExchanges.converse
        exchange.request =
            #"{"messages":[{"role":"user","content":[{"text":"Hi"}]}],"guardrailConfig":{"guardrailIdentifier":"gr-7"}}"#
        #expect(try exchange.run().request.attributes[.awsBedrockGuardrailID] == "gr-7")
    }

    @Test("InvokeModel's counts in header fields are the usage where the body has none")
    func headerCounts() throws {
        var exchange = OtherExchanges.invoke
        exchange.headers = [
            "x-amzn-bedrock-input-token-count": "9", "x-amzn-bedrock-output-token-count": "4",
            "x-amzn-bedrock-cache-read-input-token-count": "3", "x-amzn-bedrock-cache-write-input-token-count": "2",
        ]
        exchange.response = Array(
            #"{"type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn"}"#
                .utf8)
        let usage = try #require(try exchange.run().answer.usage)
        #expect(usage.inputTokens == 14 && usage.outputTokens == 4)
        #expect(usage.cacheReadTokens == 3 && usage.cacheWriteTokens == 2)
    }

    @Test(
        "reranking is a retrieval in every generation, begins no turn and has no messages",
        arguments: [GenAIConventions.v1_36, .latest, .development])
    func reranking(conventions: GenAIConventions) async throws {
        let exporter = InMemorySpanExporter()
        var configuration = TracerProvider.Configuration()
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        configuration.instrumentation = InstrumentationSettings(contentCapture: .spans, conventions: conventions)
        let provider = TracerProvider(configuration)
        let telemetry = CallTelemetry(tracerProvider: provider)
        var exchange = OtherExchanges.cohereRerank
        exchange.request = #"{"model":"rerank-v3.5","query":"q","documents":["a","b"],"top_n":2}"#
        let copy = exchange
        try await withConversation("c1") {
            try await observeHTTP(
                method: "POST", url: copy.url, body: Array(copy.request.utf8), telemetry: telemetry
            ) { call in
                call.receive(status: 200) { _ in nil }
                call.receive(copy.response)
            }
        }
        await provider.forceFlush()
        let span = try #require(exporter.spans.first)
        #expect(span.name == "retrieval" && span.attributes[.genAIProviderName] == .cohere)
        #expect(span.attributes[.genAIRetrievalQueryText] == "q")
        #expect(span.attributes[.genAIConversationID] == "c1" && span.attributes[.genAIConversationTurn] == nil)
        let names = ["gen_ai.system", "gen_ai.input.messages", "gen_ai.output.messages"]
        #expect(names.allSatisfy { !span.attributes.contains(name: $0) })
        if conventions == .development {
            #expect(span.attributes[.genAIRetrievalTopK] == 2)
        } else {
            #expect(span.attributes[.genAIRequestTopK] == 2)
        }
    }
}
