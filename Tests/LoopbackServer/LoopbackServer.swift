// SPDX-License-Identifier: MIT

/// An HTTP/1.1 server on 127.0.0.1 that does exactly what a script tells it, faults included.
///
/// ```swift
/// let server = try LoopbackServer { request in
///     .json(200, #"{"path":"\#(request.path)"}"#)
/// }
/// // ... send something to server.url ...
/// let requests = await server.waitForRequests(1)
/// ```
///
/// The port is picked by the system. Every connection has a thread of its own, on which the handler runs, so the
/// handler may block. All threads and sockets end with ``stop()`` or when the last reference to the server goes.
/// Meant for tests and offline examples: no TLS, no limit on the number of connections.
public final class LoopbackServer: Sendable {
    /// Decides what to answer. Called once per request on the connection's thread, concurrently for several
    /// connections.
    public typealias Handler = @Sendable (Request) -> Reply

    /// The handling of a connection before anything is read from it.
    public enum Admission: Sendable {
        /// Requests are read and answered.
        case serve
        /// The connection is reset (RST) at once.
        case reset
        /// The connection stays open, and nothing is ever read from it or written to it.
        case ignore
    }

    /// The error of a server that could not start.
    public struct StartError: Error, Sendable {
        /// The system call that failed.
        public var call: String
        /// Its `errno`.
        public var errorNumber: Int32
    }

    /// The port it listens on.
    public let port: UInt16
    private let core: ServerCore

    /// Starts a server that asks `handler` for each reply.
    ///
    /// - Parameters:
    ///   - recordsBodies: Whether ``requests`` keeps the bodies; `false` for load tests. The handler always sees them.
    ///   - recordsRequests: Whether ``requests`` keeps anything; without it, ``waitForRequests(_:)`` has nothing to see.
    /// - Throws: ``StartError`` when no socket or thread is to be had.
    public convenience init(
        recordsBodies: Bool = true, recordsRequests: Bool = true, handler: @escaping Handler
    ) throws(StartError) {
        try self.init(
            recordsBodies: recordsBodies, recordsRequests: recordsRequests, admission: { _ in .serve }, handler: handler
        )
    }

    /// Starts a server that asks `admission` what to do with the n-th connection, counted from 0, and `handler` for
    /// each reply.
    ///
    /// - Throws: ``StartError`` when no socket or thread is to be had.
    public init(
        recordsBodies: Bool = true, recordsRequests: Bool = true,
        admission: @escaping @Sendable (Int) -> Admission, handler: @escaping Handler
    ) throws(StartError) {
        let listener = try Posix.listen()
        core = ServerCore(
            recordsBodies: recordsBodies, recordsRequests: recordsRequests, admission: admission, handler: handler)
        port = listener.port
        try core.start(listening: listener.descriptor)
    }

    /// Starts a server that gives the n-th request the n-th reply, and the last one to all that follow.
    ///
    /// Without any reply every request is answered with status 500.
    public convenience init(replies: [Reply]) throws(StartError) {
        try self.init { request in
            replies.isEmpty ? .text(500, "no reply is scripted") : replies[min(request.index, replies.count - 1)]
        }
    }

    deinit {
        core.stop()
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// A URL whose port refuses every connection, for as long as the process lives.
    ///
    /// - Throws: ``StartError`` when no port can be reserved.
    public static func refusedURL() throws(StartError) -> String {
        "http://127.0.0.1:\(try Posix.refusedPort.get())"
    }

    /// Ends every connection and frees the port. Idempotent.
    ///
    /// Returns when all threads have ended, or after five seconds if a handler still blocks. Pending waits return.
    public func stop() {
        core.stop()
    }
}

// MARK: - What happened so far

extension LoopbackServer {
    /// The requests received so far, each recorded before its handler ran, in the order they were complete.
    public var requests: [Request] { core.read { $0.requests } }

    /// The number of accepted connections. If it is less than that of requests, connections were reused.
    public var acceptedConnectionCount: Int { core.read { $0.acceptedConnectionCount } }

    /// The number of open connections.
    public var openConnectionCount: Int { core.read { $0.openConnectionCount } }

    /// The number of connections that clients closed before they had the whole reply.
    public var disconnectCount: Int { core.read { $0.disconnectCount } }

    /// The number of bytes of replies that the system has accepted for sending.
    public var sentByteCount: Int { core.read { $0.sentByteCount } }

    /// Waits until `count` requests have arrived, the server is stopped or the task is cancelled.
    @discardableResult
    public func waitForRequests(_ count: Int) async -> [Request] {
        await core.wait { $0.requests.count >= count }
        return requests
    }

    /// Waits until ``disconnectCount`` is `count` or more, the server is stopped or the task is cancelled.
    public func waitForDisconnects(_ count: Int) async {
        await core.wait { $0.disconnectCount >= count }
    }

    /// Waits until ``sentByteCount`` is `count` or more, the server is stopped or the task is cancelled.
    public func waitForSentBytes(_ count: Int) async {
        await core.wait { $0.sentByteCount >= count }
    }

    /// Waits until no connection is open, the server is stopped or the task is cancelled.
    public func waitForNoConnections() async {
        await core.wait { $0.openConnectionCount == 0 }
    }
}
