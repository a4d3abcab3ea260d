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

/// Writes lines to a descriptor that may be full, slow or closed, without blocking the caller.
///
/// A thread writes the lines of a limited queue; it starts with the first line and ends when none is left. If the queue
/// is full, lines are dropped, and the next line that is accepted reports their number. A closed descriptor drops the
/// lines, and never ends the process by SIGPIPE.
final class LineWriter: Sendable {
    /// The writer of ``Diagnostics``. Lines that wait when the process exits are written, for at most 200 ms.
    static let standardError: LineWriter = {
        let writer = LineWriter(to: STDERR_FILENO)
        atexit { LineWriter.standardError.drain(within: .milliseconds(200)) }
        return writer
    }()

    private static let capacity = 256
    private static let byteCapacity = 64 << 10

    private struct State {
        var lines: [String] = []
        var byteCount = 0
        var droppedCount = 0
        var hasThread = false
    }

    private let descriptor: Int32
    private let condition = ThreadCondition(State())

    init(to descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Queues a line, without its line break.
    func write(_ line: String) {
        let needsThread = condition.update { state in
            let size = line.utf8.count
            guard state.lines.count < Self.capacity, state.byteCount + size <= Self.byteCapacity else {
                state.droppedCount += 1
                return false
            }
            let dropped = state.droppedCount
            state.droppedCount = 0
            state.lines.append(dropped == 0 ? "\(line)\n" : "\(line) (\(dropped) lines before it were dropped)\n")
            state.byteCount += size
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard needsThread, !startThread({ self.run() }) else { return }
        condition.update { state in
            state.droppedCount += state.lines.count
            (state.lines, state.byteCount, state.hasThread) = ([], 0, false)
        }
    }

    /// Blocks the thread until all lines are written.
    ///
    /// - Returns: False if the timeout passed first.
    @discardableResult
    func drain(within timeout: Duration) -> Bool {
        let deadline = steadyNanoseconds(after: timeout)
        return condition.wait { state in
            if !state.hasThread { return .done(true) }
            return steadyNanoseconds() >= deadline ? .done(false) : .sleep(until: deadline)
        }
    }

    private func run() {
        while true {
            let lines: [String]? = condition.update { state in
                guard !state.lines.isEmpty else {
                    state.hasThread = false
                    return nil
                }
                defer { (state.lines, state.byteCount) = ([], 0) }
                return state.lines
            }
            guard let lines else { return }
            writeAll(lines.joined().utf8, to: descriptor)
        }
    }
}

/// Writes all of the bytes to a file descriptor. Stops at the first error. Blocks while the descriptor is full.
///
/// A pipe without a reader is such an error, and does not send the process SIGPIPE.
func writeAll(_ bytes: some Collection<UInt8>, to descriptor: Int32) {
    let mask = PipeSignalMask()
    defer { mask.restore() }
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if written > 0 {
            rest = rest.dropFirst(written)
        } else if written < 0, errno == EINTR {
            continue
        } else if written < 0, errno == EAGAIN {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&ready, 1, -1) < 0, errno != EINTR { return }
        } else {
            return
        }
    }
}

/// Blocks SIGPIPE for the thread until it is restored. A signal that arrived meanwhile is removed.
private struct PipeSignalMask {
    private var previous = sigset_t()
    private var pipe = sigset_t()
    private let wasPending: Bool

    init() {
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        wasPending = Self.isPending
        pthread_sigmask(SIG_BLOCK, &pipe, &previous)
    }

    func restore() {
        var (previous, pipe) = (previous, pipe)
        if !wasPending, Self.isPending {
            var signal: Int32 = 0
            sigwait(&pipe, &signal)
        }
        pthread_sigmask(SIG_SETMASK, &previous, nil)
    }

    private static var isPending: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return sigismember(&pending, SIGPIPE) == 1
    }
}
