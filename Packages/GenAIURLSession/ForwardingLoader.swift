// SPDX-License-Identifier: MIT
import Dispatch
import Foundation
import GenAIProviders
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Loads a request with a plain session and forwards all events as they come.
///
/// `@unchecked`: `inner` is used on `queue` only, and the protocol, its client and `whole` on the delegate queue of the
/// inner session only; both queues are serial.
final class ForwardingLoader: RequestLoader, @unchecked Sendable {
    /// The maximum number of bytes of a streamed response to collect for a completion handler.
    private static let wholeLimit = 16_777_216

    private let outer: URLProtocol
    private let client: any URLProtocolClient
    private let call: HTTPCall?
    /// Indicates whether chunks are forwarded as they come. Other responses are forwarded in one piece.
    private let isPiecewise: Bool
    private let request: URLRequest
    private let outerTask: URLSessionTask
    private let queue = DispatchQueue(label: "GenAIURLSession.ForwardingLoader")
    private var inner: URLSessionDataTask?
    private var whole = Data()

    init(
        _ outer: URLProtocol, _ task: URLSessionTask, client: any URLProtocolClient, call: HTTPCall?, isStream: Bool
    ) {
        (self.outer, self.client, self.call, outerTask) = (outer, client, call, task)
        #if canImport(Darwin)
            isPiecewise = true
        #else
            isPiecewise = isStream
        #endif
        var request = task.currentRequest ?? outer.request
        if BoundContexts.shared.context(of: request.mainDocumentURL) != nil { request.mainDocumentURL = nil }
        // On Apple's platforms, the request that a protocol is given has its body as a stream.
        if request.httpBody == nil, let body = task.originalRequest?.httpBody { request.httpBody = body }
        self.request = request
    }

    // Not on the queue on which the platform calls this: on Linux the work queues of all sessions are one, and creating
    // or changing a task waits for it.

    func start() {
        queue.async { self.startInner() }
    }

    func stop(isSuspension: Bool) {
        if !isSuspension { call?.fail(type: "cancelled") }
        queue.async { if isSuspension { self.inner?.suspend() } else { self.inner?.cancel() } }
    }

    private func startInner() {
        if let inner { return inner.resume() }
        let task = InnerSession.shared.task(with: request, for: self)
        inner = task
        task.resume()
    }

    fileprivate func receive(_ response: URLResponse) {
        call?.receive(response)
        client.urlProtocol(outer, didReceive: response, cacheStoragePolicy: .notAllowed)
    }

    fileprivate func receive(_ data: Data) {
        call?.receive(data)
        if isPiecewise { client.urlProtocol(outer, didLoad: data) }
        #if !canImport(Darwin)
            if !isPiecewise || whole.count + data.count <= Self.wholeLimit { whole.append(data) }
        #endif
    }

    fileprivate func complete(_ error: (any Error)?) {
        if let error {
            call?.fail(withURLError: error)
            client.urlProtocol(outer, didFailWithError: error)
            return
        }
        call?.finish()
        #if canImport(Darwin)
            client.urlProtocolDidFinishLoading(outer)
        #else
            if isPiecewise { return finishAsWhole() }
            client.urlProtocol(outer, didLoad: whole)
            client.urlProtocolDidFinishLoading(outer)
        #endif
    }

    #if canImport(Darwin)
        fileprivate func redirect(to request: URLRequest, _ response: URLResponse) {
            client.urlProtocol(outer, wasRedirectedTo: request, redirectResponse: response)
            call?.cancel()
            queue.async { self.inner?.cancel() }
        }

        fileprivate func ask(_ challenge: URLAuthenticationChallenge) {
            client.urlProtocol(outer, didReceive: challenge)
        }
    #else
        /// Leaves a challenge to the program's delegate. A request that is sent with its credential is not recorded.
        fileprivate func handOver(_ challenge: URLAuthenticationChallenge) {
            call?.receive(challenge.failureResponse)
            call?.finish()
            client.urlProtocol(outer, didReceive: challenge)
        }

        /// Ends a task that may have a completion handler, although its session has a delegate, which received every
        /// chunk.
        ///
        /// A handler receives the data that the protocol reported last. The whole body is therefore reported while the
        /// protocol's task is one that nobody observes.
        private func finishAsWhole() {
            let carrier = ObservingURLProtocol(request: request, cachedResponse: nil, client: nil)
            carrier.task = InnerSession.shared.unheardTask
            client.urlProtocol(carrier, didLoad: whole)
            carrier.task = outerTask
            client.urlProtocolDidFinishLoading(carrier)
        }
    #endif
}

/// The plain session that loads all forwarded requests.
private final class InnerSession: NSObject, URLSessionDataDelegate {
    static let shared = InnerSession()

    private let loaders = Mutex<[Int: ForwardingLoader]>([:])
    private let sessionStorage = Mutex<URLSession?>(nil)
    #if !canImport(Darwin)
        /// A task that is never resumed, of a session without a delegate.
        let unheardTask = URLSession(configuration: .ephemeral)
            .dataTask(with: URLRequest(url: URL(fileURLWithPath: "/")))
    #endif

    private var session: URLSession {
        sessionStorage.withLock { session in
            if let session { return session }
            let configuration = URLSessionConfiguration.default
            #if canImport(Darwin)
                configuration.protocolClasses = []
            #endif
            // The request's own timeouts apply.
            configuration.timeoutIntervalForRequest = 604_800
            let created = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
            session = created
            return created
        }
    }

    func task(with request: URLRequest, for loader: ForwardingLoader) -> URLSessionDataTask {
        let task = session.dataTask(with: request)
        loaders.withLock { $0[task.taskIdentifier] = loader }
        return task
    }

    private func loader(of task: URLSessionTask) -> ForwardingLoader? {
        loaders.withLock { $0[task.taskIdentifier] }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        loader(of: dataTask)?.receive(response)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        loader(of: dataTask)?.receive(data)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        loaders.withLock { $0.removeValue(forKey: task.taskIdentifier) }?.complete(error)
    }

    #if canImport(Darwin)
        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
        ) {
            loader(of: task)?.redirect(to: request, response)
            completionHandler(nil)
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            guard let loader = loader(of: task) else { return completionHandler(.performDefaultHandling, nil) }
            let sender = ChallengeSender(completionHandler)
            loader.ask(URLAuthenticationChallenge(authenticationChallenge: challenge, sender: sender))
        }
    #else
        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            loaders.withLock { $0.removeValue(forKey: task.taskIdentifier) }?.handOver(challenge)
            completionHandler(.cancelAuthenticationChallenge, nil)
        }
    #endif
}

#if canImport(Darwin)
    /// Receives the decision of the program's delegate on a challenge of the inner session.
    private final class ChallengeSender: NSObject, URLAuthenticationChallengeSender {
        private let answer: @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void

        init(_ answer: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void) {
            self.answer = answer
        }

        func use(_ credential: URLCredential, for challenge: URLAuthenticationChallenge) {
            answer(.useCredential, credential)
        }

        func continueWithoutCredential(for challenge: URLAuthenticationChallenge) { answer(.useCredential, nil) }

        func cancel(_ challenge: URLAuthenticationChallenge) { answer(.cancelAuthenticationChallenge, nil) }

        func performDefaultHandling(for challenge: URLAuthenticationChallenge) {
            answer(.performDefaultHandling, nil)
        }

        func rejectProtectionSpaceAndContinue(with challenge: URLAuthenticationChallenge) {
            answer(.rejectProtectionSpace, nil)
        }
    }
#endif
