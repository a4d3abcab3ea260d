// SPDX-License-Identifier: MIT
import Foundation

/// The resources of the system that the process uses.
struct Footprint {
    var residentKilobytes: Int
    /// On Linux only; elsewhere 0.
    var threadCount = 0
    /// On Linux only; elsewhere 0.
    var descriptorCount = 0

    var residentMegabytes: Int { residentKilobytes / 1_024 }

    /// `resident N MB threads N descriptors N`
    var line: String { "resident \(residentMegabytes) MB threads \(threadCount) descriptors \(descriptorCount)" }

    static var now: Footprint {
        #if os(Linux)
            let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
            let pages = fields?.dropFirst().first.flatMap { Int($0) } ?? 0
            return Footprint(
                residentKilobytes: pages * Int(sysconf(Int32(_SC_PAGESIZE))) / 1_024,
                threadCount: count("/proc/self/task"), descriptorCount: count("/proc/self/fd") - 1)
        #else
            var usage = rusage()
            getrusage(RUSAGE_SELF, &usage)
            return Footprint(residentKilobytes: usage.ru_maxrss / 1_024)  // the peak, in bytes
        #endif
    }

    private static func count(_ directory: String) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: directory).count) ?? 0
    }
}
