// SPDX-License-Identifier: MIT

extension OpenAIClient {
    /// The chat endpoints.
    public var chat: Chat { Chat(completions: Chat.Completions(sender: sender)) }

    /// The chat endpoints.
    public struct Chat: Sendable {
        /// `POST /chat/completions`.
        public let completions: Completions
    }
}

extension OpenAIClient.Chat {
    /// `POST /chat/completions`, plain and streamed.
    public struct Completions: Sendable {
        let sender: Sender

        /// Requests an answer.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows.
        public func create(
            _ request: ChatCompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIClientError) -> ChatCompletion {
            var body = request
            body.streamOptions = nil
            var call = call(body.json, request.model, options)
            call.collect = { (source) async throws(OpenAIClientError) in
                try await source.collected(Self.rules(), into: ChatAccumulator(), { $0.add($1) }, \.completion.json)
            }
            return try await sender.recorded(request, call)
        }

        /// Requests an answer as a stream of chunks.
        ///
        /// Returns when the answer begins. The client requests token usage and hides the chunk that carries it, unless
        /// the request's ``ChatCompletionRequest/streamOptions`` specify otherwise; `OpenAIStream.collect()` returns it
        /// in any case.
        ///
        /// - Throws: ``OpenAIClientError``, after the retries that the configuration allows. The stream throws it too,
        ///   without retrying.
        public func stream(
            _ request: ChatCompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIClientError) -> OpenAIStream<ChatCompletionChunk> {
            var body = request
            let asksForUsage = sender.addUsage(to: &body.streamOptions)
            body.additional["stream"] = true
            var call = call(body.json, request.model, options)
            call.isStream = true
            call.asksForUsage = asksForUsage
            return try await sender.recordedStream(request, rules: Self.rules(hidesUsage: asksForUsage), call)
        }

        private static func rules(hidesUsage: Bool = false) -> StreamRules<ChatCompletionChunk> {
            StreamRules<ChatCompletionChunk>(
                hides: { hidesUsage && $0.choices.isEmpty && $0.usage != nil },
                ends: { chunk in
                    chunk.choices.contains { $0.finishReason != nil }
                        || chunk.choices.isEmpty && chunk.usage.isFinal
                },
                decodeWhole: { (json) throws(JSONError) in
                    _ = try ChatCompletion(json: json)
                    return try ChatCompletionChunk(json: json)
                })
        }

        private func call(_ body: JSONValue, _ model: String, _ options: CallOptions) -> APICall {
            APICall(path: "chat/completions", model: model, body: body, options: options, members: ["choices"])
        }
    }
}

extension Sender {
    /// Requests token usage in a stream unless the request specifies it. Returns whether it was added.
    ///
    /// Mistral sends the usage by default and rejects the option.
    func addUsage(to options: inout ChatStreamOptions?) -> Bool {
        guard options?.includeUsage == nil, configuration.requestsStreamUsage, providerName != "mistral_ai",
            address.map({ UsageRefusals.shared.contains($0.origin) }) != true
        else { return false }
        options = options ?? ChatStreamOptions()
        options?.includeUsage = true
        return true
    }
}
