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

/// Records calls to models that go through URLSession, whichever library makes them.
///
/// Requests that do not call a model are loaded as usual. Calls are recorded with the global providers, in the context
/// of the code that resumes the task.
///
/// Requests whose body is a stream or a file, and downloads, are not recorded: their content is never read.
public enum URLSessionObservation {
    /// The number of calls that were recorded without the conversation, user, turn and span of the code that made them.
    ///
    /// On Linux, requests are told apart by their address, header fields and body. If equal requests of different
    /// contexts wait at the same time, their contexts cannot be told apart. `URLRequest.inGenAIContext()` avoids this.
    public static var callsWithoutIdentity: Int { PendingRequests.shared.mixedCount }

    private struct State {
        var isObservingShared = false
        var sharedAddsStreamUsage = false
    }

    private static let state = Mutex(State())

    static var sharedAddsStreamUsage: Bool { state.withLock { $0.sharedAddsStreamUsage } }

    /// Observes `URLSession.shared` from now on. May be called again, to change `addsStreamUsage`.
    ///
    /// On Linux, call it before `URLSession.shared` is first used: a session that exists keeps the protocols it has.
    ///
    /// - Parameter addsStreamUsage: Whether `stream_options.include_usage` is added to streamed requests in OpenAI's
    ///   format that lack it. This is the only change ever made to a request. `false` by default: a stream whose provider
    ///   reports no usage then has `last9.usage.reported` `false` on its span, and no cost.
    /// - Returns: Whether the platform accepted it.
    @discardableResult
    public static func observeShared(addsStreamUsage: Bool = false) -> Bool {
        state.withLock { state in
            state.sharedAddsStreamUsage = addsStreamUsage
            if !state.isObservingShared { state.isObservingShared = register() }
            return state.isObservingShared
        }
    }

    private static func register() -> Bool {
        #if canImport(Darwin)
            return URLProtocol.registerClass(SharedURLProtocol.self)
        #else
            // The first class that accepts a request loads it, and the platform registers its own with the first
            // session.
            let natives = URLSessionConfiguration.default.protocolClasses ?? []
            for native in natives { URLProtocol.unregisterClass(native) }
            let isRegistered = URLProtocol.registerClass(SharedURLProtocol.self)
            for native in natives { _ = URLProtocol.registerClass(native) }
            return isRegistered
        #endif
    }
}

extension URLSessionConfiguration {
    /// Returns a configuration whose sessions record the calls to models.
    ///
    /// ```swift
    /// let session = URLSession(configuration: .default.observingModelCalls())
    /// ```
    ///
    /// On Linux a call whose response goes to the session's delegate is sent by a second session of the same
    /// configuration, so that the data can be read on its way. The delegate receives the same calls in the same order,
    /// but a disposition other than `.allow` is ignored, as it is by Foundation. All other requests are loaded by
    /// Foundation itself.
    ///
    /// - Parameter addsStreamUsage: Whether `stream_options.include_usage` is added to streamed requests in OpenAI's
    ///   format that lack it; see ``URLSessionObservation/observeShared(addsStreamUsage:)``.
    /// - Returns: A copy. Existing sessions are not affected.
    public func observingModelCalls(addsStreamUsage: Bool = false) -> URLSessionConfiguration {
        guard let copy = copy() as? URLSessionConfiguration else { return self }
        let others = (copy.protocolClasses ?? []).filter { !($0 is SessionURLProtocol.Type) }
        copy.protocolClasses = [addsStreamUsage ? UsageAskingURLProtocol.self : SessionURLProtocol.self] + others
        return copy
    }
}

extension URLRequest {
    /// Returns the request bound to the current context. Its call is recorded with exactly that identity, wherever the
    /// task is resumed and whichever equal requests wait at the same time.
    ///
    /// The mark is the request's `mainDocumentURL`, which is never sent. Create one bound request for each call. The
    /// latest 10,000 are remembered.
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

    /// Returns a mark for a request.
    func bind(_ context: GenAIContext) -> URL? {
        let number = state.withLock { state in
            state.latest += 1
            state.contexts[state.latest] = context
            if state.latest > UInt64(Self.capacity) { state.contexts[state.latest - UInt64(Self.capacity)] = nil }
            return state.latest
        }
        return URL(string: "\(Self.scheme):\(number)")
    }

    /// Returns the context of a mark; `nil` for any other URL.
    func context(of mark: URL?) -> GenAIContext? {
        guard let mark, mark.scheme == Self.scheme,
            let number = UInt64(mark.absoluteString.dropFirst(Self.scheme.count + 1))
        else { return nil }
        return state.withLock { $0.contexts[number] }
    }
}
