// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#elseif canImport(Darwin)
    import Darwin
#endif

/// The few system calls a server needs, in Swift types. Descriptors of -1 are accepted and ignored.
enum Posix {
    typealias Failure = LoopbackServer.StartError

    /// Lets the process have as many descriptors as it may, once: hundreds of connections take two each.
    static let raisedDescriptorLimit: Void = {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 8_192))
        _ = setrlimit(resource, &limit)
    }()

    // MARK: - Sockets

    /// A non-blocking socket that listens on a free port of 127.0.0.1.
    static func listen() throws(Failure) -> (descriptor: Int32, port: UInt16) {
        raisedDescriptorLimit
        let bound = try bind()
        guard systemListen(bound.descriptor, 4096) == 0 else {
            let failure = Failure(call: "listen", errorNumber: errno)
            close(bound.descriptor)
            throw failure
        }
        return bound
    }

    /// A port that is taken by a socket which never listens, so that connecting to it is refused.
    static let refusedPort: Result<UInt16, Failure> = {
        do throws(Failure) { return .success(try bind().port) } catch { return .failure(error) }
    }()

    private static func bind() throws(Failure) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, streamType, 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", errorNumber: errno) }
        prepare(descriptor)
        var address = sockaddr_in()
        #if canImport(Darwin)
            address.sin_len = UInt8(MemoryLayout<sockaddr_in>.size)
        #endif
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                systemBind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            let failure = Failure(call: "bind", errorNumber: errno)
            close(descriptor)
            throw failure
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// The next connection, or `nil` when there is none or it cannot be had now.
    static func accept(_ listener: Int32) -> Int32? {
        let descriptor = systemAccept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        prepare(descriptor)
        var isOn: Int32 = 1
        // Pieces go out as they are written; joining them is what tests of streaming must not see.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    /// Makes the next close send RST instead of FIN.
    static func resetOnClose(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Appends what has arrived: how many bytes, 0 at the end or on an error, `nil` when nothing is there yet.
    static func receive(_ descriptor: Int32, into buffer: inout [UInt8]) -> Int? {
        let count = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { block in
            let count = recv(descriptor, block.baseAddress, block.count, 0)
            if count > 0 { buffer.append(contentsOf: block[..<count]) }
            return count
        }
        return outcome(count)
    }

    /// Sends a part of `bytes`: how many, 0 on an error, `nil` when the socket is full. Never raises SIGPIPE.
    static func send(_ descriptor: Int32, _ bytes: [UInt8], from start: Int) -> Int? {
        let count = bytes.withUnsafeBytes { all in
            let rest = all[start...]
            return systemSend(descriptor, all.baseAddress?.advanced(by: start), rest.count, sendFlags)
        }
        return outcome(count)
    }

    private static func outcome(_ count: Int) -> Int? {
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? nil : 0
    }

    static func close(_ descriptor: Int32) {
        if descriptor >= 0 { _ = systemClose(descriptor) }
    }

    private static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK)
        #if canImport(Darwin)
            var isOn: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isOn, socklen_t(MemoryLayout<Int32>.size))
        #endif
    }

    // MARK: - Pipes and waiting

    /// Both ends of a pipe; -1 when there is none to be had, which waits take for shut for good.
    static func pipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard systemPipe(&ends) == 0 else { return (-1, -1) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// A descriptor and what to wait for.
    struct Wait {
        enum Event { case input, hangUp, outputOrHangUp }
        var entry: pollfd

        init(_ descriptor: Int32, _ event: Event) {
            let events =
                switch event {
                case .input: Int32(POLLIN)
                case .hangUp: peerClosed
                case .outputOrHangUp: Int32(POLLOUT) | peerClosed
                }
            entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
        }
    }

    /// Waits for the first event or until the time is over, and says which descriptors have one.
    static func poll(_ waits: [Wait], for duration: Duration?) -> [Bool] {
        var entries = waits.map(\.entry)
        let deadline = duration.map { ContinuousClock.now + $0 }
        while true {
            let rest = deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
            let count = systemPoll(&entries, nfds_t(entries.count), rest.map(milliseconds) ?? -1)
            if count > 0 || (count == 0 && rest == .zero) { break }
            if count < 0, errno != EINTR { break }
        }
        return entries.map { $0.revents != 0 }
    }

    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

// MARK: - Threads

/// A detached thread.
///
/// Unchecked, because `pthread_t` is a pointer type on some platforms; it is only ever compared, never followed.
struct PosixThread: @unchecked Sendable {
    private let id: pthread_t

    static var current: PosixThread { PosixThread(id: pthread_self()) }

    var isCurrent: Bool { pthread_equal(id, pthread_self()) != 0 }

    /// Runs `body` on a new thread; `false` if there is none to be had.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let argument = Unmanaged.passRetained(ThreadBody(run: body))
        let isStarted = startDetached(argument.toOpaque())
        if !isStarted { argument.release() }
        return isStarted
    }

    private static func startDetached(_ argument: UnsafeMutableRawPointer) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Glibc) || canImport(Android)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        return pthread_create(
            &thread, &attributes,
            { argument in
                // Optional on some platforms and in some versions of Android's headers, not on others.
                let context: UnsafeMutableRawPointer? = argument
                if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
                return argument
            }, argument) == 0
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

// MARK: - Names that differ between platforms, or that methods above hide

#if canImport(Glibc)
    private let streamType = Int32(SOCK_STREAM.rawValue)
#else
    private let streamType = SOCK_STREAM
#endif

#if canImport(Darwin)
    private let sendFlags: Int32 = 0
    private let peerClosed = Int32(POLLHUP)
#else
    private let sendFlags = Int32(MSG_NOSIGNAL)
    private let peerClosed: Int32 = 0x2000  // POLLRDHUP, which the C headers show only with _GNU_SOURCE
#endif

private func systemBind(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    bind(descriptor, address, length)
}

private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 {
    listen(descriptor, backlog)
}

private func systemAccept(
    _ descriptor: Int32, _ address: UnsafeMutablePointer<sockaddr>?, _ length: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
    accept(descriptor, address, length)
}

private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
    send(descriptor, bytes, count, flags)
}

private func systemClose(_ descriptor: Int32) -> Int32 {
    close(descriptor)
}

private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 {
    pipe(ends)
}

private func systemPoll(_ entries: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ timeout: Int32) -> Int32 {
    poll(entries, count, timeout)
}
