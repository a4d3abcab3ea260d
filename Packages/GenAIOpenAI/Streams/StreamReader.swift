// SPDX-License-Identifier: MIT

/// Converts the messages of one stream to chunks.
struct StreamReader<Chunk: Sendable> {
    let rules: StreamRules<Chunk>
    let lifetime: StreamLifetime
    private var source: EventSource
    private var isComplete = false

    init(_ opening: StreamOpening<Chunk>) {
        rules = opening.rules
        lifetime = opening.lifetime
        source = opening.source
    }

    /// Returns the next chunk; `nil` at a regular end: `[DONE]`, or the end of the body after a chunk that says it is
    /// last.
    mutating func next() async throws(OpenAIClientError) -> Chunk? {
        guard let message = try await source.next() else {
            if isComplete || source.isOver { return nil }
            throw source.truncation
        }
        let chunk: Chunk
        do throws(JSONError) {
            chunk = try message.isWhole ? rules.decodeWhole(message.json) : rules.decode(message.json)
        } catch {
            throw source.failure(OpenAIClientError(error))
        }
        if message.isWhole || rules.ends(chunk) { isComplete = true }
        rules.record(chunk, lifetime)
        return chunk
    }
}

extension EventSource {
    /// Returns the complete answer of a stream.
    ///
    /// - Parameters:
    ///   - add: Adds a chunk to the answer so far.
    ///   - json: Returns the answer in the form in which the server would have sent it.
    func collected<Chunk: Sendable, Accumulator>(
        _ rules: StreamRules<Chunk>, into accumulator: Accumulator, _ add: (inout Accumulator, Chunk) -> Void,
        _ json: (Accumulator) -> JSONValue
    ) async throws(OpenAIClientError) -> JSONValue {
        var accumulator = accumulator
        let lifetime = StreamLifetime(recorder: nil)
        var reader = StreamReader(StreamOpening(source: self, rules: rules, lifetime: lifetime))
        while let chunk = try await reader.next() { add(&accumulator, chunk) }
        return json(accumulator)
    }
}
