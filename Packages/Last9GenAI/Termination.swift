// SPDX-License-Identifier: MIT
import Dispatch
import GenAITelemetry

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Shuts down the global providers, within a time limit, when a program ends without doing it.
enum Termination {
    private static let timeout = Duration.seconds(2)

    /// Registers with `exit`, once.
    static func flushAtExit() { _ = exitHandler }

    /// Handles SIGTERM and SIGINT, once.
    static func flushOnSignals() { _ = signalSource }

    /// The process that registered. A forked child has no threads that could export.
    private static let process = getpid()

    private static let exitHandler: Void = {
        _ = process
        atexit { Termination.flush() }
    }()

    /// Shuts the global providers down and blocks the thread meanwhile.
    private static func flush() {
        guard getpid() == process else { return }
        let (tracing, logging, metering) = (TracerProvider.global, LoggerProvider.global, MeterProvider.global)
        guard tracing != nil || logging != nil || metering != nil else { return }
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            async let traces = tracing?.shutdown(timeout: timeout)
            async let logs = logging?.shutdown(timeout: timeout)
            async let metrics = metering?.shutdown(timeout: timeout)
            _ = await (traces, logs, metrics)
            isDone.signal()
        }
        // The providers observe their deadlines; the additional time is for a pool without a free thread.
        _ = isDone.wait(timeout: .now() + .milliseconds(2_500))
        Diagnostics.drain(within: .milliseconds(200))
    }

    // MARK: - Signals

    /// Reads the bytes that the signal handler writes.
    ///
    /// `nonisolated(unsafe)`: stored to keep it alive, and never used after its creation.
    private nonisolated(unsafe) static let signalSource: (any DispatchSourceRead)? = {
        _ = process
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else {
            Diagnostics.report(.warning, "Last9", "signals are not handled: no descriptor is left for a pipe")
            return nil
        }
        for descriptor in descriptors {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        signalPipe = descriptors[1]
        let handled = [SIGTERM, SIGINT].filter(handle)
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptors[0], queue: .global())
        source.setEventHandler { [reading = descriptors[0]] in end(bySignalFrom: reading, handled) }
        source.activate()
        return source
    }()

    /// - Returns: False if the program handles the signal itself.
    private static func handle(_ number: Int32) -> Bool {
        let previous = signal(number) { number in
            // Only operations that are safe in a signal handler: no allocation, no lock.
            let saved = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(signalPipe, &byte, 1)
            errno = saved
        }
        guard let previous else { return true }
        _ = signal(number, previous)
        Diagnostics.report(
            .warning, "Last9",
            "flushesOnTermination leaves signal \(number) alone, which the program handles itself: await "
                + "telemetry.shutdown() there")
        return false
    }

    /// Exports queued items, then ends the process as the signal would have.
    private static func end(bySignalFrom descriptor: Int32, _ handled: [Int32]) {
        var number: UInt8 = 0
        guard read(descriptor, &number, 1) == 1 else { return }
        // A second signal ends the process at once.
        for number in handled { _ = signal(number, SIG_DFL) }
        flush()
        _ = kill(getpid(), Int32(number))
    }
}

/// The descriptor to which the handler writes the signal's number.
///
/// `nonisolated(unsafe)`: written once, before the handler that reads it is installed.
private nonisolated(unsafe) var signalPipe: Int32 = -1
