// SPDX-License-Identifier: MIT
import Foundation

/// Nanoseconds of wall time since some moment.
func wallNanoseconds() -> Double { read(CLOCK_MONOTONIC) }

/// Nanoseconds that all threads of the process have spent on a processor.
func cpuNanoseconds() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }

private func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Keeps a value from being optimised away.
@inline(never)
func blackHole<Value>(_ value: Value) {}

extension [Double] {
    /// The value below which a share of the values lies.
    func quantile(_ share: Double) -> Double {
        let sorted = sorted()
        guard let last = sorted.last else { return .nan }
        let position = share * Double(count - 1)
        let index = Int(position)
        guard index + 1 < count else { return last }
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (position - Double(index))
    }

    /// The middle value.
    var median: Double { quantile(0.5) }
}
