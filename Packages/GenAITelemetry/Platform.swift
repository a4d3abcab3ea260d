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

/// Reads a clock that never jumps; only differences mean something.
package func steadyNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
}

/// The value of an environment variable; empty counts as unset.
package func environmentValue(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}

/// Writes all of the bytes to a file descriptor; gives up at the first error.
package func writeAll(_ bytes: some Collection<UInt8>, to descriptor: Int32) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
    }
}

/// The default handler of ``Diagnostics``.
@Sendable func writeToStandardError(_ message: Diagnostics.Message) {
    let repeats = message.suppressedCount > 0 ? " (and \(message.suppressedCount) more like it)" : ""
    writeAll("[\(message.source)] \(message.level): \(message.text)\(repeats)\n".utf8, to: STDERR_FILENO)
}

/// Writes text to standard output.
@Sendable func writeToStandardOutput(_ text: String) {
    writeAll(text.utf8, to: STDOUT_FILENO)
}

/// Whether standard output is a terminal whose user has not asked for plain text. Source: no-color.org.
func standardOutputTakesColor() -> Bool {
    isatty(STDOUT_FILENO) == 1 && environmentValue("NO_COLOR") == nil
}
