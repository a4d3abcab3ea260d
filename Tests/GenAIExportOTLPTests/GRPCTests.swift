// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import LoopbackServer
import Synchronization
import Testing

@testable import GenAIExportOTLP

@Suite("Messages of gRPC")
struct GRPCMessageTests {
    @Test("a frame has a flag, a length of four bytes and the message", arguments: [0, 1, 255, 256, 65_536, 70_000])
    func frame(count: Int) throws {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let frame = try #require(GRPCMessage.framed(message, isCompressed: false))
        let prefix = [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        #expect(Array(frame.prefix(5)) == prefix)
        #expect(try GRPCMessage.message(in: frame, encoding: nil, limit: .max) == message)
    }

    @Test("an answer that is compressed is undone, up to a limit")
    func compressed() throws {
        var encoder = RequestEncoder()
        let settings = try OTLPSettings(
            OTLPConfiguration(compression: .gzip), signal: .traces, environment: TelemetryEnvironment([:]))
        let body = encoder.body(of: spans(3, contentBytes: 100_000)[...], settings: settings)
        let gzip = try #require(body).bytes
        let frame = try #require(GRPCMessage.framed(gzip, isCompressed: true))
        let message = try GRPCMessage.message(in: frame, encoding: "gzip", limit: .max)
        #expect(try spanNames(message) == ["0", "1", "2"])
        let exact = try GRPCMessage.message(in: frame, encoding: "gzip", limit: message.count)
        #expect(exact == message)
        for (encoding, limit) in [("gzip", message.count - 1), ("br", .max), (nil, .max)] as [(String?, Int)] {
            #expect(throws: GRPCMessage.Malformed.self) {
                try GRPCMessage.message(in: frame, encoding: encoding, limit: limit)
            }
        }
        for length in stride(from: 0, to: gzip.count, by: 7) {
            #expect(gunzipped(Array(gzip.prefix(length)), upTo: .max) == nil)
        }
    }

    @Test(
        "what is no whole frame is malformed",
        arguments: [
            [], [0], [0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0], [0, 255, 255, 255, 255, 1],
            [1, 0, 0, 0, 1, 9],
        ] as [[UInt8]])
    func malformed(body: [UInt8]) {
        #expect(throws: GRPCMessage.Malformed.self) {
            try GRPCMessage.message(in: body, encoding: "gzip", limit: .max)
        }
    }
}

@Suite("Status of gRPC")
struct GRPCStatusTests {
    static let retryable: Set = [1, 4, 10, 11, 14, 15]

    @Test("is retryable where the OTLP specification says so", arguments: 0...17)
    func retryable(code: Int) {
        #expect(GRPCStatus(code: code).isRetryable == Self.retryable.contains(code))
        #expect(
            GRPCStatus(code: code, retryDelay: .seconds(1)).isRetryable == (Self.retryable.contains(code) || code == 8))
    }

    @Test("is read from the trailer, or from the head of an answer that has nothing else")
    func places() {
        let fields: HTTPHeaders = ["grpc-status": "14", "grpc-message": "caf%C3%A9 %zz"]
        let expected = GRPCStatus(code: 14, message: "café %zz")
        #expect(GRPCStatus(trailers: fields, head: [:]) == expected)
        #expect(GRPCStatus(trailers: nil, head: fields) == expected)
        #expect(GRPCStatus(trailers: [:], head: fields) == expected)
        #expect(GRPCStatus(trailers: ["grpc-status": "0"], head: fields)?.code == 0)
        #expect(GRPCStatus(trailers: ["grpc-status": "x"], head: ["grpc-status": "-1"]) == nil)
        #expect(GRPCStatus(trailers: nil, head: [:]) == nil)
    }

    @Test("knows the wait that RetryInfo asks for, with padding and without")
    func retryInfo() throws {
        let duration: [UInt8] = [0x08, 0x02, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
        let type = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        let status: [UInt8] = [0x08, 14] + message((3, message((1, type), (2, message((1, duration))))))
        for field in [base64(status), String(base64(status).filter { $0 != "=" })] {
            let read = GRPCStatus(trailers: ["grpc-status": "8", "grpc-status-details-bin": field], head: [:])
            #expect(read?.retryDelay == .milliseconds(2_500))
        }
        for length in 0..<status.count {
            let field = base64(Array(status.prefix(length)))
            let read = GRPCStatus(trailers: ["grpc-status": "8", "grpc-status-details-bin": field], head: [:])
            #expect(read?.retryDelay == nil)
        }
    }

    @Test("bears any wait that RetryInfo asks for")
    func absurdWait() {
        let duration: [UInt8] = [0x08] + Array(repeating: 0xFF, count: 8) + [0x7F, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        let type = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        let status = message((3, message((1, type), (2, message((1, duration))))))
        let read = GRPCStatus(trailers: ["grpc-status": "14", "grpc-status-details-bin": base64(status)], head: [:])
        #expect(read?.retryDelay.map { $0 < .seconds(90_000) } == true)
    }

    @Test(
        "a refusal for its size is known by its words",
        arguments: [
            (8, "grpc: received message larger than max (5000000 vs. 4194304)", true),
            (11, "Error, decoded message length too large: found 5 bytes, the limit is: 4 bytes", true),
            (8, "quota exhausted", false), (14, "larger than max", false),
        ])
    func tooLarge(code: Int, message: String, expected: Bool) {
        #expect(GRPCStatus(code: code, message: message).isTooLarge == expected)
    }
}

/// Answers calls with what is scripted, as an HTTP/2 transport would.
private final class CallTransport: HTTPTransport {
    struct Answer: Sendable {
        var status = 200
        var head: HTTPHeaders = ["content-type": "application/grpc"]
        var body: [UInt8] = []
        var trailers: HTTPHeaders?

        static let accepted = Answer(body: [0, 0, 0, 0, 0], trailers: ["grpc-status": "0"])
        static func status(_ code: Int, _ message: String = "") -> Answer {
            Answer(trailers: ["grpc-status": "\(code)", "grpc-message": message])
        }
    }

    private let answers: Mutex<[Answer]>
    private let received = Mutex<[HTTPRequest]>([])
    var requests: [HTTPRequest] { received.withLock { $0 } }

    init(_ answers: [Answer]) {
        self.answers = Mutex(answers.reversed())
    }

    func supportsHTTP2(to url: String) -> Bool { true }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        received.withLock { $0.append(request) }
        let answer = answers.withLock { $0.count > 1 ? $0.removeLast() : $0[0] }
        let whole = HTTPBody(answer.body)
        let body = HTTPBody(trailers: { answer.trailers }) { () async throws(HTTPTransportError) in
            var iterator = whole.makeAsyncIterator()
            return try await iterator.next()
        }
        return HTTPResponse(status: answer.status, headers: answer.head, body: body)
    }
}

@Suite("OTLP over gRPC")
struct GRPCExportTests {
    private func client(
        _ transport: CallTransport, _ configuration: OTLPConfiguration = OTLPConfiguration(),
        clock: SkippingClock = SkippingClock()
    ) throws -> OTLPClient<SpanData> {
        var configuration = configuration
        configuration.protocol = .grpc
        return try GenAIExportOTLPTests.client(
            to: "http://collector:4317/ignored", configuration, transport: transport, clock: clock)
    }

    @Test("a call has the method, the fields of gRPC and one framed message", arguments: OTLPCompression.allCases)
    func call(compression: OTLPCompression) async throws {
        let transport = CallTransport([.accepted])
        let client = try client(
            transport, OTLPConfiguration(headers: ["x-api-key": "k"], timeout: .seconds(3), compression: compression))
        try await client.export(spans(3))
        let request = try #require(transport.requests.first)
        #expect(
            request.url == "http://collector:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        #expect(request.method == "POST" && request.requiresHTTP2)
        #expect(request.headers["content-type"] == "application/grpc" && request.headers["te"] == "trailers")
        #expect(request.headers["x-api-key"] == "k" && request.headers["grpc-timeout"] == "3000m")
        #expect(request.headers["content-encoding"] == nil)
        #expect(request.headers["grpc-encoding"] == (compression == .gzip ? "gzip" : nil))
        let encoding = request.headers["grpc-encoding"]
        let message = try GRPCMessage.message(in: request.body, encoding: encoding, limit: .max)
        #expect(try spanNames(message) == ["0", "1", "2"])
        #expect(client.statistics == OTLPStatistics(delivered: 3, requests: 1))
    }

    @Test("a partial success is counted")
    func partial() async throws {
        let response = message((1, [0x08, 0x02, 0x12, 0x02, 0x6E, 0x6F]))
        let frame = try #require(GRPCMessage.framed(response, isCompressed: false))
        let client = try client(CallTransport([.init(body: frame, trailers: ["grpc-status": "0"])]))
        let error = try await failure(client, spans(3))
        #expect(error.rejectedCount == 2 && error.message == "the server rejected 2 spans: no")
    }

    @Test("a status that may pass is called again", arguments: [1, 4, 10, 11, 14, 15])
    func retry(code: Int) async throws {
        let clock = SkippingClock()
        let client = try client(CallTransport([.status(code, "busy"), .accepted]), clock: clock)
        try await client.export(spans(1))
        #expect(clock.waits == [.seconds(1)])
        #expect(client.statistics == OTLPStatistics(delivered: 1, requests: 2, retries: 1))
    }

    @Test("a status that does not pass is final, and says what to do")
    func refusal() async throws {
        let cases: [(Int, String)] = [
            (16, "OTEL_EXPORTER_OTLP_HEADERS"), (7, "OTEL_EXPORTER_OTLP_HEADERS"), (12, "OTEL_TRACES_EXPORTER=none"),
            (3, "INVALID_ARGUMENT (3): no"), (8, "RESOURCE_EXHAUSTED (8)"), (99, "status 99"),
        ]
        for (code, words) in cases {
            let transport = CallTransport([.status(code, "no")])
            let error = try await failure(try client(transport), spans(1))
            #expect(error.code == .rejected && error.message.contains(words), "\(error.message)")
            #expect(transport.requests.count == 1)
        }
    }

    @Test("a batch larger than the server takes is sent in parts")
    func split() async throws {
        let transport = CallTransport([.status(8, "Received message larger than max (9 vs. 4)"), .accepted])
        let client = try client(transport)
        try await client.export(spans(4))
        #expect(transport.requests.count == 3)
        #expect(client.statistics.delivered == 4)
    }

    @Test("an answer that is none of gRPC is judged by its HTTP status", arguments: [200, 401, 404, 502, 503])
    func foreign(status: Int) async throws {
        let page = CallTransport.Answer(
            status: status, head: ["Content-Type": "text/plain"], body: Array("who".utf8), trailers: [:])
        let client = try client(CallTransport([page, .accepted]))
        if status >= 500 {
            try await client.export(spans(1))
            #expect(client.statistics.retries == 1)
        } else {
            let error = try await failure(client, spans(1))
            #expect(error.code == (status == 200 ? .invalidResponse : .rejected))
        }
    }

    @Test(
        "where the platform hides trailers, a message stands for success and the head for failure",
        arguments: [nil, [:]] as [HTTPHeaders?])
    func hiddenTrailers(trailers: HTTPHeaders?) async throws {
        let success = CallTransport.Answer(body: [0, 0, 0, 0, 0], trailers: trailers)
        try await client(CallTransport([success])).export(spans(1))
        let failed = CallTransport.Answer(head: ["grpc-status": "16"], trailers: trailers)
        #expect(try await failure(client(CallTransport([failed])), spans(1)).code == .rejected)
    }

    @Test("an answer that breaks off before its status is called for again")
    func brokenOff() async throws {
        let client = try client(CallTransport([.init(trailers: [:]), .accepted]))
        try await client.export(spans(1))
        #expect(client.statistics == OTLPStatistics(delivered: 1, requests: 2, retries: 1))
    }

    @Test(
        "a transport without HTTP/2 makes the exporter use http/protobuf, with a warning and no error",
        // Foundation's on Linux leaks: see Scripts/check-sanitizers.
        .enabled(if: TelemetryEnvironment.process.string("LAST9_GENAI_TESTS_WITHOUT_URLSESSION") == nil))
    func fallback() async throws {
        let server = try LoopbackServer { _ in .accepted }
        let environment = TelemetryEnvironment([
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        ])
        let exporter = try OTLPSpanExporter(environment: environment, transport: URLSessionTransport())
        #if !canImport(Darwin)
            #expect(exporter.wireProtocol == .httpProtobuf)
            try await exporter.export(spans(1))
            #expect(server.requests.first?.path == "/v1/traces")
        #endif
    }
}

private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for index in 0..<4 {
            text.append(index <= group.count ? digits[bits >> (18 - 6 * index) & 63] : "=")
        }
    }
    return text
}
