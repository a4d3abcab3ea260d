// SPDX-License-Identifier: MIT

/// An error that prevented the delivery of a batch. Never contains header values or telemetry content.
public struct ExportError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable {
            case timedOut, rejected, unreachable, unavailable, tooLarge, shutDown, cancelled, invalidResponse, other
        }
        private let kind: Kind

        /// There was no response before the exporter's deadline. The batch may have arrived.
        public static let timedOut = Code(kind: .timedOut)
        /// The server rejected the batch.
        public static let rejected = Code(kind: .rejected)
        /// There was no connection, or it broke before a response.
        public static let unreachable = Code(kind: .unreachable)
        /// The server was unavailable and asked for later retries until the deadline was too near.
        public static let unavailable = Code(kind: .unavailable)
        /// The batch or the response exceeds a size limit.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The exporter has been shut down.
        public static let shutDown = Code(kind: .shutDown)
        /// The task was cancelled. The batch may have arrived.
        public static let cancelled = Code(kind: .cancelled)
        /// The server's response is invalid.
        public static let invalidResponse = Code(kind: .invalidResponse)
        /// Any other failure; see the message.
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

    /// The kind of failure, to switch on.
    public var code: Code
    /// Details for a log line. Unstable: never parse it.
    public var message: String
    /// The number of items that the failure concerns; `nil` means all of the batch.
    public var rejectedCount: Int?

    /// Creates an error. Custom exporters throw it too.
    public init(_ code: Code, _ message: String, rejectedCount: Int? = nil) {
        self.code = code
        self.message = message
        self.rejectedCount = rejectedCount
    }

    /// The message.
    public var description: String { message }
}
