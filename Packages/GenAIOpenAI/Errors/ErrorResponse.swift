// SPDX-License-Identifier: MIT

import GenAIHTTP
import GenAIInstrumentation

/// Converts an error of any OpenAI-compatible server to an ``OpenAIClientError``, whatever its status.
///
/// An answer, an event of a stream or the body of a status outside 2xx is an error if it has an error member with any
/// of the names in use. Its code determines the kind of error. The server's message and code are kept, and the call is
/// retried as if the response had the corresponding status.
struct ErrorResponse: Sendable {
    /// The header fields and the key that were sent, which must not appear in any message.
    private let headers: HTTPHeaders
    private let key: String?

    init(headers: HTTPHeaders, key: String?) {
        self.headers = headers
        self.key = key
    }

    /// Returns the error for a response with a status outside 2xx.
    func error(status: Int, headers: HTTPHeaders, body: [UInt8]) -> OpenAIClientError {
        let json = (try? JSONValue(answer: body)) ?? Self.firstEvent(of: body) ?? Self.text(of: body)
        return error(json.map { ReportedError($0) }, status: status, headers: headers)
    }

    /// Returns the error in the body of a status 2xx; `nil` if the body is an answer.
    ///
    /// - Parameter members: The members of which an answer has at least one; empty if none is expected.
    func error(inAnswer json: JSONValue, members: [String], headers: HTTPHeaders) -> OpenAIClientError? {
        let hasState = json["status"]?.stringValue.map { ModelResponse.Status.known.contains($0) } == true
        let isResponse = members.contains("output") && (json["object"] == "response" || hasState)
        let isAnswer =
            members.isEmpty || json.arrayValue != nil || isResponse || members.contains { json[$0].isSubstantial }
        return ReportedError(in: json, isAnswer: isAnswer, isItsOwn: isResponse)
            .map { error($0, status: nil, headers: headers) }
    }

    /// Returns the error in an event of a stream; `nil` if the event is a chunk of the answer.
    func error(inEvent json: JSONValue, type: String, headers: HTTPHeaders) -> OpenAIClientError? {
        let isErrorEvent = type == "error" || json["type"] == "error"
        let isResponse = json["type"]?.stringValue?.hasPrefix("response.") == true
        let isAnswer = !isErrorEvent && (isResponse || json["choices"].isSubstantial)
        let reported = ReportedError(in: json, isAnswer: isAnswer, isItsOwn: false)
        return (reported ?? (isErrorEvent ? ReportedError(json) : nil)).map { error($0, status: nil, headers: headers) }
    }

    /// Returns the error for an event of type `error` whose data is plain text.
    func error(text: String, headers: HTTPHeaders) -> OpenAIClientError {
        error(ReportedError(.string(text)), status: nil, headers: headers)
    }

    private func error(_ reported: ReportedError<JSONValue>?, status: Int?, headers: HTTPHeaders) -> OpenAIClientError {
        let scrubber = KeyScrubber(headers: self.headers, key: key)
        let message = reported?.message ?? status.map { "HTTP status \($0)" } ?? "the server failed"
        let status = status ?? reported?.status
        var error = OpenAIClientError(
            OpenAIClientError.Code(status: status, names: reported?.names ?? [], message: message),
            scrubber.scrub(message),
            status: status)
        error.apiCode = reported?.code.map(scrubber.scrub)
        error.type = reported?.type.map(scrubber.scrub)
        error.param = reported?.param.map(scrubber.scrub)
        error.requestID = headers.requestID.map(scrubber.scrub)
        error.retryAfter = headers.retryAfter ?? reported?.secondsToWait.map { .seconds(min($0, 86_400)) }
        error.rateLimits = headers.rateLimits
        return error
    }

    /// Returns the first event of a body that is an event stream despite its status, as LiteLLM sends it.
    private static func firstEvent(of body: [UInt8]) -> JSONValue? {
        ServerSentEvents.events(of: body).first.flatMap { event in try? JSONValue(answer: event.data) }
    }

    /// Returns a plain text body; `nil` for web pages of proxies, which add nothing to their status.
    private static func text(of body: [UInt8]) -> JSONValue? {
        let words = body.trimmed
        guard let first = words.first, first != UInt8(ascii: "<"), String(validating: words, as: UTF8.self) != nil
        else { return nil }
        return .string(String(decoding: words, as: UTF8.self))
    }
}

/// Removes secrets from the messages of servers: OpenAI's 401 quotes a part of the key, other servers all of it.
struct KeyScrubber: Sendable {
    private static let mask = "***"
    private static let longest = 2_000

    private let secrets: Secrets

    /// Creates a scrubber for the header fields and the key that were sent.
    init(headers: HTTPHeaders, key: String?) {
        var secrets = Secrets(headers: headers)
        if let key { secrets.add(key) }
        self.secrets = secrets
    }

    /// Returns the text without secrets and without words that look like a key, limited to 2,000 bytes.
    func scrub(_ text: String) -> String {
        let words = secrets.masked(text, limit: Self.longest).split(separator: " ", omittingEmptySubsequences: false)
        return words.map { Self.looksLikeKey($0) ? Self.mask : String($0) }.joined(separator: " ")
    }

    private static func looksLikeKey(_ word: Substring) -> Bool {
        word.contains("****") || ["sk-", "gsk_", "xai-", "Bearer"].contains { word.contains($0) }
    }
}
