// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Synchronization

#if canImport(FoundationNetworking)
    import Foundation
    public import FoundationNetworking
#else
    public import Foundation
#endif

/// Records the calls to models that go through URLSession, whoever makes them.
///
/// Requests that are no call to a model are loaded as if this were not there. Calls are recorded with the global
/// providers, in the context of the code that resumes the task.
///
/// Left alone are requests whose body is a stream or a file, and downloads: what they bring is never looked at.
public enum URLSessionObservation {
    /// The number of calls that were recorded without the conversation, user, turn and span of the code that made them.
    ///
    /// On Linux a request is told from others by its address, header fields and body. Where equal ones of different
    /// contexts wait at the same time, nobody can tell which is whose; `URLRequest.inGenAIContext()` can.
    public static var callsWithoutIdentity: Int { PendingRequests.shared.mixedCount }

    private static let isObservingShared = Mutex(false)

    /// Observes `URLSession.shared` from now on. Idempotent.
    ///
    /// On Linux to be called before `URLSession.shared` is first used; a session that exists keeps what it has.
    ///
    /// - Returns: Whether the platform took it.
    @discardableResult
    public static func observeShared() -> Bool {
        isObservingShared.withLock { isObserving in
            if !isObserving { isObserving = register() }
            return isObserving
        }
    }

    private static func register() -> Bool {
        #if canImport(Darwin)
            return URLProtocol.registerClass(SharedURLProtocol.self)
        #else
            // The first class that takes a request loads it, and the platform registers its own with the first session.
            let natives = URLSessionConfiguration.default.protocolClasses ?? []
            for native in natives { URLProtocol.unregisterClass(native) }
            let isRegistered = URLProtocol.registerClass(SharedURLProtocol.self)
            for native in natives { _ = URLProtocol.registerClass(native) }
            return isRegistered
        #endif
    }
}

extension URLSessionConfiguration {
    /// The configuration with the calls to models of its sessions recorded.
    ///
    /// ```swift
    /// let session = URLSession(configuration: .default.observingModelCalls())
    /// ```
    ///
    /// Calls to models go through a plain session of the default configuration, with its cookies and credentials. A
    /// delegate gets every piece as it comes, but is not asked about redirects on Linux, and a disposition other than
    /// `.allow` is ignored. A streamed answer of more than 16 MiB is whole for a delegate only, not for a completion
    /// handler. Everything else is loaded as without this.
    ///
    /// - Returns: A copy, which changes nothing for sessions that exist.
    public func observingModelCalls() -> URLSessionConfiguration {
        guard let copy = copy() as? URLSessionConfiguration else { return self }
        let classes = copy.protocolClasses ?? []
        guard !classes.contains(where: { $0 == SessionURLProtocol.self }) else { return copy }
        copy.protocolClasses = [SessionURLProtocol.self] + classes
        return copy
    }
}

extension URLRequest {
    /// The request bound to the current context: its call is recorded with exactly that identity, wherever the task is
    /// resumed and whatever equal requests wait at the same time.
    ///
    /// Nothing of it is sent: the mark is the request's `mainDocumentURL`, which does not go onto the wire. Make one for
    /// each call. The latest 10,000 are remembered.
    public func inGenAIContext() -> URLRequest {
        var request = self
        request.mainDocumentURL = BoundContexts.shared.bind(GenAIContext.current)
        return request
    }
}

/// The contexts that requests are bound to.
final class BoundContexts: Sendable {
    static let shared = BoundContexts()

    private static let scheme = "last9-genai-context"
    private static let capacity = 10_000

    private struct State {
        var contexts: [UInt64: GenAIContext] = [:]
        var latest: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A mark for a request.
    func bind(_ context: GenAIContext) -> URL? {
        let number = state.withLock { state in
            state.latest += 1
            state.contexts[state.latest] = context
            if state.latest > UInt64(Self.capacity) { state.contexts[state.latest - UInt64(Self.capacity)] = nil }
            return state.latest
        }
        return URL(string: "\(Self.scheme):\(number)")
    }

    /// The context of a mark, or `nil` for any other URL.
    func context(of mark: URL?) -> GenAIContext? {
        guard let mark, mark.scheme == Self.scheme,
            let number = UInt64(mark.absoluteString.dropFirst(Self.scheme.count + 1))
        else { return nil }
        return state.withLock { $0.contexts[number] }
    }
}
