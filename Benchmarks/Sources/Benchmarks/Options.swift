// SPDX-License-Identifier: MIT
import Foundation

/// The parsed command line.
struct Options {
    static let usage = """
        usage: benchmarks [--filter PATTERN] [--json FILE] [--compare FILE] [--allocations-only] [--runs N]
                          [--profile | --times N]

          --filter PATTERN     only workloads whose name has a match of the regular expression, such as '^w1$'
          --json FILE          write the figures to FILE, for machines
          --compare FILE       print ratios to the figures of an earlier run
          --allocations-only   count allocations and measure no times, within seconds
          --runs N             how often each workload runs, at least 7; default 41
          --profile            run the filtered workloads for long, and measure nothing: for profilers
          --times N            run the filtered workloads N times, and measure nothing: to count instructions
        """

    var filter = ""
    var jsonPath: String?
    var comparePath: String?
    var allocationsOnly = false
    var isProfiling = false
    var runs = 41
    /// The number of times that each workload is run instead of being measured.
    var times: Int?

    /// Reads the arguments; `nil` when they cannot be understood.
    init?(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--filter": filter = rest.popFirst() ?? ""
            case "--json": jsonPath = rest.popFirst()
            case "--compare": comparePath = rest.popFirst()
            case "--allocations-only": allocationsOnly = true
            case "--profile": isProfiling = true
            case "--times": times = rest.popFirst().flatMap { Int($0) }
            case "--runs": runs = max(7, rest.popFirst().flatMap { Int($0) } ?? runs)
            default: return nil
            }
        }
    }

    /// Returns whether a workload is to be run.
    func includes(_ workload: Workload) -> Bool {
        if allocationsOnly, !workload.countsAllocations { return false }
        return filter.isEmpty || workload.name.range(of: filter, options: .regularExpression) != nil
    }
}
