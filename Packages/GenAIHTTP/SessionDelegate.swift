// SPDX-License-Identifier: MIT

import Dispatch
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Forwards a session's events to the exchange they belong to. All calls come from the session's serial queue, so the
/// chunks of a body keep their order.
final class SessionDelegate: NSObject, URLSessionDataDelegate, Sendable {
    let exchanges = SessionExchanges()
    private let trust: ServerTrust

    init(trust: ServerTrust) {
        self.trust = trust
    }

    private func exchange(of task: URLSessionTask) -> Exchange? {
        exchanges[task.taskIdentifier]
    }

    private func receive(_ response: URLResponse, of task: URLSessionTask) {
        guard let head = Exchange.Head(response), let exchange = exchange(of: task) else { return }
        exchange.receive(head)
        exchanges.watch(task.taskIdentifier)
    }

    // MARK: - URLSessionDataDelegate

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        receive(response, of: dataTask)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        exchange(of: dataTask)?.receive(data)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = exchanges.remove(task.taskIdentifier) else { return }
        if let error {
            let origin = task.originalRequest?.url.map(describe) ?? "the server"
            exchange.finish { hasHead in HTTPTransportError(error, from: origin, hasHead: hasHead) }
        } else {
            // On Linux, a redirect without a usable target is reported only by its end.
            if let head = task.response.flatMap(Exchange.Head.init) { exchange.receive(head) }
            exchange.finish(nil)
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        #if canImport(FoundationNetworking)
            // swift-corelibs-foundation (6.3) crashes the process if the completion handler is called for a cancelled
            // task. It is therefore never called, and the response ends here, without its body.
            receive(response, of: task)
            exchange(of: task)?.finish(nil)
            DispatchQueue.global().async { task.cancel() }
        #else
            completionHandler(nil)
        #endif
    }

    #if canImport(FoundationNetworking)
        /// Called only when a reused connection broke before the response and libcurl wants to send the body again.
        ///
        /// swift-corelibs-foundation (6.3) cannot rewind a body, and would send a request without the body announced in
        /// it. Whether to send twice is the caller's decision anyway.
        func urlSession(
            _ session: URLSession, task: URLSessionTask,
            needNewBodyStream completionHandler: @escaping @Sendable (InputStream?) -> Void
        ) {
            let origin = task.originalRequest?.url.map(describe) ?? "the server"
            exchange(of: task)?.abort(
                HTTPTransportError(.connection, "the connection to \(origin) broke before the response"))
            completionHandler(nil)
        }
    #endif

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        #if canImport(FoundationNetworking)
            // Called only once a 401 response has arrived whole. Any other reply would leave the task without an end.
            exchange(of: task)?.finish(nil)
            DispatchQueue.global().async { completionHandler(.cancelAuthenticationChallenge, nil) }
        #else
            let (disposition, credential) = trust.answer(challenge)
            if disposition == .cancelAuthenticationChallenge {
                // The task would end as cancelled, which does not say that the certificate was the cause.
                let origin = task.originalRequest?.url.map(describe) ?? "the server"
                exchange(of: task)?.abort(
                    HTTPTransportError(.tls, "the certificate of \(origin) is not signed by the configured authority"))
            }
            completionHandler(disposition, credential)
        #endif
    }
}

#if canImport(FoundationNetworking)
    /// Runs each operation at once, on the queue on which the session reads from the network.
    ///
    /// A separate queue would let chunks of a body pile up between the network and the buffer that limits them: on
    /// Linux the session reads on, however long the queue. The delegate never blocks, so nothing is delayed.
    ///
    /// Unchecked only because it must restate its superclass's conformance; it adds no state.
    final class InlineQueue: OperationQueue, @unchecked Sendable {
        override func addOperation(_ block: @escaping @Sendable () -> Void) {
            block()
        }
    }
#endif

extension Exchange.Head {
    /// Creates a head from a final response; `nil` for an interim one (1xx), which Linux reports too.
    fileprivate init?(_ response: URLResponse) {
        guard let response = response as? HTTPURLResponse, !(100...199).contains(response.statusCode) else {
            return nil
        }
        status = response.statusCode
        headers = HTTPHeaders(response)
    }
}

extension HTTPHeaders {
    /// Creates the fields, sorted by name because the platform does not keep their order.
    fileprivate init(_ response: HTTPURLResponse) {
        self = [:]
        let fields = response.allHeaderFields.compactMap { name, value -> (String, String)? in
            guard let name = name as? String, let value = value as? String else { return nil }
            return (name, value)
        }
        for (name, value) in fields.sorted(by: { $0.0 < $1.0 }) { append(name, value) }
        if let coding = self["Content-Encoding"]?.lowercased(), ["gzip", "x-gzip", "deflate"].contains(coding) {
            removeCoding()
        }
    }
}
