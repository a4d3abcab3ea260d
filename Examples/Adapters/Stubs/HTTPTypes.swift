// swift-format-ignore-file
// The declarations of swift-http-types that the adapters use, so that CI can compile them without the package.
// Source: github.com/apple/swift-http-types, Sources/HTTPTypes.
public struct HTTPField: Sendable {
    public struct Name: Sendable {
        public init?(_ name: String) {}
    }
}

public struct HTTPFields: Sendable {
    public subscript(name: HTTPField.Name) -> String? { nil }
}

public struct HTTPRequest: Sendable {
    public struct Method: Sendable {
        public var rawValue: String
    }

    public var method: Method
    public var path: String?
    public var headerFields: HTTPFields
}

public struct HTTPResponse: Sendable {
    public struct Status: Sendable {
        public var code: Int
    }

    public var status: Status
    public var headerFields: HTTPFields
}
