// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAIProviders
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Loads and records the requests that call models.
///
/// The platform calls ``canInit(with:)`` within `resume()`, in the context of the caller. Everything else runs on other
/// queues, where the call is found by its request.
class ObservingURLProtocol: URLProtocol {
    private var loader: (any RequestLoader)?
    private var pending: PendingCall?

    #if canImport(Darwin)
        override class func canInit(with task: URLSessionTask) -> Bool {
            guard task is URLSessionDataTask, !(task is URLSessionUploadTask), let request = task.originalRequest else {
                return false
            }
            return note(request, task: task)
        }

        override class func canInit(with request: URLRequest) -> Bool { false }
    #else
        override class func canInit(with request: URLRequest) -> Bool { note(request, task: nil) }

        required init(task: URLSessionTask, cachedResponse: CachedURLResponse?, client: (any URLProtocolClient)?) {
            let request = task.currentRequest ?? URLRequest(url: URL(fileURLWithPath: "/"))
            super.init(request: request, cachedResponse: cachedResponse, client: client)
            self.task = task
            pending = PendingRequests.shared.take(for: PendingRequests.Key(request))
        }

        required init(request: URLRequest, cachedResponse: CachedURLResponse?, client: (any URLProtocolClient)?) {
            super.init(request: request, cachedResponse: cachedResponse, client: client)
        }
    #endif

    override class func canonicalRequest(for request: URLRequest) -> URLRequest { request }

    override func startLoading() {
        if let loader { return loader.start() }
        guard let client, let task else { return }
        #if canImport(Darwin)
            pending = PendingRequests.shared.take(for: PendingRequests.Key(task.originalRequest ?? request, task: task))
        #endif
        if let refusal = pending?.refusal { return client.urlProtocol(self, didFailWithError: refusal) }
        let call = pending.map { HTTPCall($0.recogniser, telemetry: .global, context: $0.context) }
        let isStream = pending?.recogniser.request.isStream ?? false
        pending = nil
        loader = makeLoader(task, client, call, isStream: isStream)
        loader?.start()
    }

    override func stopLoading() {
        loader?.stop(isSuspension: task?.state == .suspended)
    }

    private func makeLoader(
        _ task: URLSessionTask, _ client: any URLProtocolClient, _ call: HTTPCall?, isStream: Bool
    ) -> any RequestLoader {
        #if !canImport(Darwin)
            // The task's delegate cannot be read here: that would wait for the queue this runs on.
            if call == nil || self is SharedURLProtocol,
                let native = NativeLoader(task, cachedResponse: cachedResponse, client: client, call: call)
            {
                return native
            }
        #endif
        return ForwardingLoader(self, task, client: client, call: call, isStream: isStream)
    }

    /// Classifies a request when its task is resumed. Returns whether it calls a model and is to be recorded.
    private static func note(_ request: URLRequest, task: URLSessionTask?) -> Bool {
        guard request.httpMethod == "POST", let body = request.httpBody, let url = request.url?.absoluteString,
            ModelCallRecogniser.mayRecognise(method: "POST", url: url)
        else { return false }
        let context = BoundContexts.shared.context(of: request.mainDocumentURL) ?? .current
        let recogniser = context.run { recognise(method: "POST", url: url, body: body, telemetry: .global) }
        guard let recogniser else { return false }
        var call = PendingCall(recogniser: recogniser, context: context)
        do { try context.meter?.check(model: recogniser.request.model) } catch { call.refusal = error }
        return PendingRequests.shared.add(call, for: PendingRequests.Key(request, task: task))
    }
}

/// Loads requests of `URLSession.shared`, which has no delegate.
final class SharedURLProtocol: ObservingURLProtocol {}

/// Loads requests of sessions that may have a delegate.
final class SessionURLProtocol: ObservingURLProtocol {}

/// Loads one request on behalf of the protocol.
protocol RequestLoader: AnyObject {
    /// Starts loading, or resumes it after a suspension.
    func start()
    /// Suspends loading, or stops it for good.
    func stop(isSuspension: Bool)
}

extension HTTPCall {
    /// Receives the response head.
    func receive(_ response: URLResponse?) {
        guard let response = response as? HTTPURLResponse else { return }
        receive(status: response.statusCode) { response.value(forHTTPHeaderField: $0) }
    }

    /// Receives an error of URLSession and records it under the names that `OpenAIClient` uses. Its text is never
    /// recorded, because it holds the URL.
    func fail(withURLError error: any Error) {
        guard let code = (error as? URLError)?.code else { return fail(error) }
        switch code {
        case .timedOut: fail(type: "timed_out")
        case .cancelled: fail(type: "cancelled")
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
            fail(type: "untrusted_server")
        default: fail(type: "connection")
        }
    }
}
