// swift-format-ignore-file
// The declarations of swift-openapi-runtime that the adapters use, so that CI can compile them without the package.
// Source: github.com/apple/swift-openapi-runtime, Sources/OpenAPIRuntime/Interface.
import Foundation
import HTTPTypes

public final class HTTPBody: AsyncSequence, Sendable {
    public typealias ByteChunk = ArraySlice<UInt8>

    public enum IterationBehavior: Sendable {
        case single, multiple
    }

    public enum Length: Sendable {
        case unknown
        case known(Int64)
    }

    public struct Iterator: AsyncIteratorProtocol {
        public mutating func next() async throws -> ByteChunk? { nil }
    }

    public let length: Length = .unknown
    public let iterationBehavior: IterationBehavior = .single

    public init(_ bytes: [UInt8]) {}
    public init<Bytes: AsyncSequence>(_ sequence: Bytes, length: Length, iterationBehavior: IterationBehavior)
    where Bytes.Element == ByteChunk, Bytes: Sendable {}

    public func makeAsyncIterator() -> Iterator { Iterator() }
}

extension Array where Element == UInt8 {
    public init(collecting body: HTTPBody, upTo maxBytes: Int) async throws { self = [] }
}

public protocol ClientMiddleware: Sendable {
    func intercept(
        _ request: HTTPRequest, body: HTTPBody?, baseURL: URL, operationID: String,
        next: @Sendable (HTTPRequest, HTTPBody?, URL) async throws -> (HTTPResponse, HTTPBody?)
    ) async throws -> (HTTPResponse, HTTPBody?)
}
