// SPDX-License-Identifier: MIT
// Packages: OpenAI (OpenAI)
//
// Records calls of MacPaw's OpenAI, plain and streamed, like those of OpenAIClient. Copy this file into your program,
// then create a middleware for each call, because MacPaw's middleware has no hook for the end of a stream and none that
// matches a response to its request:
//
//     let middleware = ModelCallMiddleware()
//     let client = OpenAI(configuration: configuration, middlewares: [middleware])
//     for try await result in client.chatsStream(query: query) { … }
//     middleware.finish()
import Foundation
import GenAIInstrumentation
import GenAIProviders
import OpenAI
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Records one call. The record ends with a plain answer or with ``finish()``; if the middleware is released before,
/// the call counts as cancelled.
final class ModelCallMiddleware: OpenAIMiddleware {
    private let call = Mutex<HTTPCall?>(nil)

    func intercept(request: URLRequest) -> URLRequest {
        let started = HTTPCall(
            method: request.httpMethod ?? "GET", url: request.url?.absoluteString ?? "",
            body: request.httpBody ?? Data())
        call.withLock { $0 = started }
        return request
    }

    func interceptStreamingData(request: URLRequest?, _ data: Data) -> Data {
        current?.receive(data)
        return data
    }

    func intercept(
        response: URLResponse?, request: URLRequest, data: Data?
    ) -> (response: URLResponse?, data: Data?) {
        if let response = response as? HTTPURLResponse {
            current?.receive(status: response.statusCode) { response.value(forHTTPHeaderField: $0) }
        }
        if let data {
            current?.receive(data)
            finish()
        }
        return (response, data)
    }

    /// Ends the record of a stream that was read to its end.
    func finish() { current?.finish() }

    /// Ends the record of a call that failed.
    func fail(_ error: any Error) { current?.fail(error) }

    private var current: HTTPCall? { call.withLock { $0 } }
}
