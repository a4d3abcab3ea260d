// SPDX-License-Identifier: MIT
import GenAIHTTP
import GenAITelemetry
import LoopbackServer
import Testing

@testable import GenAIExportOTLP

/// A whole pipeline, from the processor to a real socket, with a fault at its end.
@Suite("A pipeline whose collector", .timeLimit(.minutes(2)))
struct PipelineTests {
    /// The behaviour of a collector, and the expected counts for three spans.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var admission: @Sendable (Int) -> LoopbackServer.Admission = { _ in .serve }
        var replies: [LoopbackServer.Reply] = [.accepted]
        var timeout: Duration?
        let expected: OTLPStatistics
        var losses: [ExportError.Code: Int] = [:]

        static func refusing(_ status: Int) -> Fault {
            Fault(
                testDescription: "answers \(status)", replies: [.text(status, "no")],
                expected: OTLPStatistics(rejected: 3, requests: 1), losses: [.rejected: 3])
        }

        static func busy(_ status: Int) -> Fault {
            Fault(
                testDescription: "answers \(status) twice, then takes it",
                replies: [.text(status, ""), .text(status, "", headers: [("Retry-After", "7")]), .accepted],
                expected: OTLPStatistics(delivered: 3, requests: 3, retries: 2))
        }
    }

    static let faults: [Fault] =
        [400, 401, 404, 500].map(Fault.refusing) + [429, 502, 503, 504].map(Fault.busy) + [
            Fault(
                testDescription: "resets the connection before the request",
                admission: { $0 == 0 ? .reset : .serve },
                expected: OTLPStatistics(delivered: 3, requests: 2, retries: 1)),
            Fault(
                testDescription: "resets the connection after the request", replies: [.resetAfterRequest, .accepted],
                expected: OTLPStatistics(delivered: 3, requests: 2, retries: 1)),
            Fault(
                testDescription: "never answers", replies: [.hang], timeout: .milliseconds(200),
                expected: OTLPStatistics(failed: 3, requests: 1), losses: [.timedOut: 3]),
            Fault(
                testDescription: "sends half an answer", replies: [.truncated("half", of: 100)],
                expected: OTLPStatistics(delivered: 3, requests: 1, unreadableAnswers: 1)),
            Fault(
                testDescription: "takes one span a request", replies: [],
                expected: OTLPStatistics(delivered: 3, requests: 5)),
            Fault(
                testDescription: "redirects to another host",
                replies: [.redirect(to: "http://other.invalid/v1/traces")],
                expected: OTLPStatistics(rejected: 3, requests: 1), losses: [.rejected: 3]),
            Fault(
                testDescription: "answers with 100 MB", replies: [.huge(100_000_000)],
                expected: OTLPStatistics(rejected: 3, requests: 1), losses: [.tooLarge: 3]),
            Fault(
                testDescription: "answers with bad gzip",
                replies: [.response(200, headers: [("Content-Encoding", "gzip")], body: Array("no gzip".utf8))],
                expected: OTLPStatistics(delivered: 3, requests: 1, unreadableAnswers: 1)),
            Fault(
                testDescription: "answers with bad protobuf", replies: [.protobuf(200, [0xFF, 0xFF])],
                expected: OTLPStatistics(delivered: 3, requests: 1, unreadableAnswers: 1)),
            Fault(
                testDescription: "refuses one of the spans",
                replies: [.protobuf(200, [0x0A, 0x02, 0x08, 0x01])],
                expected: OTLPStatistics(delivered: 2, rejected: 1, requests: 1), losses: [.rejected: 1]),
        ]

    @Test("accounts for every span, once", arguments: faults)
    func fault(_ fault: Fault) async throws {
        let server = try LoopbackServer(admission: fault.admission) { request in
            guard !fault.replies.isEmpty else {
                let count = (try? spanNames(request.body).count) ?? 0
                return count > 1 ? .text(413, "too much") : .accepted
            }
            return fault.replies[min(request.index, fault.replies.count - 1)]
        }
        var configuration = OTLPConfiguration()
        configuration.timeout = fault.timeout
        let (processor, exporter) = try pipeline(to: server.url, configuration)
        for span in spans(3) { processor.onEnd(span) }
        let isDelivered = await processor.shutdown(timeout: .seconds(60))
        let lost = fault.expected.rejected + fault.expected.failed
        #expect(isDelivered == (lost == 0))
        #expect(exporter.statistics == fault.expected)
        #expect(exporter.losses == fault.losses)
        let account = processor.statistics
        #expect(account.received == 3 && account.pending == 0)
        #expect(account.exported == 3 - lost && account.dropped.exportFailed == lost && account.dropped.total == lost)
    }

    @Test("is gone loses the batch when the time for repeats is over, and takes the next one when it is back")
    func outage() async throws {
        let server = try LoopbackServer { request in
            request.index < 6 ? .text(503, "") : .accepted
        }
        let (processor, exporter) = try pipeline(to: server.url, OTLPConfiguration())
        for span in spans(3) { processor.onEnd(span) }
        #expect(await processor.forceFlush(timeout: .seconds(60)) == false)
        #expect(exporter.losses == [.unavailable: 3])
        for _ in 0..<3 {
            processor.onEnd(spans(1)[0])
            await processor.forceFlush(timeout: .seconds(60))
        }
        #expect(await processor.shutdown(timeout: .seconds(60)))
        let account = processor.statistics
        #expect(account.received == account.exported + account.dropped.exportFailed)
        #expect(account.exported == exporter.statistics.delivered && account.exported > 0)
    }

    @Test("is served by an exporter that two pipelines share until the last of them is shut down")
    func shared() async throws {
        let server = try LoopbackServer(replies: [.accepted])
        let (first, exporter) = try pipeline(to: server.url, OTLPConfiguration())
        let second = BatchSpanProcessor(exporter: exporter)
        #expect(await first.shutdown(timeout: .seconds(60)))
        second.onEnd(spans(1)[0])
        #expect(await second.shutdown(timeout: .seconds(60)))
        #expect(exporter.statistics.delivered == 1)
        let error = await #expect(throws: ExportError.self) { try await exporter.export(spans(1)) }
        #expect(error?.code == .shutDown)
    }

    @Test("refuses connections is given up soon by a provider that is shut down, whatever the timeouts")
    func refused() async throws {
        var configuration = OTLPConfiguration(endpoint: try LoopbackServer.refusedURL())
        configuration.timeout = .seconds(600)
        let environment = TelemetryEnvironment(["OTEL_BSP_EXPORT_TIMEOUT": "600000"])
        let exporter = try OTLPSpanExporter(configuration, environment: environment)
        var tracing = TracerProvider.Configuration(environment: environment)
        tracing.processors = [BatchSpanProcessor(exporter: exporter, options: .spans(environment: environment))]
        let provider = TracerProvider(tracing)
        provider.tracer(named: "tests").startSpan("last").end()
        #expect(await provider.shutdown(timeout: .seconds(600)) == false)
        #expect(exporter.losses == [.unreachable: 1])
    }

    @Test("is not bothered with empty batches")
    func empty() async throws {
        let server = try LoopbackServer(replies: [.accepted])
        let (processor, exporter) = try pipeline(to: server.url, OTLPConfiguration())
        #expect(await processor.forceFlush(timeout: .seconds(60)))
        try await exporter.export([])
        #expect(await processor.shutdown(timeout: .seconds(60)))
        #expect(server.requests.isEmpty)
    }

    @Test("takes its time slows a producer that waits down, and gets every span once", .timeLimit(.minutes(5)))
    func waiting() async throws {
        let server = try LoopbackServer { request in
            request.index.isMultiple(of: 5) ? .text(503, "") : .accepted
        }
        var options = BatchOptions.spans(environment: TelemetryEnvironment([:]))
        options.maxQueueSize = 20
        options.maxExportBatchSize = 10
        options.overflow = .wait(limit: .seconds(120))
        let (processor, _) = try pipeline(to: server.url, OTLPConfiguration(), options)
        let all = spans(500)
        await withTaskGroup(of: Void.self) { group in
            for start in stride(from: 0, to: 500, by: 100) {
                group.addTask { for span in all[start..<start + 100] { processor.onEnd(span) } }
            }
        }
        #expect(await processor.shutdown(timeout: .seconds(60)))
        let taken = try server.requests.filter { !$0.index.isMultiple(of: 5) }.flatMap { try spanNames($0.body) }
        #expect(taken.count == 500 && Set(taken).count == 500)
    }

    private func pipeline(
        to url: String, _ configuration: OTLPConfiguration,
        _ options: BatchOptions = .spans(environment: TelemetryEnvironment([:]))
    ) throws -> (BatchSpanProcessor, OTLPSpanExporter) {
        let exporter = OTLPSpanExporter(client: try client(to: url, configuration))
        return (BatchSpanProcessor(exporter: exporter, options: options), exporter)
    }
}
