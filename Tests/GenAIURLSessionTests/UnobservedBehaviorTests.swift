// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import GenAITelemetryTesting
import GenAIURLSession
import LoopbackServer
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A program sees the same of an observed session as of an unobserved one.
@Suite("An observed session behaves as an unobserved one", .serialized, RecordingGlobally())
struct UnobservedBehaviorTests {
    private let server: LoopbackServer

    init() throws {
        server = try LoopbackServer { request in
            ScriptedServer.reply(to: request, run: String(request.path.split(separator: "/").first ?? ""))
        }
    }

    static let scenarios = [
        Scenario(name: "a plain answer", script: "ok"),
        Scenario(name: "a chunked answer", script: "chunked"),
        Scenario(name: "a compressed answer", script: "gzip"),
        Scenario(name: "a stream", script: "stream"),
        Scenario(name: "no content", script: "empty", recorded: 0),
        Scenario(name: "not modified", script: "unmodified", recorded: 0),
        Scenario(name: "an answer of 3 MB", script: "big", recorded: 0),
        Scenario(name: "an error of the client", script: "missing"),
        Scenario(name: "an error of the server that is no JSON", script: "broken"),
        Scenario(name: "a body cut short", script: "cut"),
        Scenario(name: "a reset", script: "reset"),
        Scenario(name: "a cancelled task", script: "silent", action: .cancel),
        Scenario(
            name: "the session's timeout", script: "silent", configure: { $0.timeoutIntervalForRequest = 1 }),
        Scenario(name: "a temporary redirect", script: "temporary"),
        Scenario(name: "a permanent redirect", script: "permanent"),
        Scenario(name: "a redirect to another resource", script: "other"),
        Scenario(name: "redirects in a circle", script: "circle"),
        Scenario(
            name: "a redirect that the delegate refuses", script: "temporary", recorded: 0,
            delegate: Watcher.Policy(followsRedirects: false)),
        Scenario(name: "a challenge", script: "auth"),
        Scenario(
            name: "a challenge that the delegate refuses", script: "auth",
            delegate: Watcher.Policy(answersChallenges: false)),
        Scenario(name: "a 401 without a challenge", script: "unauthorized"),
        Scenario(name: "cookies of the session", script: "cookie", repeats: 2),
        Scenario(
            name: "header fields of the session", script: "ok",
            configure: { $0.httpAdditionalHeaders = ["X-Extra": "1"] }),
        Scenario(name: "a request of 8 MB", script: "ok", bodySize: 8_000_000),
        Scenario(name: "a request with a body stream", script: "echo", action: .bodyStream, recorded: 0),
        Scenario(name: "an upload of data", script: "echo", action: .uploadData, recorded: 0),
        Scenario(name: "an upload of a file", script: "echo", action: .uploadFile, recorded: 0),
        Scenario(name: "an upload of a stream", script: "echo", action: .uploadStream, recorded: 0),
        Scenario(name: "a download", script: "echo", action: .download, recorded: 0),
        Scenario(name: "a resource that is cached", script: "cached", method: "GET", repeats: 3, recorded: 0),
        Scenario(name: "a head without a body", script: "ok", method: "HEAD", recorded: 0),
    ]

    /// Without a delegate Foundation on Linux never ends a task that is challenged, observed or not.
    private static let answeredWithoutDelegate = scenarios.filter { $0.script != "auth" }

    @Test("to a completion handler", arguments: answeredWithoutDelegate)
    func handler(scenario: Scenario) async throws {
        let comparison = Comparison(server: server, scenario: scenario)
        let plain = try await comparison.run(.plain, withDelegate: false)
        #expect(try await comparison.run(.observed, withDelegate: false) == plain)
        #expect(scenario.action == .uploadStream || !plain.requests.isEmpty)
        // `URLSession.shared` has cookies and a configuration of its own.
        guard !["silent", "cookie", "cached"].contains(scenario.script), scenario.name != "header fields of the session"
        else { return }
        #expect(try await comparison.run(.shared, withDelegate: false) == plain)
    }

    @Test("to a session's delegate", arguments: scenarios)
    func delegate(scenario: Scenario) async throws {
        let comparison = Comparison(server: server, scenario: scenario)
        let plain = try await comparison.run(.plain, withDelegate: true)
        #expect(try await comparison.run(.observed, withDelegate: true) == plain)
        #expect(!plain.requests.isEmpty && plain.events[0].last?.hasPrefix("complete") == true)
    }

    @Test("and of each call to a delegate there is one span", arguments: scenarios)
    func spansToDelegate(scenario: Scenario) async throws { try await checkSpans(scenario, withDelegate: true) }

    @Test("and of each call to a handler there is one span", arguments: answeredWithoutDelegate)
    func spansToHandler(scenario: Scenario) async throws { try await checkSpans(scenario, withDelegate: false) }

    private func checkSpans(_ scenario: Scenario, withDelegate: Bool) async throws {
        let before = await count()
        let comparison = Comparison(server: server, scenario: scenario)
        let sight = try await comparison.run(.observed, withDelegate: withDelegate)
        let runs = scenario.action == .uploadStream ? 0 : sight.statuses.count
        // A handler is not asked whether to follow a redirect.
        let recorded = scenario.name == "a redirect that the delegate refuses" && !withDelegate ? 1 : scenario.recorded
        let spans = await count() - before
        #expect(spans == recorded * runs)
    }

    private func count() async -> Int {
        await ObservedServer.shared.provider.forceFlush()
        return ObservedServer.shared.exporter.spans.count
    }
}
