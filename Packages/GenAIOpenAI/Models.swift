// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// `GET /models`.
    public var models: Models { Models(sender: sender) }
}

extension OpenAIClient {
    /// `GET /models`: what the server can be asked.
    public struct Models: Sendable {
        let sender: Sender

        /// All models of the server.
        ///
        /// - Throws: ``OpenAIError``, after the attempts the configuration allows.
        public func list(options: CallOptions = CallOptions()) async throws(OpenAIError) -> [OpenAIClient.ModelInfo] {
            let call = APICall(method: "GET", path: "models", options: options, members: ["data", "models"])
            return try await sender.value(of: call, as: ModelList.self).data
        }

        /// One model.
        ///
        /// - Throws: ``OpenAIError``, code `notFound` where there is no such model.
        public func get(_ id: String, options: CallOptions = CallOptions()) async throws(OpenAIError)
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
        /// The name to ask for.
        public var id = ""
        /// The time it was made, in seconds since 1970.
        public var created: Int?
        /// Whose it is.
        public var ownedBy: String?
        /// Members without a property.
        public var additional: JSONObject = [:]

        /// Creates a model without a name.
        public init() {}

        package mutating func map(_ members: inout JSONMapper) {
            // Google and Cohere call it a name.
            let key = members.isReading && members.left("id") == nil && members.left("name") != nil ? "name" : "id"
            members.required(key, &id)
            members.time("created", &created)
            members("owned_by", &ownedBy)
        }
    }
}

private struct ModelList: JSONRecord {
    var data: [OpenAIClient.ModelInfo] = []
    var additional: JSONObject = [:]

    /// Reads the list, or its elements alone.
    init(lenient json: JSONValue) throws(JSONError) {
        try self.init(json: json.arrayValue == nil ? json : ["data": json])
    }

    init() {}

    mutating func map(_ members: inout JSONMapper) {
        guard members.isReading, members.left("data") == nil else { return members.required("data", &data) }
        if members.contains("data") { members.list("data", &data) } else { members.required("models", &data) }
    }
}
