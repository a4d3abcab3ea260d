// SPDX-License-Identifier: MIT
#if !canImport(Darwin)
    import Foundation
    import FoundationNetworking
    import GenAIProviders

    /// Loads a request with the platform's own protocol and records the events it reports. Redirects, challenges,
    /// cookies, caching, timeouts and cancellation work exactly as without recording.
    ///
    /// Completion handlers receive the data through the protocol's client, in one piece. A session's delegate receives
    /// it without the client, so for such a task this loader reads nothing.
    final class NativeLoader: RequestLoader {
        private let native: URLProtocol
        private let call: HTTPCall?

        /// Creates a loader; `nil` if the platform has no protocol for the request.
        init?(
            _ task: URLSessionTask, cachedResponse: CachedURLResponse?, client: any URLProtocolClient, call: HTTPCall?
        ) {
            guard let request = task.currentRequest, let type = Self.protocolClass(for: request) else { return nil }
            self.call = call
            native = type.init(
                task: task, cachedResponse: cachedResponse, client: ListeningClient(client, call: call))
        }

        private static func protocolClass(for request: URLRequest) -> URLProtocol.Type? {
            let classes = URLSessionConfiguration.default.protocolClasses ?? []
            return classes.lazy.compactMap { $0 as? URLProtocol.Type }
                .first { !($0 is ObservingURLProtocol.Type) && $0.canInit(with: request) }
        }

        func start() { native.startLoading() }

        func stop(isSuspension: Bool) {
            // The session learns of a cancellation without the client.
            if !isSuspension { call?.fail(type: "cancelled") }
            native.stopLoading()
        }
    }

    /// Forwards all events to the session and reports them to the call's record.
    private final class ListeningClient: NSObject, URLProtocolClient {
        private let client: any URLProtocolClient
        private let call: HTTPCall?

        init(_ client: any URLProtocolClient, call: HTTPCall?) {
            (self.client, self.call) = (client, call)
        }

        func urlProtocol(
            _ urlProtocol: URLProtocol, wasRedirectedTo request: URLRequest, redirectResponse: URLResponse
        ) {
            client.urlProtocol(urlProtocol, wasRedirectedTo: request, redirectResponse: redirectResponse)
        }

        func urlProtocol(_ urlProtocol: URLProtocol, cachedResponseIsValid cachedResponse: CachedURLResponse) {
            client.urlProtocol(urlProtocol, cachedResponseIsValid: cachedResponse)
        }

        func urlProtocol(
            _ urlProtocol: URLProtocol, didReceive response: URLResponse,
            cacheStoragePolicy policy: URLCache.StoragePolicy
        ) {
            client.urlProtocol(urlProtocol, didReceive: response, cacheStoragePolicy: policy)
        }

        func urlProtocol(_ urlProtocol: URLProtocol, didLoad data: Data) {
            call?.receive(urlProtocol.task?.response)
            call?.receive(data)
            client.urlProtocol(urlProtocol, didLoad: data)
        }

        func urlProtocolDidFinishLoading(_ urlProtocol: URLProtocol) {
            call?.receive(urlProtocol.task?.response)
            call?.finish()
            client.urlProtocolDidFinishLoading(urlProtocol)
        }

        func urlProtocol(_ urlProtocol: URLProtocol, didFailWithError error: any Error) {
            call?.fail(withURLError: error)
            client.urlProtocol(urlProtocol, didFailWithError: error)
        }

        func urlProtocol(_ urlProtocol: URLProtocol, didReceive challenge: URLAuthenticationChallenge) {
            client.urlProtocol(urlProtocol, didReceive: challenge)
        }

        func urlProtocol(_ urlProtocol: URLProtocol, didCancel challenge: URLAuthenticationChallenge) {
            client.urlProtocol(urlProtocol, didCancel: challenge)
        }
    }
#endif
