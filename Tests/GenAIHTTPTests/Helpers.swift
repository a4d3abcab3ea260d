// SPDX-License-Identifier: MIT

import GenAIHTTP
import LoopbackServer
import Testing

typealias Reply = LoopbackServer.Reply
typealias Gate = LoopbackServer.Gate

extension HTTPTransport {
    /// Sends a request without a body.
    func get(_ url: String, headers: HTTPHeaders = [:], timeouts: HTTPTimeouts = .init()) async throws -> HTTPResponse {
        try await send(HTTPRequest(method: "GET", url: url, headers: headers, timeouts: timeouts))
    }

    /// Sends a body.
    func post(_ url: String, _ body: [UInt8], headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
        try await send(HTTPRequest(method: "POST", url: url, headers: headers, body: body))
    }
}

extension HTTPBody {
    /// Reads everything as text.
    func text() async throws -> String {
        String(decoding: try await collect(upTo: .max), as: UTF8.self)
    }
}

/// A transport of its own for a test, shut down at its end.
func withTransport<Value>(
    _ configuration: URLSessionTransport.Configuration = .init(),
    _ body: (URLSessionTransport) async throws -> Value
) async throws -> Value {
    let transport = try URLSessionTransport(configuration)
    defer { transport.shutdown() }
    return try await body(transport)
}

/// The HTTPError that `body` throws.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws -> Void
) async throws -> HTTPError {
    do {
        try await body()
    } catch let error as HTTPError {
        return error
    }
    return try #require(nil as HTTPError?, "nothing was thrown", sourceLocation: sourceLocation)
}
