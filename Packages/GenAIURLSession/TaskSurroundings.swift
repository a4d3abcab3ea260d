// SPDX-License-Identifier: MIT
#if !canImport(Darwin)
    import Dispatch
    import Foundation
    import FoundationNetworking
    import GenAITelemetry

    /// The facts about a task that the platform keeps to itself, and without which what a delegate gets cannot be kept.
    ///
    /// They are looked up by the names of stored properties, which swift-corelibs-foundation has had since Swift 6.0. Of
    /// another version they may be unknown: then the platform loads the request, as without us.
    struct TaskSurroundings: Sendable {
        /// The session of the task.
        let session: URLSession
        /// The queue on which the platform works on the task; what a protocol's client does is safe on no other.
        let workQueue: DispatchQueue
        /// Indicates whether a completion handler or an `async` function waits for the whole answer, so that none of it
        /// goes to a delegate.
        let hasHandler: Bool

        /// Looks a task up. To be called on its work queue.
        init?(_ task: URLSessionTask) {
            guard let properties = Self.properties(of: task),
                let session = properties.descendant("session") as? URLSession,
                let queue = properties.descendant("workQueue") as? DispatchQueue,
                let hasHandler = Self.hasHandler(task.taskIdentifier, in: session)
            else {
                Diagnostics.report(
                    .warning, "GenAIURLSession",
                    "calls that a session's delegate reads are not recorded with this version of Foundation")
                return nil
            }
            self.session = session
            workQueue = queue
            self.hasHandler = hasHandler
        }

        private static func properties(of task: URLSessionTask) -> Mirror? {
            sequence(first: Mirror(reflecting: task), next: \.superclassMirror)
                .first { $0.subjectType == URLSessionTask.self }
        }

        private static func hasHandler(_ identifier: Int, in session: URLSession) -> Bool? {
            guard let registry = Mirror(reflecting: session).descendant("taskRegistry"),
                let behaviours = Mirror(reflecting: registry).descendant("behaviours")
            else { return nil }
            for entry in Mirror(reflecting: behaviours).children {
                let parts = Mirror(reflecting: entry.value).children
                guard let key = parts.first?.value as? Int, key == identifier, let behaviour = parts.dropFirst().first
                else { continue }
                // A case without a handler has nothing in it.
                return Mirror(reflecting: behaviour.value).children.first != nil
            }
            return nil
        }
    }
#endif
