// SPDX-License-Identifier: MIT

import GenAIHTTP
public import GenAITelemetry

/// An error that prevented a usable answer.
///
/// Contains the server's message about the failure, without anything that looks like a key. Never contains the request,
/// its headers or the model's output.
public struct OpenAIClientError: Error, Sendable {
    /// The kind of failure, to switch on.
    public var code: Code
    /// Details for a log line. Unstable: never parse it.
    public var message: String
    /// The HTTP status; `nil` if there was no response.
    public var status: Int?
    /// The server's identifier of the request (`x-request-id`), for support inquiries.
    public var requestID: String?
    /// The `code` of the server's error object, such as `context_length_exceeded`.
    public var apiCode: String?
    /// The `type` of the server's error object, such as `invalid_request_error`.
    public var type: String?
    /// The request parameter that the server rejected.
    public var param: String?
    /// The delay that the server asks for (`retry-after-ms`, `Retry-After`).
    public var retryAfter: Duration?
    /// The rate limits that the server reported.
    public var rateLimits: RateLimits?
    /// The path in the answer at which decoding failed, outermost first; for code ``Code/decoding``.
    public var codingPath: [String] = []
    /// The error of the program's own code: of a tool, or of ``OpenAIClient/Configuration/beforeCall``.
    public var underlying: (any Error)?

    /// Creates an error. Test doubles throw it too.
    public init(_ code: Code, _ message: String, status: Int? = nil) {
        self.code = code
        self.message = message
        self.status = status
    }
}

extension OpenAIClientError {
    /// The kind of failure. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable name in snake case, usable as a metric attribute.
        public let name: String

        private init(_ name: String) { self.name = name }

        /// The stable name.
        public var description: String { name }

        /// The client is not configured for this call. Nothing was sent.
        public static let configuration = Code("configuration")
        /// The key is missing, wrong or expired (401).
        public static let authentication = Code("authentication")
        /// The key has no permission for this request (403).
        public static let permissionDenied = Code("permission_denied")
        /// The model, deployment, response or path does not exist (404).
        public static let notFound = Code("not_found")
        /// The request is invalid (400 and other 4xx); see ``OpenAIClientError/param``.
        public static let badRequest = Code("bad_request")
        /// The input does not fit the model's context window.
        public static let contextLengthExceeded = Code("context_length_exceeded")
        /// A content filter stopped the request or the answer.
        public static let contentFilter = Code("content_filter")
        /// The request conflicts with another change of the resource (409).
        public static let conflict = Code("conflict")
        /// The body is larger than the server accepts (413).
        public static let requestTooLarge = Code("request_too_large")
        /// The request is well-formed, but the server cannot process it (422).
        public static let unprocessable = Code("unprocessable")
        /// Too many requests or tokens (429); see ``OpenAIClientError/rateLimits``.
        public static let rateLimited = Code("rate_limited")
        /// The account has no credit left (402, or 429 with `insufficient_quota`). Not retried.
        public static let quotaExceeded = Code("quota_exceeded")
        /// The server failed (5xx, or an error object in a stream).
        public static let server = Code("server")
        /// The server redirects to another origin, to which the key must not be sent.
        public static let redirect = Code("redirect")
        /// The answer does not have the documented form; see ``OpenAIClientError/codingPath``.
        public static let decoding = Code("decoding")
        /// The connection could not be made, or broke.
        public static let connection = Code("connection")
        /// The server's certificate was not accepted. Not retried.
        public static let untrustedServer = Code("untrusted_server")
        /// There was no answer within the time limit.
        public static let timedOut = Code("timed_out")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
        /// The answer is larger than the client accepts.
        public static let responseTooLarge = Code("response_too_large")
        /// The model refused to answer in the requested form.
        public static let refused = Code("refused")
        /// The answer ended before it was complete, because of the token limit or an interrupted stream.
        public static let truncated = Code("truncated")
        /// The tool loop reached its limit of rounds.
        public static let tooManyRounds = Code("too_many_rounds")
        /// A tool of the tool loop failed, and the options stop the loop in this case.
        public static let toolFailed = Code("tool_failed")
        /// ``OpenAIClient/Configuration/beforeCall`` refused the call.
        public static let budgetExceeded = Code("budget_exceeded")
    }

    /// The rate limits of an account, as one response reports them.
    public struct RateLimits: Sendable, Hashable {
        /// Requests allowed in the window (`x-ratelimit-limit-requests`).
        public var requestLimit: Int?
        /// Requests left (`x-ratelimit-remaining-requests`).
        public var requestsRemaining: Int?
        /// The time until all requests are available again (`x-ratelimit-reset-requests`).
        public var requestsReset: Duration?
        /// Tokens allowed in the window (`x-ratelimit-limit-tokens`).
        public var tokenLimit: Int?
        /// Tokens left (`x-ratelimit-remaining-tokens`).
        public var tokensRemaining: Int?
        /// The time until all tokens are available again (`x-ratelimit-reset-tokens`).
        public var tokensReset: Duration?

        /// Creates limits without any values.
        public init() {}
    }
}

extension OpenAIClientError: CustomStringConvertible {
    /// The code, message, status and request identifier in one line.
    public var description: String {
        var text = "\(code.name): \(message)"
        if let status { text += " (status \(status))" }
        if let requestID { text += " (request \(requestID))" }
        return text
    }
}

extension OpenAIClientError: ErrorTypeProviding {
    /// The stable name of the code.
    public var errorType: String { code.name }

    /// The code, status and request identifier. The message is left out, because servers may quote the prompt in it.
    public var contentFreeDescription: String {
        var error = self
        error.message = "details are content"
        return error.description
    }
}

extension OpenAIClientError {
    /// Creates the error for an answer that does not have the documented form.
    init(_ error: JSONError, requestID: String? = nil) {
        self.init(.decoding, "the answer does not have the documented form: \(error)")
        codingPath = error.path
        self.requestID = requestID
    }

    /// Creates the error for an exchange without a complete response.
    init(_ error: HTTPTransportError) {
        let code: Code =
            switch error.code {
            case .badURL, .invalidRequest, .shutDown: .configuration
            case .tls: .untrustedServer
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .tooLarge: .responseTooLarge
            default: .connection
            }
        self.init(code, error.message)
    }
}
