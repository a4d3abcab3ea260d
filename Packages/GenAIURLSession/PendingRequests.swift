// SPDX-License-Identifier: MIT
import Foundation
import GenAICore
import GenAITelemetry
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A request that may call a model, whose task was resumed and is not being loaded yet.
struct PendingCall: Sendable {
    /// The surroundings of the code that resumed the task.
    var context: GenAIContext
}

/// The calls between the code that resumes a task, whose context is known, and the protocol that loads it, which runs
/// without a context and in another order.
final class PendingRequests: Sendable {
    static let shared = PendingRequests()

    /// The parts of a request that distinguish it from others.
    struct Key: Hashable, Sendable {
        var url: URL?
        var headers: [String: String]
        var body: Data?
        var mark: URL?
        /// The task, where the platform tells it.
        var task: ObjectIdentifier?
    }

    fileprivate struct Bucket {
        var calls: [PendingCall]
        /// Indicates whether calls of different contexts wait here, or did since the bucket was last empty.
        var isMixed = false
        /// Indicates whether all contexts of the bucket allow content to be recorded.
        var allowsContent: Bool
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

    /// The number of calls that were recorded without an identity.
    var mixedCount: Int { state.withLock { $0.mixedCount } }

    /// Adds a call, or returns false where too many wait.
    func add(_ call: PendingCall, for key: Key) -> Bool {
        let now = steadyNanoseconds()
        return state.withLock { state in
            if state.count >= Self.capacity { Self.forgetOld(&state, now) }
            guard state.count < Self.capacity else { return false }
            state.count += 1
            state.buckets[
                key, default: Bucket(calls: [], allowsContent: true, nanoseconds: now)
            ].add(call, now)
            return true
        }
    }

    /// Takes the call of a request that is being loaded, or returns `nil` where it is not known.
    ///
    /// A call that may be another's has no identity.
    func take(for key: Key) -> PendingCall? {
        let taken = state.withLock { state -> (call: PendingCall, isMixed: Bool)? in
            guard let index = state.buckets.index(forKey: key) else { return nil }
            let call = state.buckets.values[index].take()
            let isMixed = state.buckets.values[index].isMixed
            if state.buckets.values[index].calls.isEmpty { state.buckets.remove(at: index) }
            state.count -= 1
            if isMixed { state.mixedCount += 1 }
            return (call, isMixed)
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

extension PendingRequests.Bucket {
    mutating func add(_ call: PendingCall, _ now: UInt64) {
        if let other = calls.last, !other.context.hasSameIdentity(as: call.context) { isMixed = true }
        allowsContent = allowsContent && call.context.allowsContentCapture
        calls.append(call)
        nanoseconds = now
    }

    /// The call that waits longest; the last where several contexts wait, which costs nothing and is as good a guess.
    mutating func take() -> PendingCall {
        var call = calls.removeLast()
        guard isMixed else { return call }
        // Of equal calls each budget gets its share, whichever is whose.
        let (meter, allowsContent) = (call.context.meter, allowsContent)
        call.context = GenAIContext().updating {
            $0.meter = meter
            $0.allowsContentCapture = allowsContent
        }
        return call
    }
}

extension GenAIContext {
    /// Returns whether calls of both contexts would be recorded and counted alike.
    fileprivate func hasSameIdentity(as other: GenAIContext) -> Bool {
        spanContext == other.spanContext && (identity === other.identity || hasSameFields(as: other))
    }

    private func hasSameFields(as other: GenAIContext) -> Bool {
        conversationID == other.conversationID && userID == other.userID && turn == other.turn
            && workflow == other.workflow && agent == other.agent && attributes == other.attributes
            && allowsContentCapture == other.allowsContentCapture && meter === other.meter && run === other.run
            && listener === other.listener && identity?.fields.prices === other.identity?.fields.prices
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
