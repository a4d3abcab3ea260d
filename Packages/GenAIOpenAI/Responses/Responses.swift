// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// The Responses API.
    public var responses: Responses { Responses(sender: sender) }
}

extension OpenAIClient {
    /// The Responses API: `POST /responses`, plain and streamed, and the endpoints for stored responses.
    public struct Responses: Sendable {
        let sender: Sender

        /// Requests a response.
        ///
        /// A response that failed on the server is returned, with its status and error, not thrown.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows.
        public func create(
            _ request: ResponseRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIClientError) -> ModelResponse {
            var call = APICall(
                path: "responses", model: request.model ?? "", body: request.json, options: options,
                members: ModelResponse.expected)
            call.collect = { (source) async throws(OpenAIClientError) in
                try await source.collected(
                    Self.rules, into: ResponseAccumulator(), { $0.add($1) }, { $0.response?.json ?? .null })
            }
            return try await sender.recorded(request, call)
        }

        /// Requests a response as a stream of events.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows. The stream throws it too,
        ///   without retrying.
        public func stream(
            _ request: ResponseRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIClientError) -> OpenAIStream<ModelResponse.Event> {
            var body = request
            body.additional["stream"] = true
            let call = APICall(
                path: "responses", model: request.model ?? "", body: body.json, isStream: true, options: options,
                members: ModelResponse.expected)
            return try await sender.recordedStream(request, rules: Self.rules, call)
        }

        private static var rules: StreamRules<ModelResponse.Event> {
            StreamRules<ModelResponse.Event>(
                ends: \.isLast, decodeWhole: { (json) throws(JSONError) in try ModelResponse.Event(whole: json) })
        }

        /// Fetches a stored response.
        ///
        /// - Throws: ``OpenAIClientError`` with code `notFound` if there is no such response.
        public func get(_ id: String, options: CallOptions = CallOptions()) async throws(OpenAIClientError)
            -> ModelResponse
        {
            let call = APICall(
                method: "GET", path: "responses/\(id.pathComponent)", options: options,
                members: ModelResponse.expected)
            return try await sender.value(of: call, as: ModelResponse.self)
        }

        /// Cancels a response that is generated in the background.
        ///
        /// - Throws: ``OpenAIClientError`` with code `notFound` if there is no such response.
        public func cancel(_ id: String, options: CallOptions = CallOptions()) async throws(OpenAIClientError)
            -> ModelResponse
        {
            let call = APICall(
                path: "responses/\(id.pathComponent)/cancel", options: options, members: ModelResponse.expected)
            return try await sender.value(of: call, as: ModelResponse.self)
        }

        /// Deletes a stored response.
        ///
        /// - Throws: ``OpenAIClientError`` with code `notFound` if there is no such response.
        public func delete(_ id: String, options: CallOptions = CallOptions()) async throws(OpenAIClientError) {
            let call = APICall(method: "DELETE", path: "responses/\(id.pathComponent)", options: options)
            _ = try await sender.value(of: call, as: JSONValue.self)
        }
    }
}

extension ModelResponse {
    /// The members of which a response has at least one.
    fileprivate static let expected = ["output"]
}

extension ModelResponse.Event {
    /// Creates the last event from the complete response of a server that does not stream.
    fileprivate init(whole json: JSONValue) throws(JSONError) {
        let response = try ModelResponse(json: json)
        switch response.status {
        case .incomplete: type = .incomplete
        case .failed: type = .failed
        default: type = .completed
        }
        self.response = response
    }
}
