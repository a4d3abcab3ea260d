// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import LoopbackServer
import Testing

@testable import GenAIExportOTLP

@Suite("Messages that tell what to do")
struct AdviceTests {
    private func settings(_ url: String, _ configuration: OTLPConfiguration = OTLPConfiguration()) throws
        -> OTLPSettings
    {
        var configuration = configuration
        configuration.endpoint = url
        return try OTLPSettings(configuration, signal: .logs, environment: TelemetryEnvironment([:]))
    }

    private func text(_ verdict: OTLPVerdict) -> String {
        switch verdict {
        case .failed(let error), .retryable(let error, _): error.message
        case .oversized(let text): text
        case .accepted, .unreadable: ""
        }
    }

    private func message(_ status: Int, _ settings: OTLPSettings, body: String = "", type: String = "text/plain")
        -> String
    {
        text(
            settings.judge(OTLPAnswer(status: status, headers: ["Content-Type": type], body: Array(body.utf8))))
    }

    @Test("a 404 names the URL and how to leave the signal out")
    func notFound() throws {
        let text = message(404, try settings("http://u:secret@h:4318/base?key=secret"))
        #expect(text.contains("http://h:4318/base/v1/logs"))
        #expect(text.contains("OTEL_LOGS_EXPORTER=none"))
        #expect(!text.contains("secret"))
    }

    @Test("a doubled path is named", arguments: ["/v1/traces", "/v1/logs/", "/api/v1/metrics"])
    func doubled(path: String) throws {
        let text = message(404, try settings("http://h:4318" + path))
        #expect(text.contains("occurs twice") && text.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "\(text)")
    }

    @Test("a 415 names the other encoding")
    func encoding() throws {
        #expect(message(415, try settings("http://h")).contains("http/json"))
        #expect(
            message(415, try settings("http://h", OTLPConfiguration(protocol: .httpJSON))).contains("http/protobuf"))
    }

    @Test("a 405 says that this URL takes no telemetry, and names it")
    func method() throws {
        let text = message(405, try settings("http://h:4318/ui"))
        #expect(text.contains("http://h:4318/ui/v1/logs"), "\(text)")
    }

    @Test("a 401 names the variable that holds the key", arguments: [401, 403])
    func key(status: Int) throws {
        #expect(message(status, try settings("http://h")).contains("OTEL_EXPORTER_OTLP_HEADERS"))
    }

    static let ports: [(String, OTLPProtocol, String)] = [
        ("http://h:4317", .httpProtobuf, "port 4317 is that of gRPC"), ("http://h:4318", .httpProtobuf, ""),
        ("http://h:4318", .grpc, "port 4318 is that of OTLP over HTTP"), ("http://h:4317", .grpc, ""),
        ("http://h:14317", .httpProtobuf, ""),
    ]

    @Test("where no answer comes from the other protocol's port, that is said", arguments: ports)
    func port(url: String, wireProtocol: OTLPProtocol, hint: String) throws {
        let settings = try settings(url, OTLPConfiguration(protocol: wireProtocol))
        for code in [HTTPTransportError.Code.connection, .protocolViolation] {
            let text = text(settings.judge(HTTPTransportError(code, "no response")))
            #expect(hint.isEmpty ? text == "no response" : text.contains(hint), "\(text)")
        }
    }

    static let reasons: [(String, String, String)] = [
        ("application/json", #"{"error":{"type":"auth","message":"Bad key"}}"#, "Bad key"),
        ("application/json", #"{"detail":"Not here"}"#, "Not here"),
        (
            "application/json; charset=utf-8", #"{"detail":[{"loc":["body","x"],"msg":"field required"}]}"#,
            "field required"
        ),
        ("application/problem+json", #"{"type":"about:blank","title":"Forbidden","detail":"No quota"}"#, "No quota"),
        ("application/json", #"{"errors":["first","second"]}"#, "first"),
        ("application/json", #"{"code":3,"message":"cut o"#, #"{"code":3,"message":"cut o"#),
        ("application/json", #"{"code":3,"message":"whole","x":"#, "whole"),
        ("application/json", #"["nothing","known"]"#, #"["nothing","known"]"#),
        ("text/plain", "just\r\n words\u{0}", "just words"), ("text/html", "<html>no</html>", ""),
        ("text/plain", "", ""),
        ("application/octet-stream", #"{"error":"unlabelled"}"#, "unlabelled"),
    ]

    @Test("the server's reason is found in any shape", arguments: reasons)
    func reason(type: String, body: String, reason: String) throws {
        let text = message(400, try settings("http://h"), body: body, type: type)
        #expect(text == "the server answered 400" + (reason.isEmpty ? "" : ": \(reason)"))
    }

    @Test("secrets are masked before the text is cut", arguments: [0, 150, 190, 196, 199, 200, 1_020, 8_190])
    func secrets(offset: Int) throws {
        let configuration = OTLPConfiguration(headers: [
            "Authorization": "Bearer abcdefghijklmnop", "X-Org": "org-4711",
        ])
        let settings = try settings("https://h/x?token=querysecret", configuration)
        let body = String(repeating: "x", count: offset) + "abcdefghijklmnop org-4711 querysecret"
        let text = message(400, settings, body: body)
        for secret in ["abcdefg", "org-4", "querys"] { #expect(!text.contains(secret), "\(text)") }
        #expect(text.count < 260)
    }

    @Test("secrets that fill the text are masked to its end")
    func manySecrets() throws {
        let secret = String(repeating: "0123456789", count: 21)
        let settings = try settings("https://h", OTLPConfiguration(headers: ["X-Key": secret]))
        #expect(!message(400, settings, body: String(repeating: secret, count: 50)).contains("0123"))
    }

    @Test("the line about an export tells signal, items, bytes, status and time, and no secret")
    func exportLine() throws {
        let line = try settings("http://u:secret@h:4318?key=secret").exportLine(
            weight: 3, byteCount: 400, isCompressed: true, outcome: "status 200", duration: .milliseconds(12))
        #expect(
            line == "3 log records, 400 bytes of gzip by http/protobuf to http://h:4318/v1/logs: status 200 after 12 ms"
        )
    }
}

@Suite("Shutdown of an exporter", .timeLimit(.minutes(1)))
struct ExporterShutdownTests {
    @Test("once it has begun, a server that refuses connections is waited for no longer than two seconds")
    func refused() async throws {
        let clock = SkippingClock()
        let client = try client(
            to: try LoopbackServer.refusedURL(), OTLPConfiguration(timeout: .seconds(600)), clock: clock)
        client.prepareForShutdown()
        #expect(try await failure(client, spans(1)).code == .unreachable)
        #expect(clock.waits.reduce(.zero, +) < .seconds(2))
        let waits = clock.waits.count
        _ = try await failure(client, spans(1))
        #expect(clock.waits.count <= waits + 1, "the two seconds are those of the shutdown, not of each batch")
    }

    @Test("its beginning ends the wait that is on")
    func waiting() async throws {
        let clock = TimerThreadClock()
        let client = try client(
            to: try LoopbackServer.refusedURL(), OTLPConfiguration(timeout: .seconds(600)), clock: clock)
        let export = Task { try await failure(client, spans(1)) }
        while client.statistics.requests < 1 { await Task.yield() }
        await client.shutdown()
        #expect(try await export.value.code == .shutDown)
    }

    @Test("frees the transport, with its threads and connections, even if the exporter stays")
    func transport() async throws {
        final class Marked: HTTPTransport {
            func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
                HTTPResponse(status: 200)
            }
        }
        weak var weakly: Marked?
        let client: OTLPClient<SpanData>
        do {
            let transport = Marked()
            weakly = transport
            client = try GenAIExportOTLPTests.client(to: "http://h", transport: transport)
        }
        try await client.export(spans(1))
        #expect(weakly != nil)
        await client.shutdown()
        #expect(weakly == nil)
        withExtendedLifetime(client) {}
    }
}
