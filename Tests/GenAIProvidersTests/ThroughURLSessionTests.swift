// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAIProviders
import GenAITelemetry
import GenAITelemetryTesting
import GenAIURLSession
import LoopbackServer
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("Every format through URLSession", .serialized)
struct ThroughURLSessionTests {
    private let exporter = InMemorySpanExporter()
    private let provider: TracerProvider

    init() {
        var configuration = TracerProvider.Configuration()
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        configuration.instrumentation = InstrumentationSettings(contentCapture: .spans, conventions: .latest)
        provider = TracerProvider(configuration)
    }

    @Test(
        "gives the program the same bytes, and one span with all of the call",
        arguments: RecogniserTests.exchanges, [false, true])
    func everyFormat(exchange: Exchange, withDelegate: Bool) async throws {
        let server = try LoopbackServer { _ in Self.reply(exchange) }
        var local = exchange
        let rest = try #require(exchange.url.firstMatch(of: #/https?:\/\/[^\/]*(\/.*)/#)?.output.1)
        local.url = server.url + rest
        let conversation = "through \(exchange.name) \(withDelegate)"
        let copy = local
        try await GlobalState.shared.exclusively {
            TracerProvider.global = provider
            defer { TracerProvider.global = nil }
            let plain = try await load(copy, .ephemeral, withDelegate: withDelegate)
            #expect(plain == exchange.response)
            let observed = try await withConversation(conversation, userID: "ada") {
                try await load(copy, .ephemeral.observingModelCalls(), withDelegate: withDelegate)
            }
            #expect(observed == plain)
        }
        await provider.forceFlush()
        try check(exporter.spans, of: copy, conversation)
    }

    private func check(_ spans: [SpanData], of exchange: Exchange, _ conversation: String) throws {
        let expected = try exchange.run()
        #expect(spans.count == 1)
        let span = try #require(spans.first)
        let attributes = span.attributes
        #expect(attributes[.genAIRequestModel] == expected.request.model)
        #expect(attributes[.genAIProviderName] == expected.answer.provider ?? expected.request.provider)
        #expect(attributes[.genAIResponseModel] == expected.answer.model)
        #expect(attributes[.genAIResponseID] == expected.answer.id)
        #expect(attributes[.genAIUsageInputTokens] == expected.answer.usage?.inputTokens)
        #expect(attributes[.genAIUsageOutputTokens] == expected.answer.usage?.outputTokens)
        let reasons = expected.answer.messages.compactMap(\.finishReason)
        #expect(attributes[.genAIResponseFinishReasons] == (reasons.isEmpty ? nil : reasons))
        let isInference = ![.embeddings, .retrieval].contains(expected.request.operation)
        #expect(
            attributes.contains(name: "gen_ai.input.messages") == (isInference && !expected.request.messages.isEmpty))
        #expect(attributes.contains(name: "gen_ai.output.messages") == isInference)
        #expect(attributes[.genAIConversationID] == conversation && attributes[.userID] == "ada")
        #expect(attributes[.genAIConversationTurn] == (isInference ? 1 : nil))
        #expect(attributes[.errorType] == nil)
        #expect(!String(describing: span).contains("secret"))
    }

    private static func reply(_ exchange: Exchange) -> LoopbackServer.Reply {
        let pieces = stride(from: 0, to: exchange.response.count, by: 97).map { start in
            LoopbackServer.Reply.Step.chunkBytes(Array(exchange.response[start...].prefix(97)))
        }
        return .streaming(pieces, status: exchange.status, headers: exchange.headers.map { ($0, $1) })
    }

    private func load(
        _ exchange: Exchange, _ configuration: URLSessionConfiguration, withDelegate: Bool
    ) async throws -> [UInt8] {
        var request = URLRequest(url: try #require(URL(string: exchange.url)))
        request.httpMethod = "POST"
        request.httpBody = Data(exchange.request.utf8)
        let reader = Reader()
        let session = URLSession(
            configuration: configuration, delegate: withDelegate ? reader : nil, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        guard withDelegate else { return Array(try await session.data(for: request).0) }
        session.dataTask(with: request).resume()
        for await error in reader.finished { #expect(error == nil) }
        return Array(reader.data)
    }
}

/// `@unchecked`: used on the session's serial delegate queue until `finished` yields.
private final class Reader: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private(set) var data = Data()
    let finished: AsyncStream<(any Error)?>
    private let end: AsyncStream<(any Error)?>.Continuation

    override init() { (finished, end) = AsyncStream.makeStream() }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) { self.data += data }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        end.yield(error)
        end.finish()
    }
}
