// SPDX-License-Identifier: MIT
// Packages: soto-core (SotoCore), swift-nio (NIOCore)
//
// Records calls to Bedrock's models through Soto like those of OpenAIClient. Copy this file into your program, then:
//
//     let client = AWSClient(middleware: modelCallMiddleware)
import GenAIInstrumentation
import GenAIProviders
import NIOCore
import SotoCore

/// Records the requests that call a model.
let modelCallMiddleware = AWSMiddleware { request, context, next in
    let url = request.url.absoluteString
    guard ModelCallRecogniser.mayRecognise(method: request.method.rawValue, url: url),
        !request.body.isStreaming
    else { return try await next(request, context) }
    let body = try await request.body.collect(upTo: 16_777_216)
    return try await observeHTTP(
        method: request.method.rawValue, url: url, body: body.readableBytesView
    ) { call in
        var response = try await next(request, context)
        let headers = response.headers
        call.receive(status: Int(response.status.code)) { headers.first(name: $0) }
        response.body = AWSHTTPBody(
            asyncSequence: call.observe(response.body) { $0.readableBytesView }, length: response.body.length)
        return response
    }
}
