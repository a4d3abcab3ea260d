// SPDX-License-Identifier: MIT
// Packages: swift-ai-sdk (AISDKProviderUtils)
//
// Records calls of the Swift AI SDK's providers like those of OpenAIClient. Copy this file into your program, then pass
// the function to every provider:
//
//     let anthropic = createAnthropic(settings: .init(fetch: observedFetch(fetch)))
import AISDKProviderUtils
import Foundation
import GenAIInstrumentation
import GenAIProviders

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Returns a fetch function that records the requests that call a model.
func observedFetch(_ fetch: @escaping FetchFunction) -> FetchFunction {
    { request in
        try await observeHTTP(
            method: request.httpMethod ?? "GET", url: request.url?.absoluteString ?? "",
            body: request.httpBody ?? Data()
        ) { call in
            let response = try await fetch(request)
            if let head = response.urlResponse as? HTTPURLResponse {
                call.receive(status: head.statusCode) { head.value(forHTTPHeaderField: $0) }
            }
            switch response.body {
            case .data(let data): call.receive(data)
            case .stream(let stream):
                return FetchResponse(body: .stream(relay(call.observe(stream))), urlResponse: response.urlResponse)
            case .none: break
            }
            return response
        }
    }
}

/// Returns the body as the stream that the SDK requires. Ends the record when the stream is no longer read.
private func relay(
    _ body: ObservedBody<AsyncThrowingStream<Data, any Error>, Data>
) -> AsyncThrowingStream<Data, any Error> {
    AsyncThrowingStream { continuation in
        let task = Task {
            do {
                for try await data in body { continuation.yield(data) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in task.cancel() }
    }
}
