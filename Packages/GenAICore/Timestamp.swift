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

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, the unit of OTLP.
public typealias UnixNanoseconds = UInt64

/// Reads the system clock.
package func systemUnixNanoseconds() -> UnixNanoseconds {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
}
