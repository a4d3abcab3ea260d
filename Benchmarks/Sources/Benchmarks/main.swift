// SPDX-License-Identifier: MIT
import Foundation
import InstructionCounter
import Sink

// The program starts itself again for what needs a process of its own.
switch CommandLine.arguments.dropFirst().first {
case "sink":
    exit(sink_run())
case "deliver":
    try await Delivery.runInChild(Array(CommandLine.arguments.dropFirst(2)))
    exit(0)
default:
    break
}

guard let options = Options(CommandLine.arguments.dropFirst()) else {
    print(Options.usage)
    exit(64)
}

let workloads: [Workload] =
    spanWorkloads + batchWorkloads + encodingWorkloads + bridgeWorkloads + pricingWorkloads + clientWorkloads
    + textWorkloads + signalWorkloads + growthWorkloads + [Delivery.workload]
// Before there are other threads, so that all are counted.
let canCountInstructions = instruction_counter_open()

// Not on the main actor, as little of a server is.
try await Task.detached {
    let runner = Runner(options, canCountInstructions: canCountInstructions)
    say("\(Machine.description), load \(Figures.number(Machine.load))\n\n\(Runner.header)")
    for workload in workloads where options.includes(workload) { try await workload.run(runner) }
    if let path = options.jsonPath { try runner.figures.write(to: path) }
    if let path = options.comparePath { runner.printComparison(to: try Figures(contentsOf: path)) }
}.value
