// SPDX-License-Identifier: MIT

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Returns the reading of the monotonic clock in nanoseconds. Only differences are meaningful.
package func steadyNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
}

/// Returns the value of an environment variable; an empty one counts as unset.
package func environmentValue(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}

/// Writes text to standard output.
@Sendable func writeToStandardOutput(_ text: String) {
    writeAll(text.utf8, to: STDOUT_FILENO)
}

/// Returns whether standard output is a terminal whose user has not asked for plain text. Source: no-color.org.
func standardOutputTakesColor() -> Bool {
    isatty(STDOUT_FILENO) == 1 && environmentValue("NO_COLOR") == nil
}
