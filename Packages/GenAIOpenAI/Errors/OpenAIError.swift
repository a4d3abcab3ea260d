// SPDX-License-Identifier: MIT

import GenAIHTTP
public import GenAITelemetry

/// The reason a call brought no usable answer.
///
/// Holds what the server said about the failure with everything that looks like a key removed, and never the
/// request, its headers or what the model wrote.
public struct OpenAIError: Error, Sendable {
    /// The kind of failure, to switch on.
    public var code: Code
    /// Detail for a log line. Unstable: never parse it.
    public var message: String
    /// The HTTP status, where there was a response.
    public var status: Int?
    /// The server's name for the exchange (`x-request-id`), to quote when asking for help.
    public var requestID: String?
    /// The `code` of the server's error object, such as `context_length_exceeded`.
    public var apiCode: String?
    /// The `type` of the server's error object, such as `invalid_request_error`.
    public var type: String?
    /// The request parameter the server objects to.
    public var param: String?
    /// The time the server asks to wait (`retry-after-ms`, `Retry-After`).
    public var retryAfter: Duration?
    /// The limits the server reported with its answer.
    public var rateLimits: RateLimits?
    /// The path in the answer where decoding failed, outermost first; for code ``Code/decoding``.
    public var codingPath: [String] = []
    /// The error of the program's own code: a tool, or ``OpenAIClient/Configuration/beforeCall``.
    public var underlying: (any Error)?

    /// Creates an error; test doubles throw it too.
    public init(_ code: Code, _ message: String, status: Int? = nil) {
        self.code = code
        self.message = message
        self.status = status
    }
}

extension OpenAIError {
    /// The kind of failure. New codes may appear in minor releases.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable name in snake case, usable as a metric attribute.
        public let name: String

        private init(_ name: String) { self.name = name }

        /// The stable name.
        public var description: String { name }

        /// The client is not set up for this call; nothing was sent.
        public static let configuration = Code("configuration")
        /// The key is missing, wrong or expired (401).
        public static let authentication = Code("authentication")
        /// The key may not do this (403).
        public static let permissionDenied = Code("permission_denied")
        /// The model, deployment, response or path does not exist (404).
        public static let notFound = Code("not_found")
        /// The request is malformed (400 and other 4xx); see ``OpenAIError/param``.
        public static let badRequest = Code("bad_request")
        /// The input does not fit the model's context window.
        public static let contextLengthExceeded = Code("context_length_exceeded")
        /// A content filter stopped the request or the answer.
        public static let contentFilter = Code("content_filter")
        /// The resource changed meanwhile (409).
        public static let conflict = Code("conflict")
        /// The body is larger than the server takes (413).
        public static let requestTooLarge = Code("request_too_large")
        /// The request is well-formed and makes no sense (422).
        public static let unprocessable = Code("unprocessable")
        /// Too many requests or tokens (429); see ``OpenAIError/rateLimits``.
        public static let rateLimited = Code("rate_limited")
        /// The account has no credit left (402, or 429 with `insufficient_quota`). Not retried.
        public static let quotaExceeded = Code("quota_exceeded")
        /// The server failed (5xx, or an error object in a stream).
        public static let server = Code("server")
        /// The server redirects to where the key must not go.
        public static let redirect = Code("redirect")
        /// The answer is not what the API documents; see ``OpenAIError/codingPath``.
        public static let decoding = Code("decoding")
        /// The connection could not be made, or broke.
        public static let connection = Code("connection")
        /// The server's certificate was not accepted. Not retried.
        public static let untrustedServer = Code("untrusted_server")
        /// No answer within the time allowed.
        public static let timedOut = Code("timed_out")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
        /// The answer is larger than the client accepts.
        public static let responseTooLarge = Code("response_too_large")
        /// The model refused to answer in the form asked for.
        public static let refused = Code("refused")
        /// The answer ended before it was complete: the token limit, or a stream cut short.
        public static let truncated = Code("truncated")
        /// The tool loop reached its limit of rounds.
        public static let tooManyRounds = Code("too_many_rounds")
        /// A tool of the tool loop failed, and the loop was told to stop then.
        public static let toolFailed = Code("tool_failed")
        /// The closure asked before each call said no.
        public static let budgetExceeded = Code("budget_exceeded")
    }

    /// The rate limits of an account, as one response reports them.
    public struct RateLimits: Sendable, Hashable {
        /// Requests allowed in the window (`x-ratelimit-limit-requests`).
        public var requestLimit: Int?
        /// Requests left (`x-ratelimit-remaining-requests`).
        public var requestsRemaining: Int?
        /// Until all requests are available again (`x-ratelimit-reset-requests`).
        public var requestsReset: Duration?
        /// Tokens allowed in the window (`x-ratelimit-limit-tokens`).
        public var tokenLimit: Int?
        /// Tokens left (`x-ratelimit-remaining-tokens`).
        public var tokensRemaining: Int?
        /// Until all tokens are available again (`x-ratelimit-reset-tokens`).
        public var tokensReset: Duration?

        /// Creates limits with nothing known.
        public init() {}
    }
}

extension OpenAIError: CustomStringConvertible {
    /// Code, message, status and request id in one line.
    public var description: String {
        var text = "\(code.name): \(message)"
        if let status { text += " (status \(status))" }
        if let requestID { text += " (request \(requestID))" }
        return text
    }
}

extension OpenAIError: ErrorTypeProviding {
    /// The stable name of the code.
    public var errorType: String { code.name }

    /// Code, status and request id: what the server says about a failure can quote the prompt.
    public var contentFreeDescription: String {
        var error = self
        error.message = "details are content"
        return error.description
    }
}

extension OpenAIError {
    /// An answer that is not what the API documents.
    init(_ error: JSONError, requestID: String? = nil) {
        self.init(.decoding, "the answer is not as documented: \(error)")
        codingPath = error.path
        self.requestID = requestID
    }

    /// A failure below HTTP's answers.
    init(_ error: HTTPError) {
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
