// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import CCurl
    import Foundation

    /// A transport on the system's libcurl, with one thread of its own. The default on Linux.
    ///
    /// FoundationNetworking is built on libcurl too and loads it anyway. Without that layer, no response can crash the
    /// process, a slow consumer slows the server down, and certificate files work.
    ///
    /// - HTTP/1.1, or HTTP/2 for requests that require it, on reused connections. libcurl before 8.0 uses a connection
    ///   of HTTP/2 without TLS only once. Redirects are not followed: a 3xx response is returned whole.
    /// - No cookies, cache or stored credentials. Proxies come from the environment: `http_proxy` (lower case only,
    ///   because a server's `HTTP_PROXY` may come from a request's `Proxy` field), `https_proxy`, `all_proxy` and
    ///   `no_proxy`. HTTP/2 without TLS uses no proxy.
    /// - No request is sent twice, with one exception: a request without a body whose method RFC 9110 calls idempotent
    ///   is repeated when a reused connection breaks before the response.
    /// - Response bodies are decoded: unless the caller sets `Accept-Encoding`, the transport asks for `gzip` or
    ///   `deflate`, libcurl decodes the body, and the fields `Content-Encoding` and `Content-Length` are removed.
    /// - While a consumer is slow, reading from the network stops at half of
    ///   ``HTTPTransportConfiguration/bufferLimit``.
    /// - A response head of more than 256 KiB or 1,000 fields, or a `Content-Length` above 2^60, is an error.
    ///
    /// Releasing the transport lets running exchanges complete; ``shutdown()`` ends them.
    public final class CurlTransport: HTTPTransport {
        /// Indicates whether libcurl 7.68 or newer with TLS, zlib and background name resolution can be loaded.
        public static var isAvailable: Bool { ccurl_load() }

        private let configuration: HTTPTransportConfiguration
        let loop: CurlLoop

        /// Creates a transport and its thread.
        ///
        /// - Throws: ``HTTPTransportError`` with code `tls` for a certificate file that cannot be read or is not PEM,
        ///   and `connection` if libcurl is not available or the thread cannot be started; see ``isAvailable``.
        public init(_ configuration: HTTPTransportConfiguration = .init()) throws(HTTPTransportError) {
            try configuration.checkFiles()
            guard let loop = CurlLoop(configuration) else {
                throw HTTPTransportError(
                    .connection, "libcurl 7.68 or newer cannot be loaded, or its thread cannot be started")
            }
            self.configuration = configuration
            self.loop = loop
        }

        deinit {
            loop.finish()
        }

        /// Sends one request and returns when the response head has arrived; the body streams.
        ///
        /// Cancelling the task, or releasing the response before its end, closes the connection.
        ///
        /// - Throws: ``HTTPTransportError``: `badURL` or `invalidRequest` before anything is sent, `timedOut` when one
        ///   of the request's timeouts passes, `shutDown` after ``shutdown()``, otherwise the code of the network
        ///   failure.
        public func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
            let checked = try CheckedRequest(request)
            guard !Task.isCancelled else { throw .cancelledBefore }
            guard let number = loop.makeNumber() else { throw .afterShutdown }
            // A chunk has at most 16 KiB, so half of the buffer always has room for one more.
            let buffer = ResponseBuffer(limit: max(configuration.bufferLimit, 32_768), canHalt: true)
            let work = CurlRequest(number: number, request: checked, connectTimeout: request.timeouts.connect)
            let wire = CurlWire(request: work, loop: loop)
            let exchange = Exchange(wire: wire, timeouts: request.timeouts, buffer: buffer)
            exchange.start()
            return try await HTTPResponse(of: exchange)
        }

        /// Returns whether the loaded libcurl supports HTTP/2.
        public func supportsHTTP2(to url: String) -> Bool { ccurl_has_http2() }

        /// Ends every running exchange with the error `shutDown`, and rejects further ones. Idempotent.
        public func shutdown() {
            loop.stop()
        }
    }

    extension CurlTransport: CustomReflectable {
        /// The configuration; running requests are not shown.
        public var customMirror: Mirror { Mirror(self, children: ["configuration": configuration]) }
    }

    /// Controls one transfer by commands to the loop.
    private struct CurlWire: Wire {
        let request: CurlRequest
        let loop: CurlLoop

        func start(_ exchange: Exchange) {
            if !loop.send(.start(request, exchange)) { exchange.abort(.afterShutdown) }
        }

        /// Does nothing: the loop asks the exchange before it delivers the next chunk.
        func halt() {}
        func resume() { loop.send(.resume(request.number)) }
        func cancel() { loop.send(.cancel(request.number)) }
    }

    extension HTTPTransportConfiguration {
        fileprivate func checkFiles() throws(HTTPTransportError) {
            guard clientKeyFile == nil || clientCertificateFile != nil else {
                throw HTTPTransportError(.tls, "a client key needs the client certificate it belongs to")
            }
            try Self.check(certificateAuthorityFile, "certificate authority")
            try Self.check(clientCertificateFile, "client certificate")
            try Self.check(clientKeyFile, "client key")
        }

        private static func check(_ path: String?, _ purpose: String) throws(HTTPTransportError) {
            guard let path else { return }
            guard let file = FileManager.default.contents(atPath: path) else {
                throw HTTPTransportError(.tls, "the \(purpose) file \(path) cannot be read")
            }
            guard file.range(of: Data("-----BEGIN ".utf8)) != nil else {
                throw HTTPTransportError(.tls, "the \(purpose) file \(path) is not PEM")
            }
        }
    }
#endif
