// SPDX-License-Identifier: MIT

/// An error as an OpenAI-compatible server reports it, with any of the member names in use.
///
/// The rule, for every client and for answers, events of streams and bodies of any status: an `error` member always is
/// an error. Names that may have another meaning count only if the answer itself is missing.
package struct ReportedError<Tree: JSONTree> {
    /// The error object, or its text.
    private let inner: Tree
    /// The object around it.
    private let outer: Tree

    /// Reads a value that is an error: `{"error": {…}}`, `[{"error": …}]`, `{"detail": …}`, an error object without a
    /// wrapper, and others.
    package init(_ json: Tree) {
        let body = json.arrayValue?.first ?? json
        outer = body
        inner =
            Self.named(body["error"]) ?? Self.named(body["base_resp"])
            ?? (body["errors"].flatMap { $0.arrayValue?.first ?? Self.named($0) }) ?? body
    }

    /// Finds the error in a body of status 2xx; `nil` if there is none.
    ///
    /// - Parameters:
    ///   - isAnswer: Whether the members of an answer are present.
    ///   - isItsOwn: Whether `error` is a member of the answer itself, as in the Responses API.
    package init?(in json: Tree, isAnswer: Bool, isItsOwn: Bool = false) {
        if (json.arrayValue?.first ?? json)["error"].isSubstantial, !(isItsOwn && isAnswer) {
            self.init(json)
        } else if let error = Self.errorOfChoices(json) {
            self.init(error)
        } else if !isAnswer, Self.looksLikeError(json) {
            self.init(json)
        } else {
            return nil
        }
    }

    /// Returns the value if it is an object or text that may be an error.
    private static func named(_ value: Tree?) -> Tree? {
        value.flatMap { ($0.memberCount ?? 0) > 0 || $0.stringValue?.isEmpty == false ? $0 : nil }
    }

    /// Returns the error of the first choice, if no choice has content (OpenRouter).
    private static func errorOfChoices(_ json: Tree) -> Tree? {
        guard let choices = json["choices"]?.arrayValue, !choices.isEmpty,
            choices.allSatisfy({ $0["error"].isSubstantial })
        else { return nil }
        return choices.first
    }

    private static func looksLikeError(_ json: Tree) -> Bool {
        let names = [
            "detail", "error_message", "error_msg", "errorMessage", "error_code", "errorCode", "error_type", "errors",
            "fault",
        ]
        if names.contains(where: { json[$0].isSubstantial }) { return true }
        if json["object"]?.stringValue == "error" || json["type"]?.stringValue == "error" { return true }
        if json["success"]?.boolValue == false { return true }
        if let code = json["base_resp"]?["status_code"]?.intValue { return code != 0 }
        let hasMessage = ["message", "Message", "msg"].contains { json[$0]?.stringValue?.isEmpty == false }
        return hasMessage
            && (hasFailureCode(json) || !["choices", "usage", "id", "type"].contains { json[$0].isSubstantial })
    }

    /// Returns whether there is a code or status that is not a success (iFlytek and others send 0 with every answer).
    private static func hasFailureCode(_ json: Tree) -> Bool {
        ["code", "status", "status_code", "statusCode"].contains { name in
            guard let value = json[name], value.isSubstantial else { return false }
            let isSuccess = ["0", "200", "ok", "success", "completed"].contains(value.identifier?.lowercased())
            return !isSuccess && value.boolValue == nil
        }
    }
}

// MARK: - Members

extension ReportedError {
    /// The message for people, from any of the members that servers use.
    package var message: String? { Self.message(of: inner) ?? Self.message(of: outer) }

    private static func message(of object: Tree) -> String? {
        if let text = object.stringValue { return text.isEmpty ? nil : text }
        let names = [
            "message", "Message", "detail", "msg", "error_message", "error_msg", "errorMessage", "error_description",
            "status_msg", "title", "error", "errors", "faultstring",
        ]
        for name in names {
            guard let value = object[name] else { continue }
            if let text = value.arrayValue?.first.flatMap(message) ?? message(of: value) { return text }
        }
        return nil
    }

    /// The server's own code for the failure.
    package var code: String? { first(["code", "error_code", "errorCode", "status_code"]) }

    /// The server's name for the kind of failure.
    package var type: String? {
        let type = first(["type", "error_type"])
        return type == "error" ? nil : type ?? inner["status"]?.stringValue
    }

    /// The parameter that the server rejected.
    package var param: String? { inner["param"]?.stringValue ?? outer["param"]?.stringValue ?? location }

    /// The location in the body that FastAPI, and so Mistral, rejected.
    private var location: String? {
        let details = inner["detail"] ?? inner["message"]?["detail"]
        let path = details?.arrayValue?.first?["loc"]?.arrayValue ?? []
        let names = path.compactMap(\.identifier).filter { $0 != "body" }
        return names.isEmpty ? nil : names.joined(separator: ".")
    }

    /// The HTTP status that corresponds to the error. It may be the beginning of a longer code, such as FastChat's
    /// 42903.
    package var status: Int? {
        let names = ["code", "status", "status_code", "statusCode", "http_status", "error_code"]
        for name in names {
            for object in [inner, outer] {
                guard let value = object[name], let number = value.intValue ?? value.stringValue.flatMap({ Int($0) })
                else { continue }
                for status in [number, number / 100] where (400..<600).contains(status) { return status }
            }
        }
        return inner["status_msg"] == nil
            ? nil : inner["status_code"]?.intValue.flatMap { statusByMiniMaxCode[$0] }
    }

    /// The delay that the server asks for in the error itself, in seconds: Google's `RetryInfo`, OpenRouter's
    /// `retry_after_seconds`.
    package var secondsToWait: Double? {
        for place in [inner, inner["metadata"], outer].compactMap(\.self) {
            for name in ["retry_after_seconds", "retry_after", "retryAfter"] {
                if let seconds = place[name]?.amount { return seconds }
            }
        }
        for detail in inner["details"]?.arrayValue ?? [] {
            guard let text = detail["retryDelay"]?.stringValue, text.hasSuffix("s") else { continue }
            if let seconds = Double(text.dropLast()), seconds.isFinite, seconds >= 0 { return seconds }
        }
        return nil
    }

    /// The names that may be more specific than the status.
    package var names: [String] { [code, type, inner["status"]?.stringValue].compactMap(\.self) }

    private func first(_ names: [String]) -> String? {
        for object in [inner, outer] {
            for name in names {
                if let text = object[name]?.identifier, !text.isEmpty { return text }
            }
        }
        return nil
    }
}

/// The statuses of `base_resp.status_code`. Source: MiniMax, "Error codes".
private let statusByMiniMaxCode: [Int: Int] = [
    1000: 500, 1001: 408, 1002: 429, 1004: 401, 1008: 402, 1013: 500, 1024: 500, 1026: 400, 1027: 400, 1033: 500,
    1039: 429, 1041: 429, 2013: 400, 2049: 401,
]
