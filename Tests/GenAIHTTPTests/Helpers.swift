// SPDX-License-Identifier: MIT

import LoopbackServer
import Testing

@testable import GenAIHTTP

#if canImport(Glibc)
    import Glibc
#endif

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

/// A transport that the package brings along.
protocol OwnTransport: HTTPTransport {
    func shutdown()
    /// The object that must be released with the transport.
    var core: AnyObject { get }
    /// The number of exchanges that its timer watches.
    var watchedCount: Int { get }
}

extension URLSessionTransport: OwnTransport {
    var core: AnyObject { delegate }
    var watchedCount: Int { delegate.exchanges.watchedCount }
}

#if canImport(Glibc)
    extension CurlTransport: OwnTransport {
        var core: AnyObject { loop }
        var watchedCount: Int { loop.watchedCount }
    }
#endif

/// The transport under test.
enum Kind: Hashable, Sendable {
    case urlSession
    #if canImport(Glibc)
        case curl
        /// Without URLSession where Scripts/check-sanitizers looks for leaks: Foundation's on Linux has its own.
        static let all: [Kind] =
            getenv("LAST9_GENAI_TESTS_WITHOUT_URLSESSION") == nil ? [.urlSession, .curl] : [.curl]
    #else
        static let all: [Kind] = [.urlSession]
    #endif

    /// Any of them.
    static var some: Kind { all[0] }

    /// Those that stop reading from the network for a slow consumer.
    static var thatHalt: [Kind] {
        #if canImport(Darwin)
            all
        #else
            all.filter { $0 != .urlSession }
        #endif
    }

    func makeTransport(
        _ configuration: HTTPTransportConfiguration = .init()
    ) throws -> any OwnTransport {
        switch self {
        case .urlSession: return try URLSessionTransport(configuration)
        #if canImport(Glibc)
            case .curl: return try CurlTransport(configuration)
        #endif
        }
    }
}

/// A transport of its own for a test, shut down at its end.
func withTransport<Value>(
    _ kind: Kind, _ configuration: HTTPTransportConfiguration = .init(),
    _ body: (any OwnTransport) async throws -> Value
) async throws -> Value {
    let transport = try kind.makeTransport(configuration)
    defer { transport.shutdown() }
    return try await body(transport)
}

/// The HTTPTransportError that `body` throws.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws -> Void
) async throws -> HTTPTransportError {
    do {
        try await body()
    } catch let error as HTTPTransportError {
        return error
    }
    return try #require(nil as HTTPTransportError?, "nothing was thrown", sourceLocation: sourceLocation)
}
