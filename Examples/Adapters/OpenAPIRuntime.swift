// SPDX-License-Identifier: MIT
// Packages: swift-openapi-runtime (OpenAPIRuntime), swift-http-types (HTTPTypes)
//
// Records calls to models by clients that swift-openapi-generator generated like those of OpenAIClient. Copy this file
// into your program, then:
//
//     let client = Client(serverURL: url, transport: transport, middlewares: [ModelCallMiddleware()])
import Foundation
import GenAIInstrumentation
import GenAIProviders
import HTTPTypes
import OpenAPIRuntime

/// Records the requests that call a model.
struct ModelCallMiddleware: ClientMiddleware {
    /// The maximum size of a request's body in bytes. A larger one, and one of unknown length, is not recorded.
    var requestLimit = 16_777_216

    func intercept(
        _ request: HTTPRequest, body: HTTPBody?, baseURL: URL, operationID: String,
        next: @Sendable (HTTPRequest, HTTPBody?, URL) async throws -> (HTTPResponse, HTTPBody?)
    ) async throws -> (HTTPResponse, HTTPBody?) {
        let url = baseURL.absoluteString.trimmingSuffix("/") + (request.path ?? "")
        guard let body, case .known(let length) = body.length, length <= Int64(requestLimit),
            ModelCallRecogniser.mayRecognise(method: request.method.rawValue, url: url)
        else { return try await next(request, body, baseURL) }
        let bytes = try await [UInt8](collecting: body, upTo: requestLimit)
        return try await observeHTTP(method: request.method.rawValue, url: url, body: bytes) { call in
            let (response, answer) = try await next(request, HTTPBody(bytes), baseURL)
            call.receive(status: response.status.code) { name in
                HTTPField.Name(name).flatMap { response.headerFields[$0] }
            }
            guard let answer else { return (response, nil) }
            let observed = HTTPBody(
                call.observe(answer), length: answer.length, iterationBehavior: answer.iterationBehavior)
            return (response, observed)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
