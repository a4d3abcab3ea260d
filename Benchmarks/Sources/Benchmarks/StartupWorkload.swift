// SPDX-License-Identifier: MIT
import Last9GenAI

/// From `install()` to the first span, and the memory that it takes, in processes of their own.
enum Startup {
    static let workload = Workload(name: "startup", countsAllocations: false) { runner in
        let sink = try Sink()
        defer { sink.stop() }
        let runs = try (0..<15).map { _ in try Child.numbers(2, from: ["startup", sink.endpoint]) }
        runner.record("startup.ms", runs.map { $0[0] }.median)
        runner.record("startup.ms.low", runs.map { $0[0] }.quantile(0.25))
        runner.record("startup.ms.high", runs.map { $0[0] }.quantile(0.75))
        runner.record("install.rss_kb", runs.map { $0[1] }.median)
    }

    /// The child's part: prints milliseconds and kilobytes.
    static func runInChild(_ arguments: [String]) async throws {
        guard arguments.count == 1 else { throw Failure("usage: startup ENDPOINT") }
        let (memory, start) = (Memory.resident, wallNanoseconds())
        let telemetry = try ReadmeSetup.install(exportingTo: arguments[0], becomesGlobal: true)
        CallData.withScopes { chatSpans(telemetry.tracerProvider.tracer(named: "bench"), 1) }
        print((wallNanoseconds() - start) / 1e6, (Memory.resident - memory) / 1_024)
        await telemetry.shutdown()
    }
}
