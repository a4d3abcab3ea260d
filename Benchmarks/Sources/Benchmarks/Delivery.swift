// SPDX-License-Identifier: MIT
import Foundation
import GenAIHTTP
import Last9GenAI

/// 100,000 spans with content over HTTP or gRPC to a sink in another process, at the pace that the exporter keeps up with.
enum Delivery {
    static let workloads = [
        Workload(name: "w5", countsAllocations: false) { try measure("w5", .httpProtobuf, $0) },
        Workload(name: "w11", countsAllocations: false) { try measure("w11.grpc", .grpc, $0) },
    ]

    private static let spanCount = 100_000

    private struct Run {
        var cpuSeconds: Double
        var wallSeconds: Double
        var peakMegabytes: Double
        var delivered: Int
    }

    private static func measure(_ name: String, _ wireProtocol: OTLPProtocol, _ runner: Runner) throws {
        let sink = try Sink()
        defer { sink.stop() }
        let runs = try (0..<7).map { _ in try deliver(to: sink, wireProtocol) }
        // Where libcurl has no HTTP/2, gRPC would silently be measured as HTTP.
        guard try wireProtocol != .grpc || sink.counts.grpcCalls > 0 else { throw Failure("nothing came over gRPC") }
        runner.record("\(name).cpu_s", runs.map(\.cpuSeconds).median)
        runner.record("\(name).cpu_s.low", runs.map(\.cpuSeconds).quantile(0.25))
        runner.record("\(name).cpu_s.high", runs.map(\.cpuSeconds).quantile(0.75))
        runner.record("\(name).wall_s", runs.map(\.wallSeconds).median)
        runner.record("\(name).delivered", runs.map { Double($0.delivered) }.min() ?? 0)
        runner.record("\(name).peak_rss_mb", runs.map(\.peakMegabytes).median)
    }

    private static func deliver(to sink: Sink, _ wireProtocol: OTLPProtocol) throws -> Run {
        let before = try sink.counts.spans
        let numbers = try Child.numbers(3, from: ["deliver", sink.endpoint, wireProtocol.rawValue, "\(spanCount)"])
        return Run(
            cpuSeconds: numbers[0], wallSeconds: numbers[1], peakMegabytes: numbers[2],
            delivered: try sink.counts.spans - before)
    }

    /// The child's part: makes the spans and prints processor seconds, wall seconds and megabytes.
    static func runInChild(_ arguments: [String]) async throws {
        guard arguments.count == 3, let count = Int(arguments[2]) else {
            throw Failure("usage: deliver ENDPOINT PROTOCOL COUNT")
        }
        let start = wallNanoseconds()
        let cpuStart = cpuNanoseconds()
        let environment = TelemetryEnvironment([
            "OTEL_EXPORTER_OTLP_ENDPOINT": arguments[0], "OTEL_EXPORTER_OTLP_PROTOCOL": arguments[1],
        ])
        // To compare the two transports on Linux.
        let usesURLSession = ProcessInfo.processInfo.environment["BENCHMARK_URLSESSION"] != nil
        let transport: any HTTPTransport = usesURLSession ? URLSessionTransport() : makeDefaultTransport()
        let exporter = try OTLPSpanExporter(environment: environment, transport: transport)
        let batch = BatchSpanProcessor(exporter: exporter, options: .spans(environment: environment))
        let provider = CallData.provider([Last9SpanProcessor(), batch])
        let tracer = provider.tracer(named: "bench", version: "1.0")
        try await CallData.withScopes {
            for number in 0..<count {
                if number % 64 == 0 {
                    while number - batch.statistics.exported > 1_536 { try await Task.sleep(for: .microseconds(500)) }
                }
                let span = tracer.startSpan("chat gpt-4o", kind: .client)
                CallData.describe(span)
                span.setAttribute(.genAIPrompt, CallData.prompt)
                span.setAttribute(.genAICompletion, CallData.completion)
                span.end()
            }
        }
        await provider.shutdown()
        print((cpuNanoseconds() - cpuStart) / 1e9, (wallNanoseconds() - start) / 1e9, Memory.peak / 1e6)
    }
}
