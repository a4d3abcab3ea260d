// SPDX-License-Identifier: MIT

/// An error that prevented a complete response. Never holds header values or body content.
public struct HTTPTransportError: Error, Sendable {
    /// The kind of failure. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable {
            case badURL, invalidRequest, connection, timedOut, cancelled, tooLarge, protocolViolation, tls, shutDown
        }
        private let kind: Kind

        /// The URL cannot be parsed or is neither `http` nor `https`.
        public static let badURL = Code(kind: .badURL)
        /// The method or a header field is invalid. Nothing was sent.
        public static let invalidRequest = Code(kind: .invalidRequest)
        /// The name could not be resolved, the connection was refused, or it broke.
        public static let connection = Code(kind: .connection)
        /// One of the request's ``HTTPTimeouts`` passed.
        public static let timedOut = Code(kind: .timedOut)
        /// The task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
        /// The body is larger than the caller allows.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The peer violated the HTTP protocol.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// The certificate was not accepted, or the TLS handshake failed.
        public static let tls = Code(kind: .tls)
        /// The transport was shut down.
        public static let shutDown = Code(kind: .shutDown)
    }

    /// The kind of failure, to switch on.
    public var code: Code
    /// Details for a log line. Unstable: never parse it.
    public var message: String

    /// Creates an error. Custom transports throw it too.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension HTTPTransportError {
    static var cancelledBefore: HTTPTransportError {
        HTTPTransportError(.cancelled, "the task was cancelled before it began")
    }
    static var afterShutdown: HTTPTransportError { HTTPTransportError(.shutDown, "the transport was shut down") }
}

extension HTTPTransportError: CustomStringConvertible {
    /// The code's name and the message.
    public var description: String { "\(code): \(message)" }
}

extension HTTPTransportError.Code: CustomStringConvertible {
    /// The name of the code.
    public var description: String { "\(kind)" }
}

extension HTTPTransportError.Code {
    /// Returns the start of a message, which the server's name completes.
    func problem(hasHead: Bool) -> String {
        switch self {
        case .badURL: "the platform refuses the URL of"
        case .timedOut: "the platform gave up waiting for"
        case .tls: "no trusted TLS connection to"
        case .protocolViolation: "no valid HTTP response from"
        default: hasHead ? "incomplete response from" : "no response from"
        }
    }
}
