// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAIProviders

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Loads the requests that call models, and records them.
///
/// The platform asks ``canInit(with:)`` within `resume()`, in the context of the caller and, on Linux, with a lock held
/// that all sessions share: there the context is noted and nothing else. Everything else runs on queues of the platform,
/// where the call is found again by its request.
class ObservingURLProtocol: URLProtocol {
    /// Indicates whether streams are asked for their usage.
    class var addsStreamUsage: Bool { false }

    private var loader: (any RequestLoader)?
    private var pending: PendingCall?

    #if canImport(Darwin)
        override class func canInit(with task: URLSessionTask) -> Bool {
            guard isDataTask(task), let request = task.originalRequest else { return false }
            return note(request, task: task)
        }

        override class func canInit(with request: URLRequest) -> Bool { false }
    #else
        override class func canInit(with request: URLRequest) -> Bool { note(request, task: nil) }

        required init(task: URLSessionTask, cachedResponse: CachedURLResponse?, client: (any URLProtocolClient)?) {
            let request = task.currentRequest ?? URLRequest(url: URL(fileURLWithPath: "/"))
            super.init(request: request, cachedResponse: cachedResponse, client: client)
            self.task = task
            let call = PendingRequests.shared.take(for: PendingRequests.Key(request))
            // Only here a task tells its kind.
            pending = Self.isDataTask(task) ? call : nil
        }

        required init(request: URLRequest, cachedResponse: CachedURLResponse?, client: (any URLProtocolClient)?) {
            super.init(request: request, cachedResponse: cachedResponse, client: client)
        }
    #endif

    override class func canonicalRequest(for request: URLRequest) -> URLRequest { request }

    override func startLoading() {
        if let loader { return loader.start() }
        guard let client, let task else { return }
        let request = task.originalRequest ?? request
        #if canImport(Darwin)
            pending = PendingRequests.shared.take(for: PendingRequests.Key(request, task: task))
        #endif
        do {
            let call = try pending?.begin(request)
            let body = call != nil && Self.addsStreamUsage ? request.bodyAskingForUsage : nil
            loader = makeLoader(task, client, call, body: body)
        } catch {
            // A budget around refuses the call.
            return client.urlProtocol(self, didFailWithError: error)
        }
        pending = nil
        guard let loader else { return client.urlProtocol(self, didFailWithError: URLError(.unsupportedURL)) }
        loader.start()
    }

    override func stopLoading() {
        loader?.stop(isSuspension: task?.state == .suspended)
    }

    /// - Parameter body: What to send instead of the request's body.
    private func makeLoader(
        _ task: URLSessionTask, _ client: any URLProtocolClient, _ call: HTTPCall?, body: Data?
    ) -> (any RequestLoader)? {
        #if canImport(Darwin)
            return ForwardingLoader(self, task, client: client, call: call, body: body)
        #else
            // A session's delegate gets data past the protocol's client, and the native protocol sends what the task has.
            if let call, body != nil || task.delegate != nil, let surroundings = TaskSurroundings(task),
                body != nil || !surroundings.hasHandler
            {
                return ForwardingLoader(self, task, surroundings, client: client, call: call, body: body)
            }
            return NativeLoader(task, cachedResponse: cachedResponse, client: client, call: call)
        #endif
    }

    private static func isDataTask(_ task: URLSessionTask) -> Bool {
        task is URLSessionDataTask && !(task is URLSessionUploadTask)
    }

    /// Looks at a request where its task is resumed. Returns whether it may call a model and somebody would hear of it.
    private static func note(_ request: URLRequest, task: URLSessionTask?) -> Bool {
        guard request.httpMethod == "POST", let url = request.url?.absoluteString,
            ModelCallRecogniser.mayRecognise(method: "POST", url: url), let body = request.httpBody, !body.isEmpty
        else { return false }
        #if canImport(Darwin)
            // What is taken goes through another session, so that nothing else may be.
            guard ModelCallRecogniser(method: "POST", url: url, body: body) != nil else { return false }
        #endif
        let context = BoundContexts.shared.context(of: request.mainDocumentURL) ?? .current
        guard mayRecord(in: context, telemetry: .global) else { return false }
        return PendingRequests.shared.add(PendingCall(context: context), for: PendingRequests.Key(request, task: task))
    }
}

/// Loads requests of `URLSession.shared`.
final class SharedURLProtocol: ObservingURLProtocol {
    override class var addsStreamUsage: Bool { URLSessionObservation.sharedAddsStreamUsage }
}

/// Loads requests of sessions of the program's own.
class SessionURLProtocol: ObservingURLProtocol {}

/// Loads requests of sessions of the program's own, and asks streams for their usage.
final class UsageAskingURLProtocol: SessionURLProtocol {
    override class var addsStreamUsage: Bool { true }
}

/// Loads one request on behalf of the protocol.
protocol RequestLoader: AnyObject {
    /// Starts, or goes on after a suspension.
    func start()
    /// Stops for a while, or for good.
    func stop(isSuspension: Bool)
}

extension PendingCall {
    /// Begins the record, or returns `nil` for a request that is no call to a model after all.
    ///
    /// - Throws: What a budget around refuses the call with.
    fileprivate func begin(_ request: URLRequest) throws -> HTTPCall? {
        guard let url = request.url?.absoluteString, let body = request.httpBody,
            let recogniser = ModelCallRecogniser(method: "POST", url: url, body: body)
        else { return nil }
        try context.meter?.check(model: recogniser.request.model)
        return HTTPCall(recogniser, telemetry: .global, context: context)
    }
}

extension URLRequest {
    /// The body with usage asked for, or `nil` where there is nothing to add.
    fileprivate var bodyAskingForUsage: Data? {
        guard let url = url?.absoluteString, let httpBody else { return nil }
        return StreamUsage.added(to: httpBody, method: "POST", url: url).map { Data($0) }
    }
}

extension HTTPURLResponse {
    fileprivate var fieldsInLowerCase: [String: String] {
        var fields: [String: String] = [:]
        for (name, value) in allHeaderFields {
            guard let name = name as? String, let value = value as? String else { continue }
            fields[name.lowercased()] = value
        }
        return fields
    }
}

extension HTTPCall {
    /// Takes the head of a response.
    func receive(_ response: URLResponse?) {
        guard let response = response as? HTTPURLResponse else { return }
        // Foundation puts all names in lower case for each one that is asked for.
        var fields: [String: String]?
        receive(status: response.statusCode) { name in
            let known = fields ?? response.fieldsInLowerCase
            fields = known
            return known[name]
        }
    }

    /// Takes an error of URLSession, under the names that `OpenAIClient` uses. Its text is never recorded: it holds the
    /// URL.
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
