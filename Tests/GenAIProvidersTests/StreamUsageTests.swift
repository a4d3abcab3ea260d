// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import GenAITelemetryTesting
import Testing

@testable import GenAIProviders

@Suite("Usage of streams")
struct StreamUsageTests {
    private static let chat = "https://api.openai.com/v1/chat/completions?key=secret"

    private func added(_ body: String, url: String = Self.chat, method: String = "POST") -> String? {
        StreamUsage.added(to: Array(body.utf8), method: method, url: url).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "is asked for by the smallest change to the body",
        arguments: [
            (
                #"{"model":"m","stream":true}"#,
                #"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#
            ),
            (
                #" { "stream" : true , "stream_options" : { } } "#,
                #" { "stream" : true , "stream_options" : {"include_usage":true } } "#
            ),
            (
                #"{"stream_options":{"x":[1,{"y":2}]},"stream":true}"#,
                #"{"stream_options":{"include_usage":true,"x":[1,{"y":2}]},"stream":true}"#
            ),
            (
                #"{"stream_options":null,"stream":true}"#,
                #"{"stream_options":{"include_usage":true},"stream":true}"#
            ),
            (
                #"{"messages":[{"stream":false,"content":"\"stream\":true é \ud83d\ude00"}],"stream":true}"#,
                #"{"stream_options":{"include_usage":true},"messages":[{"stream":false,"content":"\"stream\":true é \ud83d\ude00"}],"stream":true}"#
            ),
        ])
    func additions(body: String, expected: String) {
        #expect(added(body) == expected)
        #expect(added(expected) == nil)
    }

    @Test(
        "is left alone where the request decides itself, is no stream, or is no JSON",
        arguments: [
            #"{"stream":true,"stream_options":{"include_usage":false}}"#, #"{"stream":false}"#, #"{"model":"m"}"#,
            #"{"stream":"true"}"#, #"{"stream":true,"stream_options":7}"#, #"[{"stream":true}]"#, "", "{",
            #"{"stream":true} x"#, #"{"messages":[{"stream":true}]}"#,
        ])
    func unchanged(body: String) {
        #expect(added(body) == nil)
    }

    @Test("is asked for only in OpenAI's chat and completions formats")
    func otherFormats() {
        let body = #"{"model":"m","stream":true}"#
        #expect(added(body, url: "https://api.groq.com/openai/v1/chat/completions") != nil)
        #expect(added(body, url: "http://localhost/v1/completions") != nil)
        for url in [
            "https://api.openai.com/v1/responses", "https://api.anthropic.com/v1/messages",
            "http://localhost:11434/api/chat", "https://api.mistral.ai/v1/chat/completions", "https://x.test/files",
        ] {
            #expect(added(body, url: url) == nil)
        }
        #expect(added(body, method: "GET") == nil)
    }

    @Test("is missing on the span, which says so, unless it was asked for", arguments: [false, true])
    func span(addsStreamUsage: Bool) async throws {
        let exporter = InMemorySpanExporter()
        var configuration = TracerProvider.Configuration()
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        configuration.instrumentation = InstrumentationSettings(contentCapture: .spans, conventions: .latest)
        let provider = TracerProvider(configuration)
        let body = Array(#"{"model":"m","messages":[],"stream":true}"#.utf8)
        try await observeHTTP(
            method: "POST", url: Self.chat, body: body, addsStreamUsage: addsStreamUsage,
            telemetry: CallTelemetry(tracerProvider: provider)
        ) { call in
            let sent = call.changedBody ?? body
            #expect((call.changedBody != nil) == addsStreamUsage)
            call.receive(status: 200) { _ in nil }
            let isAsked = String(decoding: sent, as: UTF8.self).contains("include_usage")
            let usage = #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#
            let answer = #"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#
            call.receive(Array(events(answer).utf8))
            if isAsked { call.receive(Array(events(usage).utf8)) }
        }
        await provider.forceFlush()
        let span = try #require(exporter.spans.first)
        #expect(span.attributes.contains(name: "last9.usage.reported") == !addsStreamUsage)
        #expect(span.attributes[.genAIUsageOutputTokens] == (addsStreamUsage ? 2 : nil))
    }
}
