// SPDX-License-Identifier: MIT

extension OpenAIStream where Chunk == ChatCompletionChunk {
    /// Reads the rest of the stream and returns the whole answer, token usage included.
    ///
    /// - Throws: ``OpenAIClientError`` if the stream is interrupted.
    public func collect() async throws(OpenAIClientError) -> ChatCompletion {
        var accumulator = ChatAccumulator()
        var iterator = makeAsyncIterator()
        while let chunk = try await iterator.nextOfAll() { accumulator.add(chunk) }
        return accumulator.completion
    }
}

extension OpenAIStream where Chunk == TextCompletion {
    /// Reads the rest of the stream and returns the whole answer, token usage included.
    ///
    /// - Throws: ``OpenAIClientError`` if the stream is interrupted.
    public func collect() async throws(OpenAIClientError) -> TextCompletion {
        var accumulator = CompletionAccumulator()
        var iterator = makeAsyncIterator()
        while let chunk = try await iterator.nextOfAll() { accumulator.add(chunk) }
        return accumulator.completion
    }
}

extension OpenAIStream where Chunk == ModelResponse.Event {
    /// Reads the rest of the stream and returns the whole response.
    ///
    /// As with a plain call, the status tells whether the response failed or is incomplete.
    ///
    /// - Throws: ``OpenAIClientError`` if the stream is interrupted.
    public func collect() async throws(OpenAIClientError) -> ModelResponse {
        var accumulator = ResponseAccumulator()
        var iterator = makeAsyncIterator()
        while let event = try await iterator.nextOfAll() { accumulator.add(event) }
        guard let response = accumulator.response else {
            throw OpenAIClientError(.truncated, "the stream contained no response")
        }
        return response
    }
}
