// swift-format-ignore-file
// The declarations of Hummingbird that the adapters use, so that CI can compile them without the package.
// Source: github.com/hummingbird-project/hummingbird 2, Sources/Hummingbird and Sources/HummingbirdCore.
@_exported import HTTPTypes

public struct URI: Sendable {
    public var path: String
}

public struct Request: Sendable {
    public let uri: URI
    public var method: HTTPRequest.Method
    public var headers: HTTPFields
}

public struct Response: Sendable {
    public var status: HTTPResponse.Status
}

public protocol RequestContext {}

public protocol MiddlewareProtocol<Input, Output, Context>: Sendable {
    associatedtype Input
    associatedtype Output
    associatedtype Context
    func handle(_ input: Input, context: Context, next: (Input, Context) async throws -> Output) async throws -> Output
}

public protocol RouterMiddleware<Context>: MiddlewareProtocol where Input == Request, Output == Response {}
