// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAIInstrumentation
import GenAIProviders
import GenAITelemetry
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A call to a model whose task was resumed and is not being loaded yet.
struct PendingCall: Sendable {
    var recogniser: ModelCallRecogniser
    var context: GenAIContext
    /// The error of a budget that refused the call.
    var refusal: (any Error)?
}

/// The calls between the code that resumes a task, whose context is known, and the protocol that loads it, which runs
/// without a context and in another order.
final class PendingRequests: Sendable {
    static let shared = PendingRequests()

    /// The properties that identify a request.
    struct Key: Hashable, Sendable {
        var url: URL?
        var headers: [String: String]
        var body: Data?
        var mark: URL?
        /// The task, if the platform reports it.
        var task: ObjectIdentifier?
    }

    private struct Bucket {
        var calls: [PendingCall]
        /// Indicates whether calls of different contexts wait here, or did since the bucket was last empty.
        var isMixed = false
        var nanoseconds: UInt64
    }

    private struct State {
        var buckets: [Key: Bucket] = [:]
        var count = 0
        var mixedCount = 0
    }

    private static let capacity = 4_096
    private static let longestWait: UInt64 = 60_000_000_000

    private let state = Mutex(State())

    /// The number of calls that lost their identity.
    var mixedCount: Int { state.withLock { $0.mixedCount } }

    /// Adds a call. Returns false if too many are waiting.
    func add(_ call: PendingCall, for key: Key) -> Bool {
        let now = steadyNanoseconds()
        return state.withLock { state in
            if state.count >= Self.capacity { Self.forgetOld(&state, now) }
            guard state.count < Self.capacity else { return false }
            state.count += 1
            guard var bucket = state.buckets.removeValue(forKey: key) else {
                state.buckets[key] = Bucket(calls: [call], nanoseconds: now)
                return true
            }
            if let other = bucket.calls.last, !other.context.hasSameIdentity(as: call.context) { bucket.isMixed = true }
            bucket.calls.append(call)
            bucket.nanoseconds = now
            state.buckets[key] = bucket
            return true
        }
    }

    /// Removes and returns the call of a request that is being loaded; `nil` if it is unknown.
    ///
    /// A call that may belong to another context has no identity.
    func take(for key: Key) -> PendingCall? {
        let taken: (call: PendingCall, isMixed: Bool)? = state.withLock { state in
            guard var bucket = state.buckets.removeValue(forKey: key) else { return nil }
            var call = bucket.calls.removeFirst()
            state.count -= 1
            if !bucket.calls.isEmpty { state.buckets[key] = bucket }
            guard bucket.isMixed else { return (call, false) }
            state.mixedCount += 1
            call.context = GenAIContext()
            return (call, true)
        }
        guard let taken else { return nil }
        if taken.isMixed { Self.reportMixed() }
        return taken.call
    }

    // Tasks that were cancelled before they were loaded leave their calls behind.
    private static func forgetOld(_ state: inout State, _ now: UInt64) {
        for (key, bucket) in state.buckets where now &- bucket.nanoseconds > longestWait {
            state.buckets[key] = nil
            state.count -= bucket.calls.count
        }
    }

    private static func reportMixed() {
        Diagnostics.report(
            .warning, "GenAIURLSession",
            "equal requests of different contexts wait at the same time: their calls are recorded without an identity; "
                + "URLRequest.inGenAIContext() gives each its own")
    }
}

extension GenAIContext {
    /// Returns whether spans of both contexts would have the same stamp and the same parent.
    fileprivate func hasSameIdentity(as other: GenAIContext) -> Bool {
        spanContext == other.spanContext && conversationID == other.conversationID && userID == other.userID
            && turn == other.turn && workflow == other.workflow && agent == other.agent
            && attributes == other.attributes && allowsContentCapture == other.allowsContentCapture
    }
}

extension PendingRequests.Key {
    init(_ request: URLRequest, task: URLSessionTask? = nil) {
        url = request.url
        headers = request.allHTTPHeaderFields ?? [:]
        body = request.httpBody
        mark = request.mainDocumentURL
        self.task = task.map(ObjectIdentifier.init)
    }
}
