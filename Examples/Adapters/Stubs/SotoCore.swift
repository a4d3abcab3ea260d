// swift-format-ignore-file
// The declarations of soto-core that the adapters use, so that CI can compile them without the package.
// Source: github.com/soto-project/soto-core, Sources/SotoCore/HTTP and Sources/SotoCore/Middleware.
import Foundation
import NIOCore

public struct AWSHTTPBody: AsyncSequence, Sendable {
    public struct AsyncIterator: AsyncIteratorProtocol {
        public mutating func next() async throws -> ByteBuffer? { nil }
    }

    public init<BufferSequence: AsyncSequence & Sendable>(asyncSequence: BufferSequence, length: Int?)
    where BufferSequence.Element == ByteBuffer {}
    public func collect(upTo length: Int) async throws -> ByteBuffer { ByteBuffer() }
    public var length: Int? { nil }
    public var isStreaming: Bool { false }
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
}

public struct AWSHTTPRequest: Sendable {
    public var url: URL
    public var method: HTTPMethod
    public var headers: HTTPHeaders
    public var body: AWSHTTPBody
}

public struct AWSHTTPResponse: Sendable {
    public var status: HTTPResponseStatus
    public var headers: HTTPHeaders
    public var body: AWSHTTPBody
}

public struct AWSMiddlewareContext: Sendable {
    public var operation: String
}

public typealias AWSMiddlewareNextHandler = (AWSHTTPRequest, AWSMiddlewareContext) async throws -> AWSHTTPResponse

public struct AWSMiddleware: Sendable {
    public init(
        _ middleware:
            @escaping @Sendable (AWSHTTPRequest, AWSMiddlewareContext, _ next: AWSMiddlewareNextHandler) async throws ->
            AWSHTTPResponse
    ) {}
}
