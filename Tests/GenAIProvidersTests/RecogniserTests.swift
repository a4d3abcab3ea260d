// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAITelemetryTesting
import Testing

@testable import GenAIProviders

@Suite("The recogniser")
struct RecogniserTests {
    static let exchanges =
        OpenAIExchanges.all + AnthropicExchanges.all + OtherExchanges.all + InteractionsExchanges.all

    @Test("gives the same answer however the response is cut", arguments: exchanges)
    func everySplit(exchange: Exchange) throws {
        let whole = try exchange.run()
        #expect(whole.outcome == .answered)
        let start = try exchange.recogniser()
        let cuts = 0...exchange.response.count
        #expect(try cuts.first { try exchange.run(cutAt: [$0], from: start) != whole } == nil)
        #expect(try exchange.run(cutAt: Array(0..<exchange.response.count), from: start) == whole)
    }

    @Test("survives a response that ends anywhere", arguments: exchanges)
    func everyEnd(exchange: Exchange) throws {
        let start = try exchange.recogniser()
        for end in 0...exchange.response.count {
            var cut = exchange
            cut.response = Array(exchange.response[..<end])
            #expect(try cut.run(from: start).request == start.request)
        }
    }

    @Test(
        "leaves other requests alone",
        arguments: [
            ("GET", "https://api.openai.com/v1/chat/completions", #"{"model":"m","messages":[]}"#),
            ("POST", "https://api.openai.com/v1/files", #"{"model":"m","messages":[]}"#),
            ("POST", "https://example.com/api/chat", #"{"text":"hi"}"#),
            ("POST", "https://example.com/api/chat", "not json"),
            ("POST", "https://example.com/v1/messages", #"{"to":"you","messages":["a"]}"#),
            ("POST", "https://example.com/survey/responses", #"{"answers":[1,2]}"#),
            ("POST", "https://example.com/v1/chat/completions", ""),
            ("POST", "https://example.com", "{}"), ("POST", "/v1/chat/completions", "{}"),
            ("POST", "file:///v1/chat/completions", #"{"model":"m","messages":[]}"#),
        ])
    func others(method: String, url: String, body: String) {
        #expect(ModelCallRecogniser(method: method, url: url, body: Array(body.utf8)) == nil)
    }

    @Test("gives up where nothing in the answer is a model's")
    func unrecognised() throws {
        var exchange = OtherExchanges.ollamaGenerate
        for body in ["<html></html>", #"{"ok":true}"#, ""] {
            exchange.response = Array(body.utf8)
            #expect(try exchange.run().outcome == .unrecognised)
        }
    }

    @Test(
        "finds the provider by the host, else by the response, else by the API",
        arguments: [
            ("https://openrouter.ai/api/v1/chat/completions", [:], "openrouter"),
            ("https://api.groq.com/openai/v1/chat/completions", [:], "groq"),
            ("https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", [:], "gcp.gemini"),
            ("http://127.0.0.1:4000/v1/chat/completions", ["openai-processing-ms": "3"], "openai"),
            ("http://gateway/v1/chat/completions", ["anthropic-organization-id": "x"], "anthropic"),
            ("http://localhost:11434/v1/chat/completions", [:], "ollama"),
            ("https://gw.internal/openai/deployments/d/chat/completions", [:], "azure.ai.openai"),
            ("http://user:secret@[::1]:8080/v1/chat/completions", [:], "openai"),
        ])
    func providers(url: String, headers: [String: String], provider: String) throws {
        var exchange = OpenAIExchanges.chat
        (exchange.url, exchange.headers) = (url, headers)
        let result = try exchange.run()
        #expect((result.answer.provider ?? result.request.provider).rawValue == provider)
        #expect(!String(describing: result).contains("secret"))
    }

    @Test("keeps a bounded part of an endless answer, and says so")
    func endless() throws {
        var recogniser = try #require(
            ModelCallRecogniser(
                method: "POST", url: OpenAIExchanges.chatStream.url,
                body: Array(OpenAIExchanges.chatStream.request.utf8)))
        let event = Array(
            events(#"{"choices":[{"index":0,"delta":{"content":"\#(String(repeating: "é", count: 500))"}}]}"#).utf8)
        var pieces = 0
        for _ in 0..<4_000 { pieces += recogniser.receive(event) }
        #expect(pieces == 4_000)
        recogniser.receive(
            Array(
                events(
                    #"{"choices":[{"index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#
                ).utf8))
        #expect(recogniser.finish() == .answered)
        #expect(recogniser.answer.messages[0].text.utf8.count == 1_048_576)
        #expect(recogniser.isCut && recogniser.answer.usage?.outputTokens == 2)
    }
}
