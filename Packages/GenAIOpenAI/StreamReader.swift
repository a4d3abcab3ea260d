// SPDX-License-Identifier: MIT

import GenAIHTTP

/// Bytes to events to chunks, one reader per stream.
struct StreamReader<Chunk: Sendable> {
    let rules: StreamRules<Chunk>
    let lifetime: StreamLifetime
    private let errorResponse: ErrorResponse
    private let requestID: String?
    private var bytes: HTTPBody.Iterator
    private var parser: ServerSentEvents
    private var events: [ServerSentEvent] = []
    private var nextEvent = 0
    private var isComplete = false

    init(_ opening: StreamOpening<Chunk>) {
        rules = opening.rules
        lifetime = opening.lifetime
        errorResponse = opening.errorResponse
        requestID = opening.requestID
        bytes = opening.body.makeAsyncIterator()
        parser = ServerSentEvents(limit: opening.limit)
    }

    /// The next chunk, or `nil` at a proper end: `[DONE]`, or the end of the body after a chunk that says it is last.
    mutating func next() async throws(OpenAIError) -> Chunk? {
        while true {
            while nextEvent < events.count {
                let event = events[nextEvent]
                nextEvent += 1
                if event.data.elementsEqual("[DONE]".utf8) { return nil }
                if event.data.isEmpty { continue }
                return try chunk(of: event)
            }
            guard try await readMore() else { break }
        }
        guard isComplete else {
            var error = OpenAIError(.truncated, "the stream ended before the answer was complete")
            error.requestID = requestID
            throw error
        }
        return nil
    }

    private mutating func chunk(of event: ServerSentEvent) throws(OpenAIError) -> Chunk {
        let json = try decode { () throws(JSONError) in try JSONValue(parsing: event.data) }
        if let error = errorResponse.error(inStreamed: json, eventType: event.type, requestID: requestID) {
            throw error
        }
        let chunk = try decode { () throws(JSONError) in try rules.decode(json) }
        if rules.ends(chunk) { isComplete = true }
        rules.record(chunk, lifetime)
        return chunk
    }

    private func decode<Value>(_ body: () throws(JSONError) -> Value) throws(OpenAIError) -> Value {
        do throws(JSONError) {
            return try body()
        } catch {
            throw OpenAIError(error, requestID: requestID)
        }
    }

    /// Takes the next piece of the body; false at its end.
    private mutating func readMore() async throws(OpenAIError) -> Bool {
        let piece: [UInt8]?
        do throws(HTTPError) {
            piece = try await bytes.next()
        } catch {
            var failure = OpenAIError(error)
            failure.requestID = requestID
            throw failure
        }
        guard let piece else { return false }
        do throws(ServerSentEvents.TooLarge) {
            events = try parser.parse(piece)
            nextEvent = 0
        } catch {
            throw OpenAIError(.responseTooLarge, "an event of the stream is larger than \(error.limit) bytes")
        }
        return true
    }
}
