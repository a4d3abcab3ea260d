// SPDX-License-Identifier: MIT
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A session behind forwarded requests, whose tasks nobody observes.
final class InnerSession: NSObject, URLSessionDataDelegate {
    private let loaders = Mutex<[Int: ForwardingLoader]>([:])
    private let sessionStorage = Mutex<URLSession?>(nil)

    /// - Parameter configuration: Whose cookies, credentials, timeouts and proxies count.
    init(_ configuration: URLSessionConfiguration) {
        super.init()
        let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
        sessionStorage.withLock { $0 = session }
    }

    /// Makes a task, or returns `nil` after ``invalidate()``.
    func makeTask(with request: URLRequest, for loader: ForwardingLoader) -> URLSessionDataTask? {
        sessionStorage.withLock { session in
            guard let task = session?.dataTask(with: request) else { return nil }
            loaders.withLock { $0[task.taskIdentifier] = loader }
            return task
        }
    }

    /// Ends the session when its tasks are over.
    fileprivate func invalidate() {
        sessionStorage.withLock { session in
            session?.finishTasksAndInvalidate()
            session = nil
        }
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
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
        ) {
            guard let loader = loader(of: task) else { return completionHandler(request) }
            loader.redirect(to: request, response, completionHandler)
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            guard let loader = loader(of: task) else { return completionHandler(.performDefaultHandling, nil) }
            loader.challenge(challenge, completionHandler)
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
            totalBytesExpectedToSend: Int64
        ) {
            loader(of: task)?.noteSent(bytesSent, of: totalBytesSent, expected: totalBytesExpectedToSend)
        }
    #endif
}

#if canImport(Darwin)
    extension InnerSession {
        /// The session of all forwarded requests; a task does not tell its own.
        static let shared = {
            let configuration = URLSessionConfiguration.default
            configuration.protocolClasses = []
            // The request's own timeouts count.
            configuration.timeoutIntervalForRequest = 604_800
            return InnerSession(configuration)
        }()
    }

    /// Takes the answer of the program's delegate to a challenge of the inner session.
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
#else
    /// The inner sessions of a program's sessions: each has the configuration of its own, so that connections, cookies,
    /// credentials, timeouts and proxies are those of the program's.
    final class InnerSessions: Sendable {
        static let shared = InnerSessions()

        private static let capacity = 16

        private struct Entry {
            weak var outer: URLSession?
            let inner: InnerSession
        }

        /// The one used last stands last.
        private let entries = Mutex<[Entry]>([])

        /// Makes a task like one of the program's session.
        func makeTask(
            with request: URLRequest, for loader: ForwardingLoader, of outer: URLSession
        ) -> URLSessionDataTask? {
            let (inner, dropped) = entries.withLock { entries in Self.take(outer, &entries) }
            let task = inner.makeTask(with: request, for: loader)
            for session in dropped { session.invalidate() }
            // Another thread may have dropped the session in between.
            return task ?? InnerSession(Self.configuration(of: outer)).makeLastTask(with: request, for: loader)
        }

        private static func take(
            _ outer: URLSession, _ entries: inout [Entry]
        ) -> (InnerSession, dropped: [InnerSession]) {
            var dropped: [InnerSession] = []
            entries.removeAll { entry in
                if entry.outer == nil { dropped.append(entry.inner) }
                return entry.outer == nil
            }
            let entry: Entry
            if let index = entries.firstIndex(where: { $0.outer === outer }) {
                entry = entries.remove(at: index)
            } else {
                if entries.count >= capacity { dropped.append(entries.removeFirst().inner) }
                entry = Entry(outer: outer, inner: InnerSession(configuration(of: outer)))
            }
            entries.append(entry)
            return (entry.inner, dropped)
        }

        private static func configuration(of session: URLSession) -> URLSessionConfiguration {
            let configuration = session.configuration.copy() as? URLSessionConfiguration ?? .default
            configuration.protocolClasses = configuration.protocolClasses?.filter { !($0 is ObservingURLProtocol.Type) }
            return configuration
        }
    }

    extension InnerSession {
        /// Makes the only task of a session.
        fileprivate func makeLastTask(with request: URLRequest, for loader: ForwardingLoader) -> URLSessionDataTask? {
            defer { invalidate() }
            return makeTask(with: request, for: loader)
        }
    }
#endif
