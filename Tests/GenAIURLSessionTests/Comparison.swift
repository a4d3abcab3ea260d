// SPDX-License-Identifier: MIT
import Foundation
import GenAIURLSession
import LoopbackServer
import Synchronization
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Something a program does with URLSession, and a server's part in it.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// The kind of task, and of its body.
    enum Action: Sendable {
        case data, bodyStream, uploadData, uploadFile, uploadStream, download, cancel
    }

    var name: String
    /// The first segment of the path, by which the server knows what to do.
    var script: String
    var action = Action.data
    var method = "POST"
    var bodySize = 0
    var repeats = 1
    /// The number of requests that are recorded.
    var recorded = 1
    var delegate = Watcher.Policy()
    var configure: @Sendable (URLSessionConfiguration) -> Void = { _ in }

    var testDescription: String { name }
}

/// The results of a scenario, as seen by the program and by its server.
struct Sight: Equatable {
    var statuses: [Int?] = []
    var bodies: [Data] = []
    var errors: [Int?] = []
    /// The calls of the session's delegate, in order.
    var events: [[String]] = []
    /// The requests that the server received: method, path, body and the header fields that matter.
    var requests: [String] = []
}

/// A server that does what the first segment of a path says.
enum ScriptedServer {
    private static let zipped =
        "H4sIAAAAAAACAz1NSwrCMBC9y1tX8LPLCbyDSAnNaAfTmdAZQRpyd9OFrt7jfSs4IWDDgEUT5Z1zKZQOpy5Ns/JEhnCrYEn0QTj2IJnFJyFUrJo7IpqxeRTfOypOnQVcKWdFG/BgYZvHlaKpdMNcC9p9wPu3U1Zdio+uL5J+d9lnlpLJWeWvnlv7AsAOu4GvAAAA"

    static func reply(to request: LoopbackServer.Request, run: String) -> LoopbackServer.Reply {
        let script = String(request.path.split(separator: "/").dropFirst().first ?? "")
        let model = "compared"
        switch script {
        case "chunked":
            return .streaming(ObservedServer.json("c", model).map { .chunk(String($0)) })
        case "gzip":
            let body = Data(base64Encoded: zipped).map { Array($0) } ?? []
            return .response(200, headers: [("Content-Encoding", "gzip")], body: body)
        case "empty": return .response(204)
        case "unmodified": return .response(304, headers: [("ETag", "x")])
        case "missing": return .json(404, #"{"error":{"code":"model_not_found"}}"#)
        case "broken": return .text(500, "<html>no</html>")
        case "temporary", "permanent", "other":
            let status = script == "temporary" ? 307 : script == "other" ? 303 : 301
            return .redirect(to: "/\(run)/ok/v1/chat/completions", status: status)
        case "circle": return .redirect(to: request.path, status: 307)
        case "auth" where request.header("Authorization") == nil:
            return .json(401, #"{"error":{"code":"no_key"}}"#, headers: [("WWW-Authenticate", #"Basic realm="r""#)])
        case "unauthorized": return .json(401, #"{"error":{"code":"invalid_api_key"}}"#)
        case "silent": return .hang
        case "cut": return .truncated(#"{"id":"c","#, of: 400)
        case "reset": return .resetAfterRequest
        case "cookie":
            return .json(200, ObservedServer.json("c", model), headers: [("Set-Cookie", "taste=sweet; Path=/")])
        case "cached": return .text(200, "fresh", headers: [("Cache-Control", "max-age=600")])
        case "echo": return .response(200, body: request.body)
        case "big": return .huge(3_000_000)
        case "stream":
            return .events([
                .event(#"{"id":"s","model":"m-1","choices":[{"index":0,"delta":{"content":"Hel"}}]}"#),
                .event(#"{"id":"s","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#),
                .event("[DONE]"),
            ])
        default: return .json(200, ObservedServer.json("c", model))
        }
    }

    /// The requests of a run in one text each.
    static func seen(by server: LoopbackServer, run: String) -> [String] {
        server.requests.filter { $0.path.hasPrefix("/\(run)/") }.map { request in
            let fields = [
                "Cookie", "Authorization", "X-Extra", "Content-Type", "Content-Length", "User-Agent", "Accept",
            ]
            let values = fields.map { "\($0)=\(request.header($0) ?? "-")" }.joined(separator: " ")
            let path = request.path.dropFirst(run.count + 1)
            let body = request.text.replacing(run, with: "")
            return "\(request.method) \(path) \(values) \(body.utf8.count) \(body.prefix(200))"
        }
    }
}

/// A session's delegate that writes down what it is told.
///
/// `@unchecked`: used on the session's serial delegate queue until `finished` yields.
final class Watcher: NSObject, URLSessionDataDelegate, URLSessionDownloadDelegate, @unchecked Sendable {
    struct Policy: Sendable {
        var followsRedirects = true
        var answersChallenges = true
    }

    private(set) var events: [String] = []
    private(set) var data = Data()
    private(set) var status: Int?
    private var sent: Int64 = 0
    let finished: AsyncStream<(any Error)?>
    private let end: AsyncStream<(any Error)?>.Continuation
    private let policy: Policy
    private let body: Data
    private let run: String

    init(_ policy: Policy, body: Data, run: String) {
        (self.policy, self.body, self.run) = (policy, body, run)
        (finished, end) = AsyncStream.makeStream()
    }

    private func note(_ event: String) { events.append(event.replacing(run, with: "")) }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        status = (response as? HTTPURLResponse)?.statusCode
        note("task \(dataTask.taskIdentifier) response \(status ?? 0) \(response.expectedContentLength)")
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) { self.data += data }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        note("redirect \(response.statusCode) \(request.httpMethod ?? "") \(request.url?.path ?? "")")
        completionHandler(policy.followsRedirects ? request : nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        let space = challenge.protectionSpace
        note("challenge \(space.authenticationMethod) \(space.realm ?? "") \(challenge.previousFailureCount)")
        if policy.answersChallenges {
            completionHandler(.useCredential, URLCredential(user: "u", password: "p", persistence: .none))
        } else {
            completionHandler(.cancelAuthenticationChallenge, nil)
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        sent += bytesSent
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        needNewBodyStream completionHandler: @escaping @Sendable (InputStream?) -> Void
    ) {
        completionHandler(InputStream(data: body))
    }

    func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        data = (try? Data(contentsOf: location)) ?? Data()
        note("downloaded \(data.count)")
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        status = status ?? (task.response as? HTTPURLResponse)?.statusCode
        note("sent \(sent)")
        note("complete \((error as? URLError)?.code.rawValue ?? 0) \(task.response?.url?.path ?? "")")
        end.yield(error)
        end.finish()
    }
}

/// Runs scenarios in sessions that differ only in whether they are observed.
struct Comparison {
    enum Session: CaseIterable { case plain, observed, shared }

    let server: LoopbackServer
    let scenario: Scenario

    private static let count = Mutex(0)

    /// Runs the scenario.
    ///
    /// - Parameter withDelegate: Whether the answer goes to the session's delegate, not to a completion handler.
    func run(_ kind: Session, withDelegate: Bool) async throws -> Sight {
        let number = Self.count.withLock { count in
            count += 1
            return count
        }
        // Of the same length in all runs.
        let run = "run\(100_000 + number)"
        let configuration = URLSessionConfiguration.ephemeral
        scenario.configure(configuration)
        let body = try requestBody(run)
        let watcher = withDelegate ? Watcher(scenario.delegate, body: body, run: run) : nil
        let session =
            switch kind {
            case .plain: URLSession(configuration: configuration, delegate: watcher, delegateQueue: nil)
            case .observed:
                URLSession(configuration: configuration.observingModelCalls(), delegate: watcher, delegateQueue: nil)
            case .shared: URLSession.shared
            }
        var sight = Sight()
        for _ in 0..<(withDelegate ? 1 : scenario.repeats) {
            let request = try makeRequest(run, body)
            if let watcher {
                try await perform(request, body, session, watcher, run, &sight)
            } else {
                try await perform(request, body, session, run, &sight)
            }
        }
        sight.requests = ScriptedServer.seen(by: server, run: run)
        if kind != .shared { session.finishTasksAndInvalidate() }
        return sight
    }

    private func requestBody(_ run: String) throws -> Data {
        let filler = String(repeating: "x", count: scenario.bodySize)
        let stream = scenario.script == "stream" ? #","stream":true"# : ""
        return Data(#"{"model":"\#(run)","messages":[{"role":"user","content":"Hi\#(filler)"}]\#(stream)}"#.utf8)
    }

    private func makeRequest(_ run: String, _ body: Data) throws -> URLRequest {
        let url = try #require(URL(string: "\(server.url)/\(run)/\(scenario.script)/v1/chat/completions?key=secret"))
        var request = URLRequest(url: url)
        request.httpMethod = scenario.method
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if scenario.method != "POST" { return request }
        switch scenario.action {
        case .data, .download, .cancel: request.httpBody = body
        case .bodyStream: request.httpBodyStream = InputStream(data: body)
        case .uploadData, .uploadFile, .uploadStream: break
        }
        return request
    }

    private func file(_ body: Data) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try body.write(to: url)
        return url
    }

    private func perform(
        _ request: URLRequest, _ body: Data, _ session: URLSession, _ watcher: Watcher, _ run: String,
        _ sight: inout Sight
    ) async throws {
        let task: URLSessionTask
        switch scenario.action {
        case .data, .bodyStream, .cancel: task = session.dataTask(with: request)
        case .uploadData: task = session.uploadTask(with: request, from: body)
        case .uploadFile: task = session.uploadTask(with: request, fromFile: try file(body))
        case .uploadStream: task = session.uploadTask(withStreamedRequest: request)
        case .download: task = session.downloadTask(with: request)
        }
        task.resume()
        try await cancelIfAsked(task, run)
        for await error in watcher.finished { sight.errors.append((error as? URLError)?.code.rawValue) }
        sight.statuses.append(watcher.status)
        sight.bodies.append(clean(watcher.data, run))
        sight.events.append(watcher.events)
    }

    private func perform(
        _ request: URLRequest, _ body: Data, _ session: URLSession, _ run: String, _ sight: inout Sight
    ) async throws {
        let (stream, continuation) = AsyncStream<(Data?, URLResponse?, (any Error)?)>.makeStream()
        let handler: @Sendable (Data?, URLResponse?, (any Error)?) -> Void = { data, response, error in
            continuation.yield((data, response, error))
            continuation.finish()
        }
        let task: URLSessionTask
        switch scenario.action {
        case .data, .bodyStream, .cancel: task = session.dataTask(with: request, completionHandler: handler)
        case .uploadData: task = session.uploadTask(with: request, from: body, completionHandler: handler)
        case .uploadFile:
            task = session.uploadTask(with: request, fromFile: try file(body), completionHandler: handler)
        case .uploadStream: return
        case .download:
            task = session.downloadTask(with: request) { url, response, error in
                handler(url.flatMap { try? Data(contentsOf: $0) }, response, error)
            }
        }
        task.resume()
        try await cancelIfAsked(task, run)
        for await (data, response, error) in stream {
            sight.statuses.append((response as? HTTPURLResponse)?.statusCode)
            sight.bodies.append(clean(data ?? Data(), run))
            sight.errors.append((error as? URLError)?.code.rawValue)
        }
    }

    private func cancelIfAsked(_ task: URLSessionTask, _ run: String) async throws {
        guard scenario.action == .cancel else { return }
        while ScriptedServer.seen(by: server, run: run).isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
    }

    private func clean(_ data: Data, _ run: String) -> Data {
        scenario.script == "echo" ? Data(String(decoding: data, as: UTF8.self).replacing(run, with: "").utf8) : data
    }
}
