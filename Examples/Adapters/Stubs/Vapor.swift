// swift-format-ignore-file
// The declarations of Vapor that the adapters use, so that CI can compile them without the package.
// Source: github.com/vapor/vapor 4, Sources/Vapor, and swift-nio's NIOHTTP1.
public struct HTTPHeaders: Sendable {
    public func first(name: String) -> String? { nil }
}

public struct HTTPMethod: Sendable {
    public var rawValue: String
}

public struct HTTPResponseStatus: Sendable {
    public var code: UInt
}

public struct URI: Sendable {
    public var path: String
}

public final class Route: Sendable {
    public let path: [PathComponent] = []
}

public enum PathComponent: Sendable, CustomStringConvertible {
    case constant(String)
    public var description: String { "" }
}

public final class Request: Sendable {
    public let method: HTTPMethod
    public let url: URI
    public let headers: HTTPHeaders
    public let route: Route?

    init(method: HTTPMethod, url: URI, headers: HTTPHeaders, route: Route?) {
        self.method = method
        self.url = url
        self.headers = headers
        self.route = route
    }
}

public final class Response: Sendable {
    public let status: HTTPResponseStatus

    init(status: HTTPResponseStatus) { self.status = status }
}

public protocol AsyncResponder: Sendable {
    func respond(to request: Request) async throws -> Response
}

public protocol AsyncMiddleware: Sendable {
    func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response
}

public final class Application: Sendable {}

public protocol LifecycleHandler: Sendable {
    func shutdownAsync(_ application: Application) async
}
