// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import CCurl
    import Foundation

    /// Sends requests through the system's libcurl, on one thread of its own: the default on Linux.
    ///
    /// FoundationNetworking is made on libcurl too, and loads it anyway; without the layer between, no answer can stop
    /// the process, a slow consumer slows the server down, and certificate files work.
    ///
    /// - HTTP/1.1, or HTTP/2 for requests that require it, with connections that are reused. libcurl before 8.0 uses one
    ///   of HTTP/2 without TLS only once. Redirects are not followed: a 3xx response comes back whole.
    /// - No cookies, cache or stored credentials. Proxies are those of the environment: `http_proxy` (lower case only,
    ///   because a server's `HTTP_PROXY` may come from a request's `Proxy` field), `https_proxy`, `all_proxy` and
    ///   `no_proxy`. HTTP/2 without TLS passes through none.
    /// - Nothing is sent twice, but for requests without a body whose method RFC 9110 calls idempotent, when a reused
    ///   connection breaks before the answer.
    /// - The body that arrives is decoded: without an `Accept-Encoding` of the caller the transport asks for `gzip` or
    ///   `deflate`, libcurl undoes it, and the fields `Content-Encoding` and `Content-Length` are removed.
    /// - While a consumer is slow, reading from the network stops at half of
    ///   ``HTTPTransportConfiguration/bufferLimit``.
    /// - A response head of more than 256 KiB or 1,000 fields, or an absurd `Content-Length`, is an error.
    ///
    /// Dropping the transport lets running exchanges come to their end; ``shutdown()`` ends them.
    public final class CurlTransport: HTTPTransport {
        /// Whether libcurl 7.68 or newer with TLS, zlib and background name resolution can be loaded.
        public static var isAvailable: Bool { ccurl_load() }

        private let configuration: HTTPTransportConfiguration
        let loop: CurlLoop

        /// Creates a transport and its thread.
        ///
        /// - Throws: ``HTTPError`` with code `tls` for a certificate file that cannot be read or is not PEM, and
        ///   `connection` where libcurl or the thread is not to be had; see ``isAvailable``.
        public init(_ configuration: HTTPTransportConfiguration = .init()) throws(HTTPError) {
            try configuration.checkFiles()
            guard let loop = CurlLoop(configuration) else {
                throw HTTPError(.connection, "libcurl 7.68 or newer cannot be loaded, or there is no thread for it")
            }
            self.configuration = configuration
            self.loop = loop
        }

        deinit {
            loop.finish()
        }

        /// Sends one request and returns when the response head has arrived; the body streams.
        ///
        /// Cancelling the task, or dropping the response before its end, closes the connection.
        ///
        /// - Throws: ``HTTPError``: `badURL` or `invalidRequest` before anything is sent, `timedOut` when one of the
        ///   request's timeouts passes, `shutDown` after ``shutdown()``, else what went wrong on the way.
        public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            let checked = try CheckedRequest(request)
            guard !Task.isCancelled else { throw .cancelledBefore }
            guard let number = loop.makeNumber() else { throw .afterShutdown }
            // A piece is at most 16 KiB, so that half of the buffer is always room for one more.
            let buffer = ResponseBuffer(limit: max(configuration.bufferLimit, 32_768), canHalt: true)
            let work = CurlRequest(number: number, request: checked, connectTimeout: request.timeouts.connect)
            let wire = CurlWire(request: work, loop: loop)
            let exchange = Exchange(wire: wire, timeouts: request.timeouts, buffer: buffer)
            exchange.start()
            return try await HTTPResponse(of: exchange)
        }

        /// Whether the libcurl that was loaded can do HTTP/2.
        public func supportsHTTP2(to url: String) -> Bool { ccurl_has_http2() }

        /// Ends every running exchange with the error `shutDown`, and refuses further ones. Idempotent.
        public func shutdown() {
            loop.stop()
        }
    }

    extension CurlTransport: CustomReflectable {
        /// The configuration; requests on their way are not shown.
        public var customMirror: Mirror { Mirror(self, children: ["configuration": configuration]) }
    }

    /// Carries an exchange by what it asks of the loop.
    private struct CurlWire: Wire {
        let request: CurlRequest
        let loop: CurlLoop

        func start(_ exchange: Exchange) {
            if !loop.send(.start(request, exchange)) { exchange.abort(.afterShutdown) }
        }

        /// Nothing to do: the loop asks the exchange before it delivers the next piece.
        func halt() {}
        func resume() { loop.send(.resume(request.number)) }
        func cancel() { loop.send(.cancel(request.number)) }
    }

    extension HTTPTransportConfiguration {
        fileprivate func checkFiles() throws(HTTPError) {
            guard clientKeyFile == nil || clientCertificateFile != nil else {
                throw HTTPError(.tls, "a client key needs the client certificate it belongs to")
            }
            try Self.check(certificateAuthorityFile, "certificate authority")
            try Self.check(clientCertificateFile, "client certificate")
            try Self.check(clientKeyFile, "client key")
        }

        private static func check(_ path: String?, _ purpose: String) throws(HTTPError) {
            guard let path else { return }
            guard let file = FileManager.default.contents(atPath: path) else {
                throw HTTPError(.tls, "the \(purpose) file \(path) cannot be read")
            }
            guard file.range(of: Data("-----BEGIN ".utf8)) != nil else {
                throw HTTPError(.tls, "the \(purpose) file \(path) is not PEM")
            }
        }
    }
#endif
