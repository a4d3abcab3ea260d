// SPDX-License-Identifier: MIT
import AllocationCounter
import Foundation
import InstructionCounter

/// One thing to measure.
struct Workload: Sendable {
    /// The beginning of the names of its figures.
    let name: String
    /// Indicates whether its allocations are counted, which takes a thousand repetitions.
    var countsAllocations = true
    let run: @Sendable (Runner) async throws -> Void
}

/// The duration of one unit of the work, in nanoseconds.
struct Timing {
    var wall = Double.nan
    var cpu = Double.nan
}

/// The readings of the clocks.
private struct Moment {
    var instructions = Double(instruction_counter_read())
    var wall = wallNanoseconds()
    var cpu = cpuNanoseconds()

    func since(_ start: Moment, dividedBy units: Double) -> Moment {
        Moment(
            instructions: (instructions - start.instructions) / units, wall: (wall - start.wall) / units,
            cpu: (cpu - start.cpu) / units)
    }
}

/// Measures workloads and keeps the figures.
///
/// Many short runs, of which the median counts: on a machine that does other things too, most short runs are left in
/// peace. Allocations are counted in a run of their own, which is not timed.
final class Runner {
    let options: Options
    private let canCountInstructions: Bool
    private(set) var figures = Figures()
    private var countsAllocations = true

    // Shorter than the time after which a busy system lets another process run.
    private let shortestRun = 500_000.0

    /// Creates a runner.
    ///
    /// - Parameter canCountInstructions: Whether the system lets us.
    init(_ options: Options, canCountInstructions: Bool) {
        self.options = options
        self.canCountInstructions = canCountInstructions
    }

    /// Runs a workload.
    func run(_ workload: Workload) async throws {
        countsAllocations = workload.countsAllocations
        try await workload.run(self)
    }

    /// Measures `body`, which does its work as often as it is told to.
    ///
    /// - Parameters:
    ///   - name: The figures become `NAME.ns`, `NAME.ns.low` and `.high` (the quartiles), `NAME.cpu_ns`, `NAME.instructions`,
    ///     `NAME.mallocs` and `NAME.malloc_bytes`.
    ///   - suffix: Added to these names, such as `_per_span`.
    ///   - units: How many of the things that the figures are about one time of the work stands for.
    /// - Returns: The median times.
    @discardableResult
    func measure(
        _ name: String, suffix: String = "", units: Int = 1, _ body: (Int) async throws -> Void
    ) async throws -> Timing {
        try await body(options.allocationsOnly ? 20 : 2)
        if let times = options.times {
            try await body(times)
            return Timing()
        }
        if options.isProfiling {
            let start = wallNanoseconds()
            while wallNanoseconds() - start < 3e9 { try await body(1_000 / units + 1) }
            return Timing()
        }
        var median = Timing()
        if !options.allocationsOnly { median = try await time(name, suffix, Double(units), body) }
        try await countAllocations(name, suffix, Double(units), body)
        report(name, suffix)
        return median
    }

    /// Measures what something adds to work, with runs without and with it in turn.
    ///
    /// A machine's speed differs from second to second by more than what is added; in turn, both meet the same.
    ///
    /// - Parameter names: What the figures are called, as with ``measure(_:suffix:units:_:)``.
    /// - Returns: The median differences.
    func measureAdded(
        _ names: (without: String, with: String), suffix: String = "", units: Int = 1,
        without base: (Int) async throws -> Void, with whole: (Int) async throws -> Void
    ) async throws -> Timing {
        guard !options.allocationsOnly, !options.isProfiling, options.times == nil else {
            try await measure(names.without, suffix: suffix, units: units, base)
            try await measure(names.with, suffix: suffix, units: units, whole)
            return Timing()
        }
        try await whole(1)
        let repetitions = try await calibrate(base)
        var runs: [(base: Moment, whole: Moment)] = []
        for _ in 0..<options.runs {
            let base = try await run(repetitions, Double(units), base)
            runs.append((base, try await run(repetitions, Double(units), whole)))
        }
        note(runs.map(\.base), names.without, suffix)
        try await countAllocations(names.without, suffix, Double(units), base)
        report(names.without, suffix)
        note(runs.map(\.whole), names.with, suffix)
        try await countAllocations(names.with, suffix, Double(units), whole)
        report(names.with, suffix)
        return Timing(
            wall: runs.map { $0.whole.wall - $0.base.wall }.median, cpu: runs.map { $0.whole.cpu - $0.base.cpu }.median)
    }

    /// Keeps a figure that was found in another way.
    func record(_ name: String, _ value: Double) {
        figures[name] = value
        say("\(name.padding(toLength: 36, withPad: " ", startingAt: 0)) \(Figures.number(value))")
    }

    /// Keeps what one figure has beyond another, where there are both.
    func recordDifference(_ base: String, _ whole: String, as name: String) {
        if let base = figures[base], let whole = figures[whole] { record(name, whole - base) }
    }

    private func time(
        _ name: String, _ suffix: String, _ units: Double, _ body: (Int) async throws -> Void
    ) async throws -> Timing {
        let repetitions = try await calibrate(body)
        var runs: [Moment] = []
        for _ in 0..<options.runs { runs.append(try await run(repetitions, units, body)) }
        return note(runs, name, suffix)
    }

    private func run(_ repetitions: Int, _ units: Double, _ body: (Int) async throws -> Void) async throws -> Moment {
        let start = Moment()
        try await body(repetitions)
        return Moment().since(start, dividedBy: Double(repetitions) * units)
    }

    @discardableResult
    private func note(_ runs: [Moment], _ name: String, _ suffix: String) -> Timing {
        let wall = runs.map(\.wall)
        let time = Timing(wall: wall.median, cpu: runs.map(\.cpu).median)
        figures["\(name).ns\(suffix)"] = time.wall
        figures["\(name).ns\(suffix).low"] = wall.quantile(0.25)
        figures["\(name).ns\(suffix).high"] = wall.quantile(0.75)
        figures["\(name).cpu_ns\(suffix)"] = time.cpu
        if canCountInstructions { figures["\(name).instructions\(suffix)"] = runs.map(\.instructions).median }
        return time
    }

    /// Returns the number of repetitions for a run that the clock can measure.
    private func calibrate(_ body: (Int) async throws -> Void) async throws -> Int {
        var repetitions = 1
        while repetitions < 1 << 24 {
            let start = cpuNanoseconds()
            try await body(repetitions)
            let elapsed = cpuNanoseconds() - start
            if elapsed >= shortestRun { break }
            let factor = elapsed > 0 ? shortestRun / elapsed * 1.2 : 16
            repetitions = Int(Double(repetitions) * min(max(factor, 1.5), 16)) + 1
        }
        return repetitions
    }

    private func countAllocations(
        _ name: String, _ suffix: String, _ units: Double, _ body: (Int) async throws -> Void
    ) async throws {
        guard countsAllocations, allocation_counter_is_available() else { return }
        let repetitions = max(20, Int(1_000 / units))
        try await body(repetitions)
        allocation_counter_start()
        try await body(repetitions)
        let counts = allocation_counter_stop()
        figures["\(name).mallocs\(suffix)"] = Double(counts.count) / Double(repetitions) / units
        figures["\(name).malloc_bytes\(suffix)"] = Double(counts.bytes) / Double(repetitions) / units
    }
}

// MARK: - For people

extension Runner {
    static var header: String {
        row(["workload", "ns", "quartiles", "CPU ns", "instructions", "mallocs", "bytes"])
    }

    private func report(_ name: String, _ suffix: String) {
        func figure(_ kind: String) -> String { figures["\(name).\(kind)"].map(Figures.number) ?? "-" }
        let title = name + suffix.replacingOccurrences(of: "_", with: " ")
        say(
            Self.row([
                title, figure("ns\(suffix)"), "\(figure("ns\(suffix).low"))…\(figure("ns\(suffix).high"))",
                figure("cpu_ns\(suffix)"), figure("instructions\(suffix)"), figure("mallocs\(suffix)"),
                figure("malloc_bytes\(suffix)"),
            ]))
    }

    private static func row(_ cells: [String]) -> String {
        zip(cells, [36, 12, 22, 12, 12, 10, 12]).enumerated().map { position, cell in
            let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return position == 0 ? cell.0 + padding : padding + cell.0
        }.joined(separator: " ")
    }

    /// Prints how the figures relate to those of an earlier run.
    func printComparison(to earlier: Figures) {
        say("\nratio to the earlier run (now / then; below 1 is less)")
        for name in figures.names where !name.hasSuffix(".low") && !name.hasSuffix(".high") {
            guard let now = figures[name], let then = earlier[name], then != 0 else { continue }
            say(Self.row([name, Figures.number(now), Figures.number(then), String(format: "%.2f", now / then)]))
        }
    }
}
