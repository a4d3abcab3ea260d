// SPDX-License-Identifier: MIT

/// A type that sends HTTP requests. Conform to it to use an HTTP client of your own.
///
/// The package brings `CurlTransport` (Linux) and ``URLSessionTransport``; see ``makeDefaultTransport(_:)``. Tests use
/// a small struct.
public protocol HTTPTransport: Sendable {
    /// Sends one request and returns when the response head has arrived; the body streams.
    ///
    /// Implementations never follow a redirect and never retry: both are decisions of the caller. Cancelling the task
    /// closes the connection.
    ///
    /// - Throws: ``HTTPTransportError``. A status of 400 or more is a response, not an error.
    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse

    /// Returns whether requests with ``HTTPRequest/requiresHTTP2`` can be sent to a URL. The default implementation
    /// returns false.
    func supportsHTTP2(to url: String) -> Bool
}

extension HTTPTransport {
    /// Returns false.
    public func supportsHTTP2(to url: String) -> Bool { false }
}

/// An outgoing request.
public struct HTTPRequest: Sendable {
    /// The method, in upper case.
    public var method: String
    /// The absolute `http` or `https` URL.
    public var url: String
    /// The header fields.
    public var headers: HTTPHeaders
    /// The whole body; empty for none.
    public var body: [UInt8]
    /// The time limits; none by default.
    public var timeouts: HTTPTimeouts
    /// Indicates whether the request must use HTTP/2, as gRPC does: with prior knowledge for `http`, by ALPN for
    /// `https`.
    ///
    /// False by default. Ask ``HTTPTransport/supportsHTTP2(to:)`` first: a transport without HTTP/2 uses another
    /// version.
    public var requiresHTTP2 = false

    /// Creates a request.
    public init(
        method: String, url: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        timeouts: HTTPTimeouts = HTTPTimeouts()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
    }
}

extension HTTPRequest: CustomStringConvertible, CustomReflectable {
    /// The method and the URL, with what may be secret masked.
    public var description: String { "\(method) \(withoutSecrets(url: url))" }
    /// The request without its body and with what may be secret masked.
    public var customMirror: Mirror {
        let children: KeyValuePairs<String, Any> = [
            "method": method, "url": withoutSecrets(url: url), "headers": headers, "bodyByteCount": body.count,
            "timeouts": timeouts, "requiresHTTP2": requiresHTTP2,
        ]
        return Mirror(self, children: children)
    }
}

/// The time limits of a request; `nil` means no limit.
public struct HTTPTimeouts: Sendable, Hashable {
    /// The limit for resolving the server's name, connecting and the TLS handshake. Does not apply to a reused
    /// connection.
    ///
    /// Only `CurlTransport`, the default on Linux, supports this limit. With URLSession, only ``head`` limits
    /// connecting.
    public var connect: Duration?
    /// The limit until the response head has arrived, connecting included.
    public var head: Duration?
    /// The limit between two chunks of the response body.
    public var betweenChunks: Duration?
    /// The limit for the whole exchange, body included.
    public var total: Duration?

    /// Creates timeouts; none by default.
    public init(
        connect: Duration? = nil, head: Duration? = nil, betweenChunks: Duration? = nil, total: Duration? = nil
    ) {
        self.connect = connect
        self.head = head
        self.betweenChunks = betweenChunks
        self.total = total
    }
}

/// A response, whose body may still be arriving.
public struct HTTPResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body, as it arrives.
    public var body: HTTPBody

    /// Creates a response.
    public init(status: Int, headers: HTTPHeaders = [:], body: HTTPBody = HTTPBody([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
