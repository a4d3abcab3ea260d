// SPDX-License-Identifier: MIT

/// Sends HTTP requests: the seam where a program puts its own HTTP client.
///
/// The package's own are `CurlTransport` (Linux) and ``URLSessionTransport``; see
/// ``makeDefaultTransport(_:)``. Tests use a small struct.
public protocol HTTPTransport: Sendable {
    /// Sends one request and returns when the response head has arrived; the body streams.
    ///
    /// Never follows a redirect and never retries: both are decisions of the caller. Cancelling the task closes the
    /// connection.
    ///
    /// - Throws: ``HTTPError``. A status of 400 or more is a response, not an error.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse

    /// Whether requests with ``HTTPRequest/requiresHTTP2`` can be sent to a URL; false unless a transport says more.
    func supportsHTTP2(to url: String) -> Bool
}

extension HTTPTransport {
    /// Says no.
    public func supportsHTTP2(to url: String) -> Bool { false }
}

/// One outgoing request.
public struct HTTPRequest: Sendable {
    /// The verb, upper case.
    public var method: String
    /// Where to: absolute, `http` or `https`.
    public var url: String
    /// The header fields.
    public var headers: HTTPHeaders
    /// The whole body; empty for none.
    public var body: [UInt8]
    /// How long to wait, and for what.
    public var timeouts: HTTPTimeouts
    /// Whether it has to go over HTTP/2, as gRPC does: with prior knowledge for `http`, by ALPN for `https`.
    ///
    /// False by default. Ask ``HTTPTransport/supportsHTTP2(to:)`` first; a transport that cannot uses what it can.
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
    /// Method and URL, without what may be secret.
    public var description: String { "\(method) \(withoutSecrets(url: url))" }
    /// The request without its body and what may be secret.
    public var customMirror: Mirror {
        let children: KeyValuePairs<String, Any> = [
            "method": method, "url": withoutSecrets(url: url), "headers": headers, "bodyByteCount": body.count,
            "timeouts": timeouts, "requiresHTTP2": requiresHTTP2,
        ]
        return Mirror(self, children: children)
    }
}

/// The limits a request waits for; `nil` means no limit.
public struct HTTPTimeouts: Sendable, Hashable {
    /// For finding the server's address, connecting and the TLS handshake; no limit on a connection that is reused.
    ///
    /// Only `CurlTransport`, the default on Linux, tells connecting from waiting. URLSession cannot: there only
    /// ``head`` limits it.
    public var connect: Duration?
    /// Until the response head has arrived, connecting included.
    public var head: Duration?
    /// Between two pieces of the response body.
    public var betweenChunks: Duration?
    /// For the whole exchange, body included.
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

/// What the server answered.
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
