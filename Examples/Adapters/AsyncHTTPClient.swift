// SPDX-License-Identifier: MIT
// Packages: async-http-client (AsyncHTTPClient), swift-nio (NIOCore)
//
// Records calls to models that go through AsyncHTTPClient like those of OpenAIClient, whichever library makes them.
// Copy this file into your program, then:
//
//     let response = try await HTTPClient.shared.executeObserved(request, body: body, timeout: .seconds(60))
import AsyncHTTPClient
import GenAIInstrumentation
import GenAIProviders
import NIOCore

extension HTTPClient {
    /// Executes a request and records it if it calls a model.
    ///
    /// - Parameter body: The whole body, which replaces that of `request`.
    func executeObserved(
        _ request: HTTPClientRequest, body: ByteBuffer, timeout: TimeAmount
    ) async throws -> HTTPClientResponse {
        var request = request
        request.body = .bytes(body)
        let sent = request
        return try await observeHTTP(
            method: request.method.rawValue, url: request.url, body: body.readableBytesView
        ) { call in
            var response = try await execute(sent, timeout: timeout)
            let headers = response.headers
            call.receive(status: Int(response.status.code)) { headers.first(name: $0) }
            response.body = .stream(call.observe(response.body) { $0.readableBytesView })
            return response
        }
    }
}
