// SPDX-License-Identifier: MIT

import GenAIHTTP

/// Turns an error answer of any OpenAI-compatible server into an ``OpenAIError``.
struct ErrorResponse {
    /// What must not appear in any message.
    var scrubber: KeyScrubber

    /// The error for a response with a status outside 2xx.
    func error(status: Int, headers: HTTPHeaders, body: [UInt8]) -> OpenAIError {
        let object = (try? JSONValue(parsing: body)) ?? Self.firstEvent(of: body)
        var error = error(object: object.flatMap(Self.errorObject), status: status)
        error.requestID = headers.requestID
        error.retryAfter = headers.retryAfter
        error.rateLimits = headers.rateLimits
        return error
    }

    /// The error for an error object inside a stream, or `nil` if `event` is none.
    ///
    /// Chat streams send `{"error": {…}}`; the Responses API sends the members bare, in an event of type `error`.
    func error(inStreamed event: JSONValue, eventType: String = "", requestID: String?) -> OpenAIError? {
        let inner = event["error"].flatMap { $0 == .null ? nil : $0 }
        let isError = eventType == "error" || event["type"]?.stringValue == "error"
        guard let object = inner ?? (isError ? event : nil) else { return nil }
        var error = error(object: object, status: nil)
        error.requestID = requestID
        return error
    }

    /// The error for the members of an error object.
    func error(object: JSONValue?, status: Int?) -> OpenAIError {
        let message = object.flatMap(Self.message) ?? status.map { "HTTP status \($0)" } ?? "the server failed"
        let apiCode = object?["code"].flatMap { $0.stringValue ?? $0.intValue.map(String.init) }
        let type = object?["type"]?.stringValue
        let code = Self.code(
            status: status ?? apiCode.flatMap { Int($0) }, names: [apiCode, type].compactMap(\.self), message: message)
        var error = OpenAIError(code, scrubber.scrub(message), status: status)
        error.apiCode = apiCode.map(scrubber.scrub)
        error.type = type.map(scrubber.scrub)
        error.param = object?["param"]?.stringValue.map(scrubber.scrub)
        return error
    }

    /// The first event of a body that is an event stream in spite of its status, as LiteLLM sends it.
    private static func firstEvent(of body: [UInt8]) -> JSONValue? {
        var parser = ServerSentEvents(limit: body.count + 1)
        return try? (try? parser.parse(body))?.first.map { event in try JSONValue(parsing: event.data) }
    }

    /// The error object inside a body: `{"error": {…}}`, `[{"error": …}]`, `{"error": "…"}`, `{"detail": …}` or bare.
    private static func errorObject(_ body: JSONValue) -> JSONValue? {
        if let first = body.arrayValue?.first { return errorObject(first) }
        if let error = body["error"], error != .null { return error }
        return body.objectValue == nil ? nil : body
    }

    /// The human text of an error object, wherever the server puts it.
    private static func message(of object: JSONValue) -> String? {
        if let text = object.stringValue { return text }
        for key in ["message", "detail", "msg", "error"] {
            guard let value = object[key] else { continue }
            if let text = value.stringValue { return text }
            if let text = value.arrayValue?.first.flatMap(message) ?? message(of: value) { return text }
        }
        return nil
    }

    private static func code(status: Int?, names: [String], message: String) -> OpenAIError.Code {
        for name in names {
            if let code = codesByName[name] { return code }
        }
        switch status {
        case 400 where message.contains("maximum context length"): return .contextLengthExceeded
        case 401: return .authentication
        case 402: return .quotaExceeded
        case 403: return .permissionDenied
        case 404: return .notFound
        case 408: return .timedOut
        case 409: return .conflict
        case 413: return .requestTooLarge
        case 422: return .unprocessable
        case 429: return .rateLimited
        case .some(400..<500): return .badRequest
        case .some(300..<400): return .redirect
        default: return .server
        }
    }

    /// Codes and types that say more than the status, or stand in a stream where there is none.
    private static let codesByName: [String: OpenAIError.Code] = [
        "context_length_exceeded": .contextLengthExceeded,
        "exceed_context_size_error": .contextLengthExceeded,
        "content_filter": .contentFilter,
        "content_policy_violation": .contentFilter,
        "insufficient_quota": .quotaExceeded,
        "invalid_api_key": .authentication,
        "rate_limit_exceeded": .rateLimited,
        "model_not_found": .notFound,
    ]
}

/// Removes keys from what a server says: OpenAI's 401 quotes part of the key, other servers all of it.
struct KeyScrubber: Sendable {
    private static let mask = "[key]"
    private static let longest = 2_000

    private let secrets: [String]

    /// Creates a scrubber that knows the client's own secrets.
    init(secrets: [String]) {
        self.secrets = secrets.filter { !$0.isEmpty }
    }

    /// The text without secrets, without words that look like a key, and not longer than 2,000 characters.
    func scrub(_ text: String) -> String {
        var text = text
        for secret in secrets { text = text.replacing(secret, with: Self.mask) }
        let words = text.prefix(Self.longest).split(separator: " ", omittingEmptySubsequences: false)
        return words.map { Self.looksLikeKey($0) ? Self.mask : String($0) }.joined(separator: " ")
    }

    private static func looksLikeKey(_ word: Substring) -> Bool {
        word.contains("**") || ["sk-", "gsk_", "xai-", "Bearer"].contains { word.contains($0) }
    }
}
