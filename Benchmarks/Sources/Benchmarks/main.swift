// SPDX-License-Identifier: MIT
import Foundation
import InstructionCounter
import Sink

/// Does what the command line asks for. The program starts itself again for what needs a process of its own.
@Sendable private func run(_ words: [String]) async throws {
    let rest = Array(words.dropFirst())
    switch words.first {
    case "sink": exit(sink_run())
    case "deliver": try await Delivery.runInChild(rest)
    case "client": try await ServedClient.runInChild(rest)
    case "floor": try ServedClient.runFloorInChild(rest)
    case "startup": try await Startup.runInChild(rest)
    case "open": try await ConversationGrowth.runInChild(rest)
    default:
        guard let options = Options(words) else {
            print(Options.usage)
            exit(64)
        }
        try await measure(options)
    }
}

private func measure(_ options: Options) async throws {
    let workloads: [Workload] =
        spanWorkloads + batchWorkloads + encodingWorkloads + bridgeWorkloads + pricingWorkloads + clientWorkloads
        + readmeWorkloads + callWorkloads + sessionWorkloads + reportWorkloads + textWorkloads + signalWorkloads
        + growthWorkloads + Delivery.workloads + [ServedClient.workload, Startup.workload]
    let runner = Runner(options, canCountInstructions: canCountInstructions)
    say("\(Machine.description), load \(Figures.number(Machine.load))\n\n\(Runner.header)")
    for workload in workloads where options.includes(workload) { try await runner.run(workload) }
    if let path = options.jsonPath { try runner.figures.write(to: path) }
    if let path = options.comparePath { runner.printComparison(to: try Figures(contentsOf: path)) }
}

// Before there are other threads, so that all are counted.
private let canCountInstructions = instruction_counter_open()

// Not on the main actor, as little of a server is. The main thread only waits: valgrind does not survive an asynchronous
// main, which gives its thread up.
Task.detached {
    do {
        try await run(Array(CommandLine.arguments.dropFirst()))
        exit(0)
    } catch {
        FileHandle.standardError.write(Data("benchmarks: \(error)\n".utf8))
        exit(1)
    }
}
while true { pause() }
