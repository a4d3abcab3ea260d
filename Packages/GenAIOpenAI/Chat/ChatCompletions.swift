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

        /// Asks for an answer.
        ///
        /// - Throws: ``OpenAIError``, after the attempts the configuration allows.
        public func create(
            _ request: ChatCompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIError) -> ChatCompletion {
            var body = request
            body.streamOptions = nil
            return try await sender.recorded(request, call(body.json, request.model, options))
        }

        /// Asks for an answer in pieces.
        ///
        /// Returns when the answer begins. Token usage is asked for and kept out of sight unless the request's
        /// ``ChatCompletionRequest/streamOptions`` say otherwise; `OpenAIStream.collect()` has it either way.
        ///
        /// - Throws: ``OpenAIError``, after the attempts the configuration allows; so does the stream, without any.
        public func stream(
            _ request: ChatCompletionRequest, options: CallOptions = CallOptions()
        ) async throws(OpenAIError) -> OpenAIStream<ChatCompletionChunk> {
            var body = request
            let asksForUsage = sender.addUsage(to: &body.streamOptions)
            body.additional["stream"] = true
            var call = call(body.json, request.model, options)
            call.isStream = true
            call.asksForUsage = asksForUsage
            let rules = StreamRules<ChatCompletionChunk>(
                hides: { asksForUsage && $0.choices.isEmpty && $0.usage != nil },
                ends: { $0.choices.contains { $0.finishReason != nil } },
                decodeWhole: { (json) throws(JSONError) in
                    _ = try ChatCompletion(json: json)
                    return try ChatCompletionChunk(json: json)
                })
            return try await sender.recordedStream(request, rules: rules, call)
        }

        private func call(_ body: JSONValue, _ model: String, _ options: CallOptions) -> APICall {
            APICall(path: "chat/completions", model: model, body: body, options: options, members: ["choices"])
        }
    }
}

extension Sender {
    /// Makes a stream carry its token usage where the request leaves that open; whether this did so.
    ///
    /// Mistral sends the usage unasked and refuses the question.
    func addUsage(to options: inout ChatStreamOptions?) -> Bool {
        guard options?.includeUsage == nil, configuration.requestsStreamUsage, providerName != "mistral_ai",
            address.map({ UsageRefusals.shared.contains($0.origin) }) != true
        else { return false }
        options = options ?? ChatStreamOptions()
        options?.includeUsage = true
        return true
    }
}
