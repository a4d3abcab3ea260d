// SPDX-License-Identifier: MIT
import Foundation
import GenAIHTTP
import Last9GenAI
import Synchronization

/// 100,000 spans with content over real HTTP to a sink in another process, at the pace that the exporter keeps up with.
///
/// Runs in a process of its own, so that processor time and memory are those of nothing else.
enum Delivery {
    static let workload = Workload(name: "w5", countsAllocations: false) { runner in
        let sink = try Sink()
        defer { sink.stop() }
        let runs = try (0..<7).map { _ in try deliver(to: sink) }
        runner.record("w5.cpu_s", runs.map(\.cpuSeconds).median)
        runner.record("w5.cpu_s.low", runs.map(\.cpuSeconds).quantile(0.25))
        runner.record("w5.cpu_s.high", runs.map(\.cpuSeconds).quantile(0.75))
        runner.record("w5.wall_s", runs.map(\.wallSeconds).median)
        runner.record("w5.delivered", runs.map { Double($0.delivered) }.min() ?? 0)
        runner.record("w5.peak_rss_mb", runs.map(\.peakMegabytes).median)
    }

    private static let spanCount = 100_000

    private struct Run {
        var cpuSeconds: Double
        var wallSeconds: Double
        var peakMegabytes: Double
        var delivered: Int
    }

    private static func deliver(to sink: Sink) throws -> Run {
        let before = try sink.spanCount
        let output = try run(["deliver", "\(sink.port)", "\(spanCount)"])
        let numbers = output.split(separator: " ").compactMap { Double($0) }
        guard numbers.count == 3 else { throw Failure("the delivering process said: \(output)") }
        return Run(
            cpuSeconds: numbers[0], wallSeconds: numbers[1], peakMegabytes: numbers[2],
            delivered: try sink.spanCount - before)
    }

    /// The child's part: makes the spans and prints processor seconds, wall seconds and megabytes.
    static func runInChild(_ arguments: [String]) async throws {
        guard arguments.count == 2, let count = Int(arguments[1]) else { throw Failure("usage: deliver PORT COUNT") }
        let start = wallNanoseconds()
        let cpuStart = cpuNanoseconds()
        var configuration = OTLPConfiguration()
        configuration.endpoint = "http://127.0.0.1:\(arguments[0])"
        let environment = TelemetryEnvironment([:])
        // To compare the two transports on Linux.
        let usesURLSession = ProcessInfo.processInfo.environment["BENCHMARK_URLSESSION"] != nil
        let transport: any HTTPTransport = usesURLSession ? URLSessionTransport() : makeDefaultTransport()
        let exporter = try OTLPSpanExporter(configuration, environment: environment, transport: transport)
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
        var usage = rusage()
        getrusage(0, &usage)  // RUSAGE_SELF, whose type differs from system to system
        // Linux counts in kilobytes, Darwin in bytes.
        #if canImport(Darwin)
            let bytes = Double(usage.ru_maxrss)
        #else
            let bytes = Double(usage.ru_maxrss) * 1_024
        #endif
        print((cpuNanoseconds() - cpuStart) / 1e9, (wallNanoseconds() - start) / 1e9, bytes / 1e6)
    }

    fileprivate static func run(_ arguments: [String]) throws -> String {
        let (process, output) = try start(arguments)
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    fileprivate static func start(_ arguments: [String]) throws -> (Process, Pipe) {
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        return (process, output)
    }
}

/// The sink in a process of its own.
private final class Sink {
    let port: Int
    private let process: Process

    init() throws {
        let (process, output) = try Delivery.start(["sink"])
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            process.terminate()
            throw Failure("the sink said: \(line)")
        }
        (self.port, self.process) = (port, process)
    }

    /// The number of received spans.
    var spanCount: Int {
        get throws {
            guard let url = URL(string: "http://127.0.0.1:\(port)/stats") else { throw Failure("no URL") }
            let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
            guard let count = object?["spans"] as? Int else { throw Failure("the sink gives no count") }
            return count
        }
    }

    // It does not heed the gentler signal, and one that stays keeps the terminal waiting.
    func stop() { kill(process.processIdentifier, SIGKILL) }
}

/// An error that ends the benchmarks.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
