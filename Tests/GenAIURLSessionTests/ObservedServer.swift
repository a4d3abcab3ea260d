// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAITelemetry
import GenAITelemetryTesting
import GenAIURLSession
import LoopbackServer
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A scripted model behind a real socket, and the spans of the calls that reach it.
///
/// There is one of it: what observes `URLSession.shared` records with the global providers.
final class ObservedServer: Sendable {
    static let shared = ObservedServer()

    let exporter = InMemorySpanExporter()
    let provider: TracerProvider
    let server: LoopbackServer?
    let isObserving: Bool

    private init() {
        var configuration = TracerProvider.Configuration()
        configuration.processors = [SimpleSpanProcessor(exporter: exporter)]
        configuration.instrumentation = InstrumentationSettings(contentCapture: .spans, conventions: .latest)
        provider = TracerProvider(configuration)
        isObserving = URLSessionObservation.observeShared()
        server = try? LoopbackServer { Self.answer($0) }
    }

    private static func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let model = request.text.split(separator: #""model":""#).dropFirst().first?.prefix { $0 != "\"" } ?? "none"
        let id = "id-\(request.index)"
        switch request.path.split(separator: "/").first {
        case "redirect": return .redirect(to: "/v1/chat/completions", status: 307)
        case "auth" where request.header("Authorization") == nil:
            return .json(
                401, #"{"error":{"code":"invalid_api_key"}}"#, headers: [("WWW-Authenticate", #"Basic realm="r""#)])
        case "limited": return .json(429, #"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#)
        case "silent": return .hang
        case "cookie": return .json(200, Self.json(id, model), headers: [("Set-Cookie", "taste=sweet; Path=/")])
        case "echo": return .text(200, "\(request.header("X-Genai") ?? "") \(request.headers.count) \(request.text)")
        default: break
        }
        guard request.text.contains(#""stream":true"#) else { return .json(200, json(id, model)) }
        return .events([
            .event(#"{"id":"\#(id)","model":"\#(model)-1","choices":[{"index":0,"delta":{"content":"Hel"}}]}"#),
            .event(#"{"id":"\#(id)","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#),
            .event(#"{"id":"\#(id)","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#),
            .event("[DONE]"),
        ])
    }

    static func json(_ id: String, _ model: some StringProtocol) -> String {
        #"{"id":"\#(id)","model":"\#(model)-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#
    }

    /// A call to a model of a name that only one test uses.
    func request(
        _ model: String, path: String = "/v1/chat/completions?key=secret", isStream: Bool = false
    ) throws -> URLRequest {
        let base = try #require(server).url
        var request = URLRequest(url: try #require(URL(string: base + path)))
        request.httpMethod = "POST"
        request.setValue("Bearer secret", forHTTPHeaderField: "X-Api-Key")
        let stream = isStream ? #","stream":true"# : ""
        request.httpBody = Data(#"{"model":"\#(model)","messages":[{"role":"user","content":"Hi"}]\#(stream)}"#.utf8)
        return request
    }

    /// The spans of calls to a model.
    func spans(_ model: String) async -> [SpanData] {
        await provider.forceFlush()
        return exporter.spans.filter { $0.attributes[.genAIRequestModel] == model }
    }
}

/// Collects what a delegate gets.
final class Collector: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    // Used on the session's serial delegate queue until `finished` yields.
    private(set) var data = Data()
    private(set) var pieceCount = 0
    private(set) var challengeCount = 0
    let finished: AsyncStream<(any Error)?>
    private let end: AsyncStream<(any Error)?>.Continuation

    override init() { (finished, end) = AsyncStream.makeStream() }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        self.data += data
        pieceCount += 1
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        end.yield(error)
        end.finish()
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        challengeCount += 1
        completionHandler(.useCredential, URLCredential(user: "u", password: "p", persistence: .none))
    }
}
