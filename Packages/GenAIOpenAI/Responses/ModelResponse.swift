// SPDX-License-Identifier: MIT

public import GenAICore

/// The answer of `POST /responses`.
public struct ModelResponse: Codable, Hashable, Sendable, JSONRecord {
    /// The server's identifier of the response, for continuing or fetching it.
    public var id = ""
    /// The model that answered.
    public var model = ""
    /// The time of creation, in seconds since 1970.
    public var createdAt: Double?
    /// The state of the response.
    public var status: Status?
    /// The failure; `nil` if the response did not fail.
    public var error: Failure?
    /// The details of an incomplete response.
    public var incompleteDetails: IncompleteDetails?
    /// The messages, reasoning and tool calls of the model.
    public var output: [ResponseItem] = []
    /// The identifier of the response that this one continues.
    public var previousResponseID: String?
    /// The tokens used.
    public var usage: ResponseUsage?
    /// The service tier used.
    public var serviceTier: OpenAIServiceTier?
    /// The JSON members without a property of their own, such as the parts of the request that the server repeats.
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
    /// The whole output text; empty if there is none.
    ///
    /// If a server omits the items, this is its `output_text`.
    public var outputText: String {
        let messages = output.filter { ($0.type ?? .message) == .message }
        let text = messages.flatMap { $0.content?.parts ?? [] }.filter(\.isOutputText).compactMap(\.text).joined()
        return text.isEmpty && output.isEmpty ? additional["output_text"]?.stringValue ?? "" : text
    }

    /// The model's refusal; `nil` if it did not refuse.
    public var refusal: String? {
        let texts = output.flatMap { $0.content?.parts ?? [] }.compactMap(\.refusal)
        return texts.isEmpty ? nil : texts.joined()
    }

    /// The function calls that the model requests.
    public var functionCalls: [ResponseItem] { output.filter { $0.type == .functionCall } }

    /// The state of a response.
    public struct Status: RawRepresentable, ExpressibleByStringLiteral, Codable, Hashable, Sendable, JSONStringValue {
        /// The text from the server.
        public var rawValue: String
        /// Creates a status.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The response waits for processing.
        public static let queued = Status(rawValue: "queued")
        /// The response is being generated.
        public static let inProgress = Status(rawValue: "in_progress")
        /// The response is complete.
        public static let completed = Status(rawValue: "completed")
        /// The response ended early; see ``ModelResponse/incompleteDetails``.
        public static let incomplete = Status(rawValue: "incomplete")
        /// The response failed; see ``ModelResponse/error``.
        public static let failed = Status(rawValue: "failed")
        /// The response was cancelled on request.
        public static let cancelled = Status(rawValue: "cancelled")

        /// The texts of all states. The status of an error is not among them.
        static let known: Set<String> = [
            "queued", "in_progress", "completed", "incomplete", "failed", "cancelled",
        ]
        /// Indicates whether the state is final.
        var isFinal: Bool { [.completed, .incomplete, .failed, .cancelled].contains(self) }
    }

    /// The failure of a response.
    public struct Failure: Codable, Hashable, Sendable, JSONRecord {
        /// The code, such as `server_error` or `rate_limit_exceeded`.
        public var code: String?
        /// The message for people.
        public var message: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates a failure without a reason.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("code", &code)
            members("message", &message)
        }
    }

    /// The details of an incomplete response.
    public struct IncompleteDetails: Codable, Hashable, Sendable, JSONRecord {
        /// The reason: `max_output_tokens`, `content_filter` or another.
        public var reason: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates details without a reason.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            members("reason", &reason)
        }
    }
}
