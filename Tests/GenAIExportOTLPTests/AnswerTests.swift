// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import LoopbackServer
import Synchronization
import Testing

@testable import GenAIExportOTLP

@Suite("Answers with a status of success")
struct AnswerTests {
    @Test("any status of success counts, with or without a body", arguments: [200, 202, 204])
    func success(status: Int) async throws {
        let server = try LoopbackServer(replies: [.response(status)])
        let client = try client(to: server.url)
        try await client.export(spans(3))
        #expect(client.statistics == OTLPStatistics(delivered: 3, requests: 1))
    }

    @Test(
        "what the server did not take is counted and not sent again",
        arguments: [
            LoopbackServer.Reply.protobuf(200, [0x0A, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6E, 0x6F]),
            .json(200, #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}"#),
            .json(200, #"{"partialSuccess":{"rejectedSpans":2,"errorMessage":"no"},"new":[1]}"#),
        ])
    func partialSuccess(reply: LoopbackServer.Reply) async throws {
        let server = try LoopbackServer(replies: [reply])
        let client = try client(to: server.url)
        let error = try await failure(client, spans(3))
        #expect(error.code == .rejected && error.rejectedCount == 2)
        #expect(error.message == "the server rejected 2 spans: no")
        #expect(server.requests.count == 1)
        #expect(client.statistics == OTLPStatistics(delivered: 1, rejected: 2, requests: 1))
    }

    @Test("more refusals than items count as all of them")
    func tooManyRefusals() async throws {
        let reply = LoopbackServer.Reply.json(200, #"{"partialSuccess":{"rejectedSpans":"9223372036854775807"}}"#)
        let server = try LoopbackServer(replies: [reply])
        let client = try client(to: server.url)
        #expect(try await failure(client, spans(3)).rejectedCount == nil)
        #expect(client.statistics == OTLPStatistics(rejected: 3, requests: 1))
    }

    @Test("refused data points are counted as points, not as metrics")
    func dataPoints() async throws {
        let reply = LoopbackServer.Reply.json(200, #"{"partialSuccess":{"rejectedDataPoints":"3"}}"#)
        let server = try LoopbackServer(replies: [reply])
        let client = try client(for: MetricData.self, to: server.url)
        let error = try await failure(client, GoldenVectors.numbers)
        #expect(error.rejectedCount == 3)
        #expect(client.statistics == OTLPStatistics(delivered: 6, rejected: 3, requests: 1))
    }

    @Test("a warning without refusals is reported, and nothing is lost")
    func warning() async throws {
        let reply = LoopbackServer.Reply.json(200, #"{"partialSuccess":{"errorMessage":"old schema"}}"#)
        let reports = Mutex<[String]>([])
        Diagnostics.setHandler { message in reports.withLock { $0.append(message.text) } }
        defer { Diagnostics.setHandler(nil) }
        let server = try LoopbackServer(replies: [reply])
        let client = try client(for: LogRecordData.self, to: server.url)
        try await client.export([LogRecordData()])
        #expect(client.statistics == OTLPStatistics(delivered: 1, requests: 1))
        #expect(reports.withLock { $0 }.contains("the server accepted all log records, with a warning: old schema"))
    }

    @Test(
        "an answer that cannot be read leaves the status to speak: delivered, and not sent again",
        arguments: [
            LoopbackServer.Reply.protobuf(200, [0xFF, 0xFF, 0xFF]),
            .protobuf(200, [0x0A, 0x7F]),
            .json(200, "{\"partialSuccess\":"),
            .json(200, #"{"partialSuccess":{"rejectedSpans":"many"}}"#),
            .truncated("half", of: 100),
            .response(200, headers: [("Content-Encoding", "gzip")], body: Array("this is no gzip".utf8)),
        ])
    func unreadable(reply: LoopbackServer.Reply) async throws {
        let server = try LoopbackServer(replies: [reply])
        let client = try client(to: server.url)
        try await client.export(spans(3))
        #expect(server.requests.count == 1)
        #expect(client.statistics == OTLPStatistics(delivered: 3, requests: 1, unreadableAnswers: 1))
    }

    @Test("an answer that drips past the timeout leaves the status to speak")
    func drip() async throws {
        let client = try client(to: "http://localhost", transport: DrippingTransport())
        try await client.export(spans(3))
        #expect(client.statistics == OTLPStatistics(delivered: 3, requests: 1, unreadableAnswers: 1))
    }

    @Test("an answer of 100 MB is an error and is not asked for again")
    func endless() async throws {
        let server = try LoopbackServer(replies: [.huge(100_000_000)])
        var patient = OTLPConfiguration()
        patient.timeout = .seconds(60)
        let client = try client(to: server.url, patient)
        #expect(try await failure(client, spans(3)).code == .tooLarge)
        #expect(client.statistics == OTLPStatistics(rejected: 3, requests: 1))
    }

    @Test("a web page is not the answer of an OTLP server")
    func webPage() async throws {
        let page = LoopbackServer.Reply.response(
            200, headers: [("Content-Type", "text/html; charset=utf-8")], body: Array("<html>".utf8))
        let server = try LoopbackServer(replies: [page])
        let client = try client(to: server.url)
        #expect(try await failure(client, spans(3)).code == .invalidResponse)
        #expect(client.statistics == OTLPStatistics(rejected: 3, requests: 1))
    }

    @Test("no beginning of an answer harms", arguments: 0..<12)
    func everyPrefix(length: Int) throws {
        let whole: [UInt8] = [0x0A, 0x09, 0x08, 0x82, 0x01, 0x12, 0x02, 0x6E, 0x6F, 0x18, 0x01]
        let answer = OTLPAnswer(status: 200, headers: [:], body: Array(whole.prefix(length)))
        let expected = OTLPAnswer.PartialSuccess(rejectedCount: 130, message: "no")
        switch length {
        case 0: #expect(try answer.partialSuccess() == OTLPAnswer.PartialSuccess())
        case whole.count...: #expect(try answer.partialSuccess() == expected)
        default: #expect(throws: OTLPAnswer.Unreadable.self) { try answer.partialSuccess() }
        }
    }
}

/// Answers with a body that has begun and whose end does not come in time. What the package's own transport does with
/// such a server is tested there.
private struct DrippingTransport: HTTPTransport {
    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let pieces = Mutex(["x", "y"])
        return HTTPResponse(
            status: 200,
            body: HTTPBody { () async throws(HTTPTransportError) in
                guard let piece = pieces.withLock({ $0.popLast() }) else {
                    throw HTTPTransportError(.timedOut, "too late")
                }
                return Array(piece.utf8)
            })
    }
}
