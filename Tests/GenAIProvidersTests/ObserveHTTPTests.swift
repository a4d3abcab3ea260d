// SPDX-License-Identifier: MIT
import GenAICore
import GenAIInstrumentation
import GenAIProviders
import GenAITelemetry
import GenAITelemetryTesting
import Testing

@Suite("observeHTTP")
struct ObserveHTTPTests {
    private let exporter = InMemorySpanExporter()
    private let provider: TracerProvider
    private let telemetry: CallTelemetry

    init() {
        var configuration = TracerProvider.Configuration()
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        configuration.instrumentation = InstrumentationSettings(contentCapture: .spans, conventions: .latest)
        provider = TracerProvider(configuration)
        telemetry = CallTelemetry(tracerProvider: provider)
    }

    private var spans: [SpanData] {
        get async {
            await provider.forceFlush()
            return exporter.spans
        }
    }

    private struct Lost: Error {}

    private func send(_ exchange: Exchange, pieces: Int = 1, then error: Lost? = nil) async throws -> [UInt8] {
        let size = max(1, exchange.response.count / pieces)
        let body = AsyncThrowingStream<[UInt8], any Error> { continuation in
            for start in stride(from: 0, to: exchange.response.count, by: size) {
                continuation.yield(Array(exchange.response[start...].prefix(size)))
            }
            continuation.finish(throwing: error)
        }
        let observed = try await observeHTTP(
            method: "POST", url: exchange.url, body: Array(exchange.request.utf8), telemetry: telemetry
        ) { call in
            call.receive(status: exchange.status) { exchange.headers[$0] }
            return call.observe(body)
        }
        var received: [UInt8] = []
        for try await piece in observed { received += piece }
        return received
    }

    @Test("records one span a call, and the program gets every byte", arguments: RecogniserTests.exchanges)
    func oneSpan(exchange: Exchange) async throws {
        let received = try await withConversation("c1") { try await send(exchange, pieces: 7) }
        #expect(received == exchange.response)
        let spans = await spans
        #expect(spans.count == 1)
        let span = try #require(spans.first)
        let expected = try exchange.run()
        #expect(span.attributes[.genAIConversationID] == "c1")
        #expect(span.attributes[.genAIRequestModel] == expected.request.model)
        #expect(span.attributes[.genAIProviderName] == expected.request.provider)
        #expect(span.attributes[.genAIUsageInputTokens] == expected.answer.usage?.inputTokens)
        #expect(span.attributes[.genAIUsageOutputTokens] == expected.answer.usage?.outputTokens)
        #expect(span.attributes[.genAIResponseModel] == expected.answer.model)
        #expect(!String(describing: span).contains("secret"))
    }

    @Test("a refused call is an error with the provider's type")
    func refused() async throws {
        var exchange = AnthropicExchanges.message
        exchange.status = 529
        exchange.response = Array(#"{"type":"error","error":{"type":"overloaded_error","message":"no"}}"#.utf8)
        _ = try await send(exchange)
        #expect(await spans.first?.attributes[.errorType] == "overloaded_error")
    }

    @Test("a body that breaks off is an error and keeps what came")
    func brokenBody() async throws {
        var exchange = OpenAIExchanges.chatStream
        exchange.response = Array(exchange.response.prefix(500))
        await #expect(throws: Lost.self) { try await send(exchange, pieces: 5, then: Lost()) }
        let span = try #require(await spans.first)
        #expect(span.attributes[.errorType]?.hasSuffix("Lost") == true)
        #expect(span.attributes[.genAIResponseModel] == "gpt-4o-x")
    }

    @Test("a stream that ends without a reason is truncated")
    func truncated() async throws {
        var exchange = OpenAIExchanges.chatStream
        exchange.response = Array(exchange.response.prefix(500))
        _ = try await send(exchange, pieces: 5)
        #expect(await spans.first?.attributes[.errorType] == "truncated")
    }

    @Test("a body that is dropped ends the record without a failure")
    func dropped() async throws {
        let exchange = OpenAIExchanges.chatStream
        do {
            let body = try await observeHTTP(
                method: "POST", url: exchange.url, body: Array(exchange.request.utf8), telemetry: telemetry
            ) { call in call.observe(AsyncStream<[UInt8]> { $0.yield(Array(exchange.response.prefix(300))) }) }
            for await _ in body { break }
        }
        let span = try #require(await spans.first)
        #expect(span.attributes[.errorType] == nil && span.attributes[.genAIResponseModel] == "gpt-4o-x")
    }

    @Test("nothing is recorded of other exchanges, nor of an answer that is no model's")
    func others() async throws {
        var exchange = OpenAIExchanges.chat
        exchange.url = "https://example.com/files"
        #expect(try await send(exchange) == exchange.response)
        exchange = OtherExchanges.ollamaGenerate
        exchange.response = Array("<html></html>".utf8)
        #expect(try await send(exchange) == exchange.response)
        #expect(await spans.isEmpty)
    }

    @Test("a call that is recorded already is not recorded once more")
    func once() async throws {
        try await withModelCall(ModelRequest(model: "m", provider: .openAI), telemetry: telemetry) { _ in
            _ = try await send(OpenAIExchanges.chat)
        }
        #expect(await spans.map(\.name) == ["chat m"])
    }

    @Test("calls that run at once keep their own identities")
    func concurrent() async throws {
        try await withThrowingTaskGroup { group in
            for index in 0..<200 {
                group.addTask {
                    var exchange = OpenAIExchanges.chatStream
                    exchange.request = exchange.request.replacing("gpt-4o", with: "m\(index)")
                    let copy = exchange
                    _ = try await withConversation("c\(index)") { try await send(copy, pieces: 9) }
                }
            }
            try await group.waitForAll()
        }
        let spans = await spans
        #expect(spans.count == 200)
        for span in spans {
            #expect(
                span.attributes[.genAIRequestModel]?.dropFirst() == span.attributes[.genAIConversationID]?.dropFirst())
        }
    }
}
