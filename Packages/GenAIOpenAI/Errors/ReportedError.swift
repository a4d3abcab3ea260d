// SPDX-License-Identifier: MIT

/// An error as a server reports it, with any of the member names in use.
struct ReportedError {
    /// The error object, or its text.
    private let inner: JSONValue
    /// The object around it.
    private let outer: JSONValue

    /// Reads a value that is an error: `{"error": {…}}`, `[{"error": …}]`, `{"detail": …}`, an error object without a
    /// wrapper, and others.
    init(_ json: JSONValue) {
        let body = json.arrayValue?.first ?? json
        let inCloudflare = body["errors"]?.arrayValue?.first
        outer = body
        inner = body["error"].isNamed ?? body["base_resp"].isNamed ?? inCloudflare ?? body
    }

    /// Finds the error in a body of status 2xx; `nil` if there is none.
    ///
    /// An `error` member always is one. Names that may have another meaning count only if the answer itself is missing.
    ///
    /// - Parameters:
    ///   - isAnswer: Whether the members of an answer are present.
    ///   - isItsOwn: Whether `error` is a member of the answer itself, as in the Responses API.
    init?(in json: JSONValue, isAnswer: Bool, isItsOwn: Bool) {
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

    /// Returns the error of the first choice, if no choice has content (OpenRouter).
    private static func errorOfChoices(_ json: JSONValue) -> JSONValue? {
        guard let choices = json["choices"]?.arrayValue, !choices.isEmpty,
            choices.allSatisfy({ $0["error"].isSubstantial })
        else { return nil }
        return choices.first
    }

    private static func looksLikeError(_ json: JSONValue) -> Bool {
        let names = [
            "detail", "error_message", "error_msg", "errorMessage", "error_code", "errorCode", "error_type", "errors",
            "fault",
        ]
        if names.contains(where: { json[$0].isSubstantial }) { return true }
        if json["object"] == "error" || json["type"] == "error" || json["success"] == false { return true }
        if let code = json["base_resp"]?["status_code"]?.intValue { return code != 0 }
        let hasCode = ["code", "status", "status_code", "statusCode"].contains { json[$0].isSubstantial }
        return hasCode && ["message", "msg"].contains { json[$0]?.stringValue?.isEmpty == false }
    }
}

// MARK: - Members

extension ReportedError {
    /// The message for people, from any of the members that servers use.
    var message: String? { Self.message(of: inner) ?? Self.message(of: outer) }

    private static func message(of object: JSONValue) -> String? {
        if let text = object.stringValue { return text.isEmpty ? nil : text }
        let names = [
            "message", "detail", "msg", "error_message", "error_msg", "errorMessage", "error_description", "status_msg",
            "title", "error", "errors", "faultstring",
        ]
        for name in names {
            guard let value = object[name] else { continue }
            if let text = value.arrayValue?.first.flatMap(message) ?? message(of: value) { return text }
        }
        return nil
    }

    /// The server's own code for the failure.
    var code: String? { first(["code", "error_code", "errorCode", "status_code"]) }

    /// The server's name for the kind of failure.
    var type: String? {
        let type = first(["type", "error_type"])
        return type == "error" ? nil : type ?? inner["status"]?.stringValue
    }

    /// The parameter that the server rejected.
    var param: String? { inner["param"]?.stringValue ?? outer["param"]?.stringValue ?? location }

    /// The location in the body that FastAPI, and so Mistral, rejected.
    private var location: String? {
        let details = inner["detail"] ?? inner["message"]?["detail"]
        let path = details?.arrayValue?.first?["loc"]?.arrayValue ?? []
        let names = path.compactMap { try? String(lenient: $0) }.filter { $0 != "body" }
        return names.isEmpty ? nil : names.joined(separator: ".")
    }

    /// The HTTP status that corresponds to the error.
    var status: Int? {
        let names = ["code", "status", "status_code", "statusCode", "http_status", "error_code"]
        for name in names {
            for object in [inner, outer] {
                guard let value = object[name], let number = value.intValue ?? value.stringValue.flatMap({ Int($0) }),
                    (400..<600).contains(number)
                else { continue }
                return number
            }
        }
        return inner["status_msg"] == nil
            ? nil : inner["status_code"]?.intValue.flatMap { Self.statusByMiniMaxCode[$0] }
    }

    /// The names that may be more specific than the status.
    var names: [String] { [code, type, inner["status"]?.stringValue].compactMap(\.self) }

    private func first(_ names: [String]) -> String? {
        for object in [inner, outer] {
            for name in names {
                if let text = object[name].flatMap({ try? String(lenient: $0) }), !text.isEmpty { return text }
            }
        }
        return nil
    }

    /// The statuses of `base_resp.status_code`. Source: MiniMax, "Error codes".
    private static let statusByMiniMaxCode: [Int: Int] = [
        1000: 500, 1001: 408, 1002: 429, 1004: 401, 1008: 402, 1013: 500, 1024: 500, 1026: 400, 1027: 400, 1033: 500,
        1039: 429, 1041: 429, 2013: 400, 2049: 401,
    ]
}

extension JSONValue? {
    /// The value, if it is an object or text that may be an error.
    fileprivate var isNamed: JSONValue? {
        switch self {
        case .object(let object)? where !object.isEmpty: self
        case .string(let text)? where !text.isEmpty: self
        default: nil
        }
    }
}

// MARK: - Codes

extension OpenAIClientError.Code {
    /// Creates the code for a failure.
    ///
    /// - Parameters:
    ///   - status: The status of the response, or the one that corresponds to the error.
    ///   - names: The server's names for the failure.
    init(status: Int?, names: [String], message: String) {
        let names = names.map { name in name.lowercased().filter { $0.isLetter || $0.isNumber } }
        if let code = names.lazy.compactMap({ Self.exact[$0] }).first {
            self = code
        } else if let status {
            self.init(status: status, message: message)
        } else if let code = names.lazy.compactMap({ Self.general[$0] }).first {
            self = code
        } else {
            self = Self.isAboutContext(message) ? .contextLengthExceeded : .server
        }
    }

    private init(status: Int, message: String) {
        self =
            switch status {
            case 400, 413, 422:
                Self.isAboutContext(message) ? .contextLengthExceeded : Self.byStatus[status] ?? .badRequest
            case 300..<400: .redirect
            case 400..<500: Self.byStatus[status] ?? .badRequest
            default: .server
            }
    }

    private static func isAboutContext(_ message: String) -> Bool {
        let text = message.lowercased()
        return ["context length", "context window", "context size", "context too long", "prompt is too long"]
            .contains { text.contains($0) }
    }

    private static let byStatus: [Int: OpenAIClientError.Code] = [
        401: .authentication, 402: .quotaExceeded, 403: .permissionDenied, 404: .notFound, 408: .timedOut,
        409: .conflict, 413: .requestTooLarge, 422: .unprocessable, 429: .rateLimited,
    ]

    /// Names that are more specific than the status; in lower case, without punctuation.
    private static let exact: [String: OpenAIClientError.Code] = [
        "contextlengthexceeded": .contextLengthExceeded, "exceedcontextsizeerror": .contextLengthExceeded,
        "contextwindowexceedederror": .contextLengthExceeded, "contentfilter": .contentFilter,
        "contentpolicyviolation": .contentFilter, "contentpolicyviolationerror": .contentFilter,
        "datainspectionfailed": .contentFilter, "1026": .contentFilter, "1027": .contentFilter,
        "insufficientquota": .quotaExceeded, "exceededcurrentquotaerror": .quotaExceeded,
        "insufficientbalance": .quotaExceeded, "arrearage": .quotaExceeded, "invalidapikey": .authentication,
        "ratelimitexceeded": .rateLimited, "modelnotfound": .notFound,
    ]

    /// Names that correspond to a status, for errors without one.
    private static let general: [String: OpenAIClientError.Code] = [
        "invalidrequesterror": .badRequest, "badrequesterror": .badRequest, "badrequest": .badRequest,
        "invalidargument": .badRequest, "invalidparameter": .badRequest, "unprocessableentityerror": .unprocessable,
        "authenticationerror": .authentication, "unauthenticated": .authentication, "unauthorized": .authentication,
        "invalidauthenticationerror": .authentication, "billingerror": .quotaExceeded,
        "permissiondenied": .permissionDenied, "permissionerror": .permissionDenied,
        "permissiondeniederror": .permissionDenied, "forbidden": .permissionDenied, "notfounderror": .notFound,
        "notfound": .notFound, "ratelimiterror": .rateLimited, "ratelimitreachederror": .rateLimited,
        "resourceexhausted": .rateLimited, "toomanyrequests": .rateLimited, "throttling": .rateLimited,
        "throttlingratequota": .rateLimited, "throttlingallocationquota": .rateLimited,
        "deadlineexceeded": .timedOut, "timeout": .timedOut, "timeouterror": .timedOut,
        "requesttoolarge": .requestTooLarge,
    ]
}
