// swift-format-ignore-file
// The declarations of MacPaw's OpenAI that the adapters use, so that CI can compile them without the package.
// Source: github.com/MacPaw/OpenAI, Sources/OpenAI/Public/Protocols/OpenAIMiddleware.swift.
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

public protocol OpenAIMiddleware: Sendable {
    func intercept(request: URLRequest) -> URLRequest
    func interceptStreamingData(request: URLRequest?, _ data: Data) -> Data
    func intercept(response: URLResponse?, request: URLRequest, data: Data?) -> (response: URLResponse?, data: Data?)
}
