// SPDX-License-Identifier: MIT

import GenAIHTTP

/// Turns an error of any OpenAI-compatible server into an ``OpenAIError``, whatever its status says.
///
/// The rule: an answer, an event of a stream or the body of a status outside 2xx is an error under any of the names in
/// use, and then the one that its code stands for. It keeps the server's message and code, and is tried again where the
/// same status would have been.
struct ErrorResponse: Sendable {
    /// The header fields and the key that were sent: none may appear in any message.
    private let headers: HTTPHeaders
    private let key: String?

    init(headers: HTTPHeaders, key: String?) {
        self.headers = headers
        self.key = key
    }

    /// The error for a response with a status outside 2xx.
    func error(status: Int, headers: HTTPHeaders, body: [UInt8]) -> OpenAIError {
        let json = (try? JSONValue(parsing: body)) ?? Self.firstEvent(of: body)
        return error(json.map(ReportedError.init), status: status, headers: headers)
    }

    /// The error that a whole answer of status 2xx is, or `nil` for an answer.
    ///
    /// - Parameter members: Those of which an answer has at least one; empty where nothing is expected.
    func error(inAnswer json: JSONValue, members: [String], headers: HTTPHeaders) -> OpenAIError? {
        let isAnswer = members.isEmpty || json.arrayValue != nil || members.contains { json[$0].isSubstantial }
        return ReportedError(in: json, isAnswer: isAnswer, isItsOwn: members.contains("output"))
            .map { error($0, status: nil, headers: headers) }
    }

    /// The error that an event of a stream is, or `nil` for a piece of the answer.
    func error(inEvent json: JSONValue, type: String, headers: HTTPHeaders) -> OpenAIError? {
        let isErrorEvent = type == "error" || json["type"] == "error"
        let isResponse = json["type"]?.stringValue?.hasPrefix("response.") == true
        let isAnswer = !isErrorEvent && (isResponse || json["choices"].isSubstantial)
        let reported = ReportedError(in: json, isAnswer: isAnswer, isItsOwn: false)
        return (reported ?? (isErrorEvent ? ReportedError(json) : nil)).map { error($0, status: nil, headers: headers) }
    }

    /// The error for an event of type `error` whose data is plain text.
    func error(text: String, headers: HTTPHeaders) -> OpenAIError {
        error(ReportedError(.string(text)), status: nil, headers: headers)
    }

    private func error(_ reported: ReportedError?, status: Int?, headers: HTTPHeaders) -> OpenAIError {
        let scrubber = KeyScrubber(headers: self.headers, key: key)
        let message = reported?.message ?? status.map { "HTTP status \($0)" } ?? "the server failed"
        let status = status ?? reported?.status
        var error = OpenAIError(
            OpenAIError.Code(status: status, names: reported?.names ?? [], message: message), scrubber.scrub(message),
            status: status)
        error.apiCode = reported?.code.map(scrubber.scrub)
        error.type = reported?.type.map(scrubber.scrub)
        error.param = reported?.param.map(scrubber.scrub)
        error.requestID = headers.requestID.map(scrubber.scrub)
        error.retryAfter = headers.retryAfter
        error.rateLimits = headers.rateLimits
        return error
    }

    /// The first event of a body that is an event stream in spite of its status, as LiteLLM sends it.
    private static func firstEvent(of body: [UInt8]) -> JSONValue? {
        var parser = ServerSentEvents(limit: body.count + 1)
        guard let events = try? parser.parse(body) else { return nil }
        return (events.first ?? parser.finish()).flatMap { event in try? JSONValue(parsing: event.data) }
    }
}

extension JSONValue? {
    /// Whether there is something: not `null`, and not empty.
    var isSubstantial: Bool {
        switch self {
        case nil, .null: false
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        case .bool(let flag): flag
        default: true
        }
    }
}

/// Removes secrets from what a server says: OpenAI's 401 quotes part of the key, other servers all of it.
struct KeyScrubber: Sendable {
    private static let mask = "***"
    private static let longest = 2_000

    private let secrets: Secrets

    /// Creates a scrubber that knows what was sent.
    init(headers: HTTPHeaders, key: String?) {
        var secrets = Secrets(headers: headers)
        if let key { secrets.add(key) }
        self.secrets = secrets
    }

    /// The text without secrets, without words that look like a key, and not longer than 2,000 bytes.
    func scrub(_ text: String) -> String {
        let words = secrets.masked(text, limit: Self.longest).split(separator: " ", omittingEmptySubsequences: false)
        return words.map { Self.looksLikeKey($0) ? Self.mask : String($0) }.joined(separator: " ")
    }

    private static func looksLikeKey(_ word: Substring) -> Bool {
        word.contains("****") || ["sk-", "gsk_", "xai-", "Bearer"].contains { word.contains($0) }
    }
}
