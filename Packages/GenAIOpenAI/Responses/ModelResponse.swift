// SPDX-License-Identifier: MIT

public import GenAICore

/// The answer of `POST /responses`.
public struct ModelResponse: Codable, Hashable, Sendable, JSONRecord {
    /// The server's name for the response, to continue it or to fetch it.
    public var id = ""
    /// The model that answered.
    public var model = ""
    /// The time it was made, in seconds since 1970.
    public var createdAt: Double?
    /// The state of the response.
    public var status: Status?
    /// The reason it failed.
    public var error: Failure?
    /// The reason it is incomplete.
    public var incompleteDetails: IncompleteDetails?
    /// The messages, reasoning and tool calls of the model.
    public var output: [ResponseItem] = []
    /// The response this one continues.
    public var previousResponseID: String?
    /// The tokens used.
    public var usage: ResponseUsage?
    /// The processing class used.
    public var serviceTier: ServiceTier?
    /// Members without a property; among them what the server repeats of the request.
    public var additional: JSONObject = [:]

    /// Creates an empty response.
    public init() {}

    package mutating func map(_ members: inout JSONMapper) {
        members("id", &id)
        members("model", &model)
        members("created_at", &createdAt)
        members("status", &status)
        members("error", &error)
        members("incomplete_details", &incompleteDetails)
        members.essential("output", &output)
        members("previous_response_id", &previousResponseID)
        members("usage", &usage)
        members("service_tier", &serviceTier)
    }
}

extension ModelResponse {
    /// All the text the model wrote; empty where there is none.
    public var outputText: String {
        output.filter { $0.type == .message }.flatMap { $0.content?.parts ?? [] }
            .filter { $0.type == "output_text" }.compactMap(\.text).joined()
    }

    /// The reason the model declined; `nil` where it did not.
    public var refusal: String? {
        let texts = output.flatMap { $0.content?.parts ?? [] }.compactMap(\.refusal)
        return texts.isEmpty ? nil : texts.joined()
    }

    /// The functions the model wants called.
    public var functionCalls: [ResponseItem] { output.filter { $0.type == .functionCall } }

    /// The state of a response.
    public struct Status: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable, JSONStringValue {
        /// The text received.
        public var rawValue: String
        /// Creates a status.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Waiting.
        public static let queued = Status(rawValue: "queued")
        /// Being written.
        public static let inProgress = Status(rawValue: "in_progress")
        /// Done.
        public static let completed = Status(rawValue: "completed")
        /// Cut short; see ``ModelResponse/incompleteDetails``.
        public static let incomplete = Status(rawValue: "incomplete")
        /// Failed; see ``ModelResponse/error``.
        public static let failed = Status(rawValue: "failed")
        /// Stopped on request.
        public static let cancelled = Status(rawValue: "cancelled")
    }

    /// The reason a response failed.
    public struct Failure: Codable, Hashable, Sendable, JSONRecord {
        /// Such as `server_error` or `rate_limit_exceeded`.
        public var code: String?
        /// For people.
        public var message: String?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates a failure without a reason.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("code", &code)
            members("message", &message)
        }
    }

    /// The reason a response is incomplete.
    public struct IncompleteDetails: Codable, Hashable, Sendable, JSONRecord {
        /// `max_output_tokens`, `content_filter` or another.
        public var reason: String?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates details without a reason.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("reason", &reason)
        }
    }
}
