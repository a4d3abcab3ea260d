// swift-format-ignore-file
// The declarations of async-http-client that the adapters use, so that CI can compile them without the package.
// Source: github.com/swift-server/async-http-client, Sources/AsyncHTTPClient/AsyncAwait.
import NIOCore

public struct HTTPClientRequest: Sendable {
    public struct Body: Sendable {
        public static func bytes(_ buffer: ByteBuffer) -> Body { Body() }
    }

    public var url: String
    public var method: HTTPMethod
    public var headers: HTTPHeaders
    public var body: Body?
}

public struct HTTPClientResponse: Sendable {
    public struct Body: AsyncSequence, Sendable {
        public struct AsyncIterator: AsyncIteratorProtocol {
            public mutating func next() async throws -> ByteBuffer? { nil }
        }

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }

        public static func stream<SequenceOfBytes: AsyncSequence & Sendable>(_ sequence: SequenceOfBytes) -> Body
        where SequenceOfBytes.Element == ByteBuffer { Body() }
    }

    public var status: HTTPResponseStatus
    public var headers: HTTPHeaders
    public var body: Body
}

public final class HTTPClient: Sendable {
    public func execute(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        throw CancellationError()
    }
}
