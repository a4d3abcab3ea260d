// SPDX-License-Identifier: MIT

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
        "requesttoolarge": .requestTooLarge, "overloaded": .rateLimited, "validation": .unprocessable,
        "validationerror": .unprocessable, "modelnotfounderror": .notFound,
    ]
}
