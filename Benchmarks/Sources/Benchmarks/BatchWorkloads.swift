// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI
import Synchronization

/// Takes batches and throws them away.
final class DroppingExporter: SpanExporter {
    private let count = Atomic(0)

    /// The number of exported spans.
    var exportedCount: Int { count.load(ordering: .relaxed) }

    func export(_ batch: [SpanData]) async throws(ExportError) {
        count.wrappingAdd(batch.count, ordering: .relaxed)
    }
}

/// Chat spans into a batch processor from one and two threads, as fast as they can.
let batchWorkloads: [Workload] = [
    Workload(name: "w1b", countsAllocations: false) { runner in
        for threads in [1, 2] {
            let runs = try await (0..<max(7, runner.options.runs / 2)).asyncMap { _ in
                try await produce(100_000, threads: threads)
            }
            let name = "w1b.\(threads)thread\(threads == 1 ? "" : "s")"
            let rates = runs.map(\.spansPerSecond)
            runner.record("\(name).spans_per_s", rates.median)
            runner.record("\(name).spans_per_s.low", rates.quantile(0.25))
            runner.record("\(name).spans_per_s.high", rates.quantile(0.75))
            runner.record("\(name).cpu_ns", runs.map(\.cpuNanoseconds).median)
            runner.record("\(name).delivered_share", runs.map(\.deliveredShare).median)
        }
    }
]

private struct Production {
    var spansPerSecond: Double
    var cpuNanoseconds: Double
    var deliveredShare: Double
}

private func produce(_ count: Int, threads: Int) async throws -> Production {
    let exporter = DroppingExporter()
    let batch = BatchSpanProcessor(exporter: exporter)
    let provider = CallData.provider([Last9SpanProcessor(), batch])
    let tracer = provider.tracer(named: "bench", version: "1.0")
    let (wallStart, cpuStart) = (wallNanoseconds(), cpuNanoseconds())
    await run(onThreads: threads) { CallData.withScopes { chatSpans(tracer, count / threads) } }
    let wall = wallNanoseconds() - wallStart
    await provider.shutdown()
    return Production(
        spansPerSecond: Double(count) / wall * 1e9,
        cpuNanoseconds: (cpuNanoseconds() - cpuStart) / Double(count),
        deliveredShare: Double(exporter.exportedCount) / Double(count))
}

/// Runs a closure on threads of their own: tasks would take all the threads that the processor's task can run on.
private func run(onThreads count: Int, _ body: @escaping @Sendable () -> Void) async {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    for _ in 0..<count {
        Thread {
            body()
            end.yield()
        }.start()
    }
    for await _ in ends.prefix(count) {}
}

extension Sequence {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
