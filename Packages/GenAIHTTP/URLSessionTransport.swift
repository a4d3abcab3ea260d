// SPDX-License-Identifier: MIT

import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A transport on a `URLSession` of its own, which reuses connections.
///
/// - Redirects are not followed: a 3xx response is returned as it is. On Linux its body is missing.
/// - No cookies, cache or stored credentials. Proxies come from the platform's settings.
/// - The transport sends nothing twice. The platform may: libcurl repeats a request without a body when a reused
///   connection breaks before the response, and Apple's URLSession may repeat idempotent requests.
/// - Response bodies are decoded: unless the caller sets `Accept-Encoding`, the transport asks for `gzip` or `deflate`,
///   the platform decodes the body, and the fields `Content-Encoding` and `Content-Length` are removed.
/// - While a consumer is slow, Apple platforms stop reading from the network. Linux cannot: there, a body that is ahead
///   of its consumer by more than ``HTTPTransportConfiguration/bufferLimit`` ends with the error `tooLarge`.
///
/// On Linux, as of Swift 6.3.1, two kinds of response crash the whole process inside Foundation
/// (swift-corelibs-foundation issue 5285): a connection that is closed in the middle of a response head, and a chunked
/// body with trailer fields. So does a `Content-Length` of 2^63 - 1. No delegate can prevent it. If you do not trust
/// the peer that far, use `CurlTransport`, the default there.
///
/// Releasing the transport lets running exchanges complete; ``shutdown()`` ends them.
public final class URLSessionTransport: HTTPTransport {
    private let configuration: HTTPTransportConfiguration
    /// `nil` after shutdown: on Linux, idle connections close only when the session itself is released.
    private let session: Mutex<URLSession?>
    let delegate: SessionDelegate

    /// Creates a transport with the default configuration.
    public convenience init() {
        self.init(HTTPTransportConfiguration(), trust: ServerTrust())
    }

    /// Creates a transport.
    ///
    /// - Throws: ``HTTPTransportError`` with code `tls` if the certificate files ask for a feature that the platform
    ///   does not support.
    public convenience init(_ configuration: HTTPTransportConfiguration) throws(HTTPTransportError) {
        self.init(configuration, trust: try ServerTrust(configuration))
    }

    private init(_ configuration: HTTPTransportConfiguration, trust: ServerTrust) {
        self.configuration = configuration
        delegate = SessionDelegate(trust: trust)
        session = Mutex(
            URLSession(configuration: .bare(configuration), delegate: delegate, delegateQueue: .forDelegate()))
    }

    deinit {
        takeSession()?.finishTasksAndInvalidate()
    }

    /// Sends one request and returns when the response head has arrived; the body streams.
    ///
    /// Cancelling the task, or releasing the response before its end, closes the connection.
    ///
    /// - Throws: ``HTTPTransportError``: `badURL` or `invalidRequest` before anything is sent, `timedOut` when one of
    ///   the request's timeouts passes, `shutDown` after ``shutdown()``, otherwise the code of the network failure.
    public func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let urlRequest = URLRequest(try CheckedRequest(request))
        guard !Task.isCancelled else { throw .cancelledBefore }
        let exchange = try begin(urlRequest, timeouts: request.timeouts)
        return try await HTTPResponse(of: exchange)
    }

    /// Returns whether the platform negotiates HTTP/2 for the URL: Apple's platforms do over TLS. Trailer fields are
    /// never reported.
    public func supportsHTTP2(to url: String) -> Bool {
        #if canImport(FoundationNetworking)
            false
        #else
            url.lowercased().hasPrefix("https://")
        #endif
    }

    /// Ends every running exchange with the error `shutDown`, and rejects further ones. Idempotent.
    public func shutdown() {
        guard let session = takeSession() else { return }
        delegate.exchanges.abortAll(.afterShutdown)
        session.invalidateAndCancel()
    }

    private func takeSession() -> URLSession? {
        session.withLock { session in
            defer { session = nil }
            return session
        }
    }

    private func begin(_ request: URLRequest, timeouts: HTTPTimeouts) throws(HTTPTransportError) -> Exchange {
        // Under the lock, because an invalidated session crashes the process when it is asked for a task, and because
        // shutdown must find every exchange. The session does not call back meanwhile.
        let exchange = session.withLock { session -> Exchange? in
            guard let task = session?.dataTask(with: request) else { return nil }
            let buffer = ResponseBuffer(limit: configuration.bufferLimit, canHalt: Self.canHalt)
            let wire = SessionWire(task: task, exchanges: delegate.exchanges)
            let exchange = Exchange(wire: wire, timeouts: timeouts, buffer: buffer)
            delegate.exchanges.add(exchange, number: task.taskIdentifier)
            return exchange
        }
        guard let exchange else { throw .afterShutdown }
        exchange.start()
        return exchange
    }

    #if canImport(FoundationNetworking)
        // On Linux, suspending a task removes its transfer from libcurl, and resuming sends the request anew.
        private static let canHalt = false
    #else
        private static let canHalt = true
    #endif
}

extension URLSessionTransport: CustomReflectable {
    /// The configuration; running requests are not shown.
    public var customMirror: Mirror { Mirror(self, children: ["configuration": configuration]) }
}

extension URLSessionConfiguration {
    fileprivate static func bare(_ configuration: HTTPTransportConfiguration) -> URLSessionConfiguration {
        let bare = URLSessionConfiguration.ephemeral
        bare.urlCache = nil
        bare.urlCredentialStorage = nil
        bare.httpCookieStorage = nil
        bare.httpCookieAcceptPolicy = .never
        bare.httpShouldSetCookies = false
        // The exchange watches the limits. If the session's were shorter than the request's, it would win.
        bare.timeoutIntervalForRequest = 604_800
        bare.httpMaximumConnectionsPerHost = max(1, configuration.maximumConnectionsPerHost)
        return bare
    }
}

/// Controls one exchange with a task of a session.
private struct SessionWire: Wire {
    let task: URLSessionTask
    let exchanges: SessionExchanges

    func start(_ exchange: Exchange) { task.resume() }
    func halt() { task.suspend() }

    func resume() {
        exchanges.watch(task.taskIdentifier)
        task.resume()
    }

    func cancel() {
        #if canImport(FoundationNetworking)
            // On Linux, cancelling waits for the session's queue, which may be the current one; see `InlineQueue`.
            DispatchQueue.global().async { task.cancel() }
        #else
            task.cancel()
        #endif
    }
}

extension OperationQueue {
    /// Creates a serial queue for the delegate.
    fileprivate static func forDelegate() -> OperationQueue {
        #if canImport(FoundationNetworking)
            let queue = InlineQueue()
        #else
            let queue = OperationQueue()
        #endif
        queue.name = "GenAIHTTP"
        queue.maxConcurrentOperationCount = 1
        return queue
    }
}
