// swift-format-ignore-file
// The declarations of swift-ai-sdk that the adapters use, so that CI can compile them without the package.
// Source: github.com/teunlao/swift-ai-sdk, Sources/AISDKProviderUtils.
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

public enum ProviderHTTPResponseBody: Sendable {
    case none
    case data(Data)
    case stream(AsyncThrowingStream<Data, any Error>)
}

public struct FetchResponse: Sendable {
    public let body: ProviderHTTPResponseBody
    public let urlResponse: URLResponse

    public init(body: ProviderHTTPResponseBody, urlResponse: URLResponse) {
        self.body = body
        self.urlResponse = urlResponse
    }
}

public typealias FetchFunction = @Sendable (URLRequest) async throws -> FetchResponse
