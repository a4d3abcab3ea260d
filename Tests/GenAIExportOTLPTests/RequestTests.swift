// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry
import LoopbackServer
import Testing

@testable import GenAIExportOTLP

@Suite("Requests of an exporter")
struct RequestTests {
    @Test("name method, path, content type, user agent and the configured headers")
    func head() async throws {
        let server = try LoopbackServer { _ in .accepted }
        let configuration = OTLPConfiguration(endpoint: server.url, headers: ["X-Tenant": "blue"])
        let empty = TelemetryEnvironment([:])
        try await OTLPSpanExporter(configuration, environment: empty).export(spans(1))
        try await OTLPLogRecordExporter(configuration, environment: empty).export([LogRecordData()])
        try await OTLPMetricExporter(configuration, environment: empty).export(GoldenVectors.numbers)
        #expect(server.requests.map(\.path) == ["/v1/traces", "/v1/logs", "/v1/metrics"])
        for request in server.requests {
            #expect(request.method == "POST")
            #expect(request.header("Content-Type") == "application/x-protobuf")
            #expect(request.header("Content-Encoding") == nil)
            #expect(request.header("User-Agent") == "OTel-OTLP-Exporter-Swift/\(packageVersion)")
            #expect(request.header("X-Tenant") == "blue")
        }
    }

    @Test(
        "carry the same telemetry however encoded and compressed", arguments: [OTLPProtocol.httpProtobuf, .httpJSON],
        OTLPCompression.allCases)
    func body(encoding: OTLPProtocol, compression: OTLPCompression) async throws {
        let server = try LoopbackServer { _ in .accepted }
        let configuration = OTLPConfiguration(compression: compression, protocol: encoding)
        let client = try client(to: server.url, configuration)
        let batch = [GoldenVectors.everyField, GoldenVectors.attributeValues]
        try await client.export(batch)
        try await client.export(batch)
        let isJSON = encoding == .httpJSON
        let expected = isJSON ? Array(json(batch).utf8) : protobuf(batch)
        for request in server.requests {
            #expect(request.header("Content-Type") == (isJSON ? "application/json" : "application/x-protobuf"))
            #expect(request.header("Content-Encoding") == (compression == .gzip ? "gzip" : nil))
            #expect((compression == .gzip ? gunzip(request.body) : request.body) == expected)
        }
        #expect(server.requests.count == 2)
    }

    @Test("share one connection")
    func connectionReuse() async throws {
        let server = try LoopbackServer { _ in .accepted }
        let client = try client(to: server.url)
        for _ in 0..<5 { try await client.export(spans(1)) }
        #expect(server.requests.count == 5 && server.acceptedConnectionCount == 1)
    }

    @Test("are not made for an empty batch")
    func empty() async throws {
        let server = try LoopbackServer { _ in .accepted }
        try await client(to: server.url).export([SpanData]())
        #expect(server.requests.isEmpty)
    }

    @Test("of concurrent exports do not mix")
    func concurrent() async throws {
        let server = try LoopbackServer { _ in .accepted }
        let client = try client(to: server.url, OTLPConfiguration(compression: .gzip))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...20 { group.addTask { try await client.export(spans(index * 10)) } }
            try await group.waitForAll()
        }
        let sizes = try server.requests.map { try spanNames(try #require(gunzip($0.body))).count }
        #expect(sizes.sorted() == (1...20).map { $0 * 10 })
        #expect(client.statistics == OTLPStatistics(delivered: 2_100, requests: 20))
    }

    @Test("of the metric exporter follow the temporality and histogram preferences")
    func preferences() throws {
        let environment = TelemetryEnvironment([
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "Delta",
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram",
        ])
        let fromEnvironment = try OTLPMetricExporter(environment: environment)
        #expect(fromEnvironment.temporality(for: .counter) == .delta)
        #expect(fromEnvironment.temporality(for: .upDownCounter) == .cumulative)
        #expect(fromEnvironment.aggregation(for: .histogram) == .exponentialBuckets())
        #expect(fromEnvironment.aggregation(for: .counter) == .default)
        let fromCode = try OTLPMetricExporter(
            temporality: .cumulative, histogramAggregation: .explicitBuckets([1]), environment: environment)
        #expect(fromCode.temporality(for: .counter) == .cumulative)
        #expect(fromCode.aggregation(for: .histogram) == .explicitBuckets([1]))
    }
}
