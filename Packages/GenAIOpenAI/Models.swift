// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// `GET /models`.
    public var models: Models { Models(sender: sender) }
}

extension OpenAIClient {
    /// `GET /models`: the models of the server.
    public struct Models: Sendable {
        let sender: Sender

        /// Returns all models of the server.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows.
        public func list(options: CallOptions = CallOptions()) async throws(OpenAIClientError) -> [OpenAIClient
            .ModelInfo]
        {
            let call = APICall(method: "GET", path: "models", options: options, members: ["data", "models"])
            return try await sender.value(of: call, as: ModelList.self).data
        }

        /// Returns one model.
        ///
        /// - Throws: ``OpenAIClientError`` with code `notFound` if there is no such model.
        public func get(_ id: String, options: CallOptions = CallOptions()) async throws(OpenAIClientError)
            -> OpenAIClient.ModelInfo
        {
            let call = APICall(
                method: "GET", path: "models/\(id.pathComponent)", options: options, members: ["id", "name"])
            return try await sender.value(of: call, as: OpenAIClient.ModelInfo.self)
        }
    }
}

extension OpenAIClient {
    /// A model of a server.
    public struct ModelInfo: Codable, Hashable, Sendable, JSONRecord {
        /// The name to use in requests.
        public var id = ""
        /// The time of creation, in seconds since 1970.
        public var created: Int?
        /// The owner of the model.
        public var ownedBy: String?
        /// The JSON members without a property of their own.
        public var additional: JSONObject = [:]

        /// Creates a model without a name.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            // Google and Cohere send `name` instead of `id`.
            let key = members.isReading && members.left("id") == nil && members.left("name") != nil ? "name" : "id"
            members.required(key, &id)
            members.time("created", &created)
            members("owned_by", &ownedBy)
        }

        /// Reads a model, or only its name.
        package init(lenient json: JSONValue) throws(JSONError) {
            try self.init(json: json.stringValue == nil ? json : ["id": json])
        }
    }
}

private struct ModelList: JSONRecord {
    var data: [OpenAIClient.ModelInfo] = []
    var additional: JSONObject = [:]

    /// Reads the object around the list, or only the list.
    init(lenient json: JSONValue) throws(JSONError) {
        try self.init(json: json.arrayValue == nil ? json : ["data": json])
    }

    init() {}

    mutating func map(_ members: inout JSONMapper) {
        guard members.isReading, members.left("data") == nil else { return members.required("data", &data) }
        if members.contains("data") { members.list("data", &data) } else { members.required("models", &data) }
    }
}
