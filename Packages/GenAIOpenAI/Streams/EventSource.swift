// SPDX-License-Identifier: MIT

import GenAIHTTP

/// The body of a streamed answer as JSON, one value per event.
///
/// The rules: an event stream is recognised whatever its content type, and JSON is a complete answer. The last event
/// counts without its blank line, but not if it is incomplete. An error with any name is thrown. The end is regular
/// after `[DONE]` or a complete answer, and otherwise only if the last chunk says that it is last.
struct EventSource: Sendable {
    /// One event, or the complete answer of a server that does not stream.
    struct Message: Sendable {
        var json: JSONValue
        /// Indicates whether this is a complete answer.
        var isWhole = false
    }

    private enum Form { case unknown, events, document }

    /// Indicates whether the server has announced the end of the stream.
    private(set) var isOver = false

    private let headers: HTTPHeaders
    private let errorResponse: ErrorResponse
    private let limit: Int
    private var bytes: HTTPBody.Iterator
    private var parser: ServerSentEvents
    private var form = Form.unknown
    private var document: [UInt8] = []
    private var events: [ServerSentEvent] = []
    private var nextEvent = 0
    private var hasEnded = false
    private var first: Result<Message?, OpenAIClientError>?

    /// Begins to read a response of status 2xx, and waits for the first event.
    ///
    /// - Parameter members: The members of which a complete answer has at least one.
    /// - Throws: ``OpenAIClientError`` if the server answers with an error, which may be worth a retry. A broken
    ///   connection is instead thrown by the first message, because a part of the answer may have arrived.
    init(
        _ response: HTTPResponse, errorResponse: ErrorResponse, limit: Int, members: [String]
    ) async throws(OpenAIClientError) {
        headers = response.headers
        self.errorResponse = errorResponse
        self.limit = limit
        bytes = response.body.makeAsyncIterator()
        parser = ServerSentEvents(limit: limit)
        do throws(OpenAIClientError) {
            first = .success(try await read(members))
        } catch {
            guard
                error.code == .connection || error.code == .timedOut && error.status == nil || error.code == .cancelled
            else { throw error }
            first = .failure(error)
        }
    }

    /// Returns the next message; `nil` at the end.
    mutating func next() async throws(OpenAIClientError) -> Message? {
        if let first = first.take() { return try first.get() }
        return try await read([])
    }

    private mutating func read(_ members: [String]) async throws(OpenAIClientError) -> Message? {
        while !isOver {
            while nextEvent < events.count {
                let event = events[nextEvent]
                nextEvent += 1
                if let message = try message(of: event, isLast: hasEnded) { return message }
                if isOver { return nil }
            }
            guard !hasEnded else { break }
            guard let piece = try await piece() else {
                hasEnded = true
                if form == .document { return try wholeAnswer(members) }
                events = [parser.finish()].compactMap(\.self)
                nextEvent = 0
                continue
            }
            try take(piece)
        }
        return nil
    }

    private mutating func piece() async throws(OpenAIClientError) -> [UInt8]? {
        do throws(HTTPTransportError) {
            return try await bytes.next()
        } catch {
            throw failure(OpenAIClientError(error))
        }
    }

    private mutating func take(_ piece: [UInt8]) throws(OpenAIClientError) {
        if form == .unknown, let byte = piece.first(where: { !Self.isSkipped($0) }) {
            form =
                byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "<")
                ? .document : .events
        }
        if form == .document {
            guard document.count + piece.count <= limit else {
                throw failure(OpenAIClientError(.responseTooLarge, "the response body is larger than \(limit) bytes"))
            }
            document += piece
            return
        }
        do throws(ServerSentEvents.TooLarge) {
            events = try parser.parse(piece)
            nextEvent = 0
        } catch {
            throw failure(
                OpenAIClientError(.responseTooLarge, "an event of the stream is larger than \(error.limit) bytes"))
        }
    }

    /// Returns whether the byte is white space or part of a byte order mark.
    private static func isSkipped(_ byte: UInt8) -> Bool {
        [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains(byte)
    }

    /// Returns the message of an event; `nil` if it has none.
    private mutating func message(of event: ServerSentEvent, isLast: Bool) throws(OpenAIClientError) -> Message? {
        let data = event.data.trimmed
        if data.isEmpty { return nil }
        if data.elementsEqual("[DONE]".utf8) {
            isOver = true
            return nil
        }
        var json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: Array(data))
        } catch {
            if isLast { return nil }
            if event.type == "error" {
                throw errorResponse.error(text: String(decoding: data, as: UTF8.self), headers: headers)
            }
            throw failure(OpenAIClientError(error))
        }
        if let error = errorResponse.error(inEvent: json, type: event.type, headers: headers) { throw error }
        if case .object(var object) = json, object["type"] == nil, !event.type.isEmpty, object["choices"] == nil {
            object["type"] = .string(event.type)
            json = .object(object)
        }
        return Message(json: json)
    }

    private mutating func wholeAnswer(_ members: [String]) throws(OpenAIClientError) -> Message {
        isOver = true
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: document.withoutByteOrderMark)
        } catch {
            throw failure(OpenAIClientError(error))
        }
        document = []
        if let error = errorResponse.error(inAnswer: json, members: members, headers: headers) { throw error }
        return Message(json: json, isWhole: true)
    }

    /// Returns the error with the server's identifier of the request.
    func failure(_ error: OpenAIClientError) -> OpenAIClientError {
        var error = error
        error.requestID = headers.requestID
        return error
    }
}

extension [UInt8] {
    /// The bytes without white space at either end.
    fileprivate var trimmed: ArraySlice<UInt8> {
        var rest = self[...]
        while let byte = rest.first, byte == 0x20 || byte == 0x0A || byte == 0x09 { rest.removeFirst() }
        while let byte = rest.last, byte == 0x20 || byte == 0x0A || byte == 0x09 { rest.removeLast() }
        return rest
    }

    /// The bytes without a byte order mark at their start.
    var withoutByteOrderMark: [UInt8] { starts(with: [0xEF, 0xBB, 0xBF]) ? Array(dropFirst(3)) : self }
}
