// SPDX-License-Identifier: MIT
import CurlFloor
import Last9GenAI

/// The client against a server on loopback, from one task and from 64, with telemetry as README sets it up and without.
///
/// In processes of their own. Beside them, as a floor, libcurl alone.
enum ServedClient {
    static let workload = Workload(name: "w9", countsAllocations: false) { runner in
        let sink = try Sink()
        defer { sink.stop() }
        for tasks in [1, 64] {
            let name = "w9.client.t\(tasks)"
            // In turn, so that all three meet the same machine.
            let runs = try (0..<5).map { _ in
                (
                    off: try run("client", sink, tasks, "off"), on: try run("client", sink, tasks, "on"),
                    floor: try run("floor", sink, tasks)
                )
            }
            record(runs.map(\.off), "\(name).off", runner)
            record(runs.map(\.on), "\(name).on", runner)
            record(runs.map(\.floor), "\(name).floor", runner)
            runner.record(
                "\(name).telemetry_share", runs.map { 1 - $0.off.cpuMicroseconds / $0.on.cpuMicroseconds }.median)
            runner.record("\(name).on.delivered_share", runs.map(\.on.deliveredShare).min() ?? 0)
        }
    }

    private static let callCount = 5_000
    private static let warmUpCount = 500

    private struct Run {
        var callsPerSecond: Double
        var cpuMicroseconds: Double
        /// Of the spans.
        var deliveredShare: Double
    }

    private static func record(_ runs: [Run], _ name: String, _ runner: Runner) {
        runner.record("\(name).calls_per_s", runs.map(\.callsPerSecond).median)
        runner.record("\(name).cpu_us", runs.map(\.cpuMicroseconds).median)
        runner.record("\(name).cpu_us.low", runs.map(\.cpuMicroseconds).quantile(0.25))
        runner.record("\(name).cpu_us.high", runs.map(\.cpuMicroseconds).quantile(0.75))
        runner.record("\(name).calls_per_cpu_s", 1e6 / runs.map(\.cpuMicroseconds).median)
    }

    private static func run(_ kind: String, _ sink: Sink, _ tasks: Int, _ rest: String...) throws -> Run {
        let before = try sink.counts.spans
        let numbers = try Child.numbers(2, from: [kind, sink.endpoint, "\(tasks)"] + rest)
        let spans = try sink.counts.spans - before
        return Run(
            callsPerSecond: numbers[0], cpuMicroseconds: numbers[1],
            deliveredShare: Double(spans) / Double(callCount + warmUpCount))
    }

    /// The child's part: makes the calls and prints calls a second and microseconds of processor time a call, the
    /// export of what was recorded included.
    static func runInChild(_ arguments: [String]) async throws {
        guard arguments.count == 3, let tasks = Int(arguments[1]) else {
            throw Failure("usage: client ENDPOINT TASKS on|off")
        }
        let telemetry = arguments[2] == "on" ? try ReadmeSetup.install(exportingTo: arguments[0]) : nil
        let client = ReadmeSetup.client(baseURL: arguments[0] + "/v1", telemetry)
        try await CallData.withScopes { try await ask(client, warmUpCount, tasks) }
        await telemetry?.flush()
        let (wall, cpu) = (wallNanoseconds(), cpuNanoseconds())
        try await CallData.withScopes { try await ask(client, callCount, tasks) }
        let elapsed = wallNanoseconds() - wall
        await telemetry?.flush()
        print(Double(callCount) / elapsed * 1e9, (cpuNanoseconds() - cpu) / Double(callCount) / 1e3)
        await telemetry?.shutdown()
    }

    /// The child's part for the floor.
    static func runFloorInChild(_ arguments: [String]) throws {
        guard arguments.count == 2, let tasks = Int32(arguments[1]) else {
            throw Failure("usage: floor ENDPOINT TASKS")
        }
        let (wall, cpu) = (wallNanoseconds(), cpuNanoseconds())
        let answered = curl_floor_run(arguments[0] + "/v1/chat/completions", tasks, callCount)
        guard answered == callCount else { throw Failure("\(answered) of \(callCount) calls were answered") }
        let (elapsed, spent) = (wallNanoseconds() - wall, cpuNanoseconds() - cpu)
        print(Double(callCount) / elapsed * 1e9, spent / Double(callCount) / 1e3)
    }

    private static func ask(_ client: OpenAIClient, _ count: Int, _ tasks: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<tasks {
                let share = count / tasks + (number < count % tasks ? 1 : 0)
                group.addTask {
                    let request = chatRequest
                    for _ in 0..<share { blackHole(try await client.chat.completions.create(request)) }
                }
            }
            try await group.waitForAll()
        }
    }
}
