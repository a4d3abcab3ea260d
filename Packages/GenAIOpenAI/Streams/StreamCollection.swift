// SPDX-License-Identifier: MIT

extension OpenAIStream where Chunk == ChatCompletionChunk {
    /// Reads the rest of the stream and returns the whole answer, token usage included.
    ///
    /// - Throws: ``OpenAIError`` if the stream is interrupted.
    public func collect() async throws(OpenAIError) -> ChatCompletion {
        var accumulator = ChatAccumulator()
        var iterator = makeAsyncIterator()
        while let chunk = try await iterator.nextOfAll() { accumulator.add(chunk) }
        return accumulator.completion
    }
}

extension OpenAIStream where Chunk == TextCompletion {
    /// Reads the rest of the stream and returns the whole answer, token usage included.
    ///
    /// - Throws: ``OpenAIError`` if the stream is interrupted.
    public func collect() async throws(OpenAIError) -> TextCompletion {
        var accumulator = CompletionAccumulator()
        var iterator = makeAsyncIterator()
        while let chunk = try await iterator.nextOfAll() { accumulator.add(chunk) }
        return accumulator.completion
    }
}

extension OpenAIStream where Chunk == ResponseEvent {
    /// Reads the rest of the stream and returns the whole response.
    ///
    /// As with a plain call, the status tells whether the response failed or is incomplete.
    ///
    /// - Throws: ``OpenAIError`` if the stream is interrupted.
    public func collect() async throws(OpenAIError) -> ModelResponse {
        var accumulator = ResponseAccumulator()
        var iterator = makeAsyncIterator()
        while let event = try await iterator.nextOfAll() { accumulator.add(event) }
        guard let response = accumulator.response else {
            throw OpenAIError(.truncated, "the stream held no response")
        }
        return response
    }
}
