// SPDX-License-Identifier: MIT

/// Why a batch was not delivered. Never holds header values or telemetry content.
public struct ExportError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable {
            case timedOut, rejected, unreachable, unavailable, tooLarge, shutDown, cancelled, invalidResponse, other
        }
        private let kind: Kind

        /// No answer before the exporter's deadline. The batch may have arrived.
        public static let timedOut = Code(kind: .timedOut)
        /// The server answered and refused the batch.
        public static let rejected = Code(kind: .rejected)
        /// No connection, or it broke before an answer.
        public static let unreachable = Code(kind: .unreachable)
        /// The server asked to come back later, and went on to do so until the deadline was too near.
        public static let unavailable = Code(kind: .unavailable)
        /// The batch or the answer exceeds a size limit.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The exporter has been shut down.
        public static let shutDown = Code(kind: .shutDown)
        /// The task was cancelled. The batch may have arrived.
        public static let cancelled = Code(kind: .cancelled)
        /// The server's answer cannot be understood.
        public static let invalidResponse = Code(kind: .invalidResponse)
        /// Anything else; see the message.
        public static let other = Code(kind: .other)

        /// The code as a word, for the attribute `error.type`.
        package var name: String {
            switch kind {
            case .timedOut: "timeout"
            case .rejected: "rejected"
            case .unreachable: "unreachable"
            case .unavailable: "unavailable"
            case .tooLarge: "too_large"
            case .shutDown: "already_shutdown"
            case .cancelled: "cancelled"
            case .invalidResponse: "invalid_response"
            case .other: "_OTHER"
            }
        }
    }

    /// What went wrong, to switch on.
    public var code: Code
    /// Detail for a log line. Unstable: never parse it.
    public var message: String
    /// How many items of the batch the failure concerns; `nil` means all of them.
    public var rejectedCount: Int?

    /// Creates an error; custom exporters throw it too.
    public init(_ code: Code, _ message: String, rejectedCount: Int? = nil) {
        self.code = code
        self.message = message
        self.rejectedCount = rejectedCount
    }

    /// The message.
    public var description: String { message }
}
