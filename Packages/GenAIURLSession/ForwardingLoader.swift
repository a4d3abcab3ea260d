// SPDX-License-Identifier: MIT
import Dispatch
import Foundation
import GenAIProviders

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Loads a request as a task of another session and passes everything on as it comes.
///
/// `@unchecked`: `inner` is used on `queue` only, `whole` on the delegate queue of the inner session only, both serial;
/// the protocol and its client are used on one queue, see ``tell(_:)``.
final class ForwardingLoader: RequestLoader, @unchecked Sendable {
    /// The protocol, which holds this in turn until the task is over.
    private var outer: URLProtocol?
    private let client: any URLProtocolClient
    private let call: HTTPCall?
    private let request: URLRequest
    private let outerTask: URLSessionTask
    private let queue = DispatchQueue(label: "GenAIURLSession.ForwardingLoader")
    private var inner: URLSessionDataTask?
    #if !canImport(Darwin)
        private let surroundings: TaskSurroundings
        /// The body for a completion handler.
        private var whole = Data()
    #endif

    #if canImport(Darwin)
        init(_ outer: URLProtocol, _ task: URLSessionTask, client: any URLProtocolClient, call: HTTPCall?, body: Data?)
        {
            (self.outer, self.client, self.call, outerTask) = (outer, client, call, task)
            // What a protocol is given has its body as a stream.
            request = Self.request(of: task, outer, body: body ?? task.originalRequest?.httpBody)
        }
    #else
        init(
            _ outer: URLProtocol, _ task: URLSessionTask, _ surroundings: TaskSurroundings,
            client: any URLProtocolClient, call: HTTPCall?, body: Data?
        ) {
            (self.outer, self.client, self.call, outerTask) = (outer, client, call, task)
            self.surroundings = surroundings
            request = Self.request(of: task, outer, body: body)
        }
    #endif

    private static func request(of task: URLSessionTask, _ outer: URLProtocol, body: Data?) -> URLRequest {
        var request = task.currentRequest ?? outer.request
        if BoundContexts.shared.context(of: request.mainDocumentURL) != nil { request.mainDocumentURL = nil }
        guard let body else { return request }
        request.httpBody = body
        if request.value(forHTTPHeaderField: "Content-Length") != nil {
            request.setValue(String(body.count), forHTTPHeaderField: "Content-Length")
        }
        return request
    }

    // Not where the platform asks for it: on Linux the work queues of all sessions are one, and what makes or changes a
    // task waits for it.

    func start() {
        queue.async { self.startInner() }
    }

    func stop(isSuspension: Bool) {
        if !isSuspension {
            call?.fail(type: "cancelled")
            #if !canImport(Darwin)
                // The session forgets a cancelled task, and Foundation ends the process if it is told of one that it has
                // forgotten. This runs on the work queue, as everything that the session is told.
                outer = nil
            #endif
        }
        queue.async { if isSuspension { self.inner?.suspend() } else { self.inner?.cancel() } }
    }

    private func startInner() {
        if let inner { return inner.resume() }
        #if canImport(Darwin)
            inner = InnerSession.shared.makeTask(with: request, for: self)
        #else
            inner = InnerSessions.shared.makeTask(with: request, for: self, of: surroundings.session)
        #endif
        guard let inner else { return complete(URLError(.unknown)) }
        inner.resume()
    }
}

#if canImport(Darwin)
    extension ForwardingLoader {
        /// Tells the session, on the delegate queue of the inner one.
        private func tell(_ tell: (any URLProtocolClient, URLProtocol) -> Void) {
            if let outer { tell(client, outer) }
        }

        func receive(_ response: URLResponse) {
            call?.receive(response)
            tell { $0.urlProtocol($1, didReceive: response, cacheStoragePolicy: .notAllowed) }
        }

        func receive(_ data: Data) {
            call?.receive(data)
            tell { $0.urlProtocol($1, didLoad: data) }
        }

        func complete(_ error: (any Error)?) {
            if let error {
                call?.fail(withURLError: error)
                tell { $0.urlProtocol($1, didFailWithError: error) }
            } else {
                call?.finish()
                tell { $0.urlProtocolDidFinishLoading($1) }
            }
            outer = nil
        }

        func redirect(to request: URLRequest, _ response: URLResponse) {
            tell { $0.urlProtocol($1, wasRedirectedTo: request, redirectResponse: response) }
            call?.cancel()
            queue.async { self.inner?.cancel() }
        }

        func ask(_ challenge: URLAuthenticationChallenge) {
            tell { $0.urlProtocol($1, didReceive: challenge) }
        }
    }
#else
    extension ForwardingLoader {
        /// Tells the session, on the only queue where that is safe.
        private func tell(
            isLast: Bool = false, _ tell: @escaping @Sendable (any URLProtocolClient, URLProtocol) -> Void
        ) {
            surroundings.workQueue.async {
                if let outer = self.outer { tell(self.client, outer) }
                if isLast { self.outer = nil }
            }
        }

        func receive(_ response: URLResponse) {
            call?.receive(response)
            tell { $0.urlProtocol($1, didReceive: response, cacheStoragePolicy: .notAllowed) }
        }

        func receive(_ data: Data) {
            call?.receive(data)
            guard !surroundings.hasHandler else { return whole.append(data) }
            tell { $0.urlProtocol($1, didLoad: data) }
        }

        func complete(_ error: (any Error)?) {
            if let error {
                call?.fail(withURLError: error)
                return tell(isLast: true) { $0.urlProtocol($1, didFailWithError: error) }
            }
            call?.finish()
            let whole = surroundings.hasHandler ? whole : nil
            tell(isLast: true) { client, outer in
                if let whole { client.urlProtocol(outer, didLoad: whole) }
                client.urlProtocolDidFinishLoading(outer)
            }
        }

        /// Asks the program's delegate, as the platform would, and says whether there is one.
        private func ask(
            _ question: @escaping @Sendable (any URLSessionTaskDelegate, URLSession, URLSessionTask) -> Void
        ) -> Bool {
            guard let delegate = outerTask.delegate else { return false }
            let (session, task) = (surroundings.session, outerTask)
            // Behind what the delegate is to hear before.
            surroundings.workQueue.async {
                session.delegateQueue.addOperation { question(delegate, session, task) }
            }
            return true
        }

        func redirect(
            to request: URLRequest, _ response: HTTPURLResponse,
            _ answer: @escaping @Sendable (URLRequest?) -> Void
        ) {
            let isAsked = ask { delegate, session, task in
                delegate.urlSession(
                    session, task: task, willPerformHTTPRedirection: response, newRequest: request,
                    completionHandler: answer)
            }
            if !isAsked { answer(request) }
        }

        func challenge(
            _ challenge: URLAuthenticationChallenge,
            _ answer: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            let isAsked = ask { delegate, session, task in
                delegate.urlSession(session, task: task, didReceive: challenge, completionHandler: answer)
            }
            if !isAsked { answer(.performDefaultHandling, nil) }
        }

        func noteSent(_ count: Int64, of total: Int64, expected: Int64) {
            _ = ask { delegate, session, task in
                delegate.urlSession(
                    session, task: task, didSendBodyData: count, totalBytesSent: total,
                    totalBytesExpectedToSend: expected)
            }
        }
    }
#endif
