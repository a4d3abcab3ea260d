// SPDX-License-Identifier: MIT

import GenAIHTTP

/// The body of a streamed answer as JSON, one value per event.
///
/// The rules: an event stream is one whatever its content type says, and JSON is a whole answer; the last event counts
/// without its blank line, but one that is cut off does not; an error under any name is thrown; the end is proper after
/// `[DONE]` or a whole answer, and otherwise only if what came says so.
struct EventSource: Sendable {
    /// One event, or the whole answer of a server that does not stream.
    struct Message: Sendable {
        var json: JSONValue
        /// Whether this is an answer and no piece of one.
        var isWhole = false
    }

    private enum Form { case unknown, events, document }

    /// Whether nothing comes after the messages so far, by the server's own word.
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
    private var first: Result<Message?, OpenAIError>?

    /// Begins to read a response of status 2xx: waits for the first event.
    ///
    /// - Parameter members: Those of which a whole answer has at least one.
    /// - Throws: ``OpenAIError`` where the server answers with an error, which may be worth another attempt. A
    ///   connection that breaks is an error of the first message: part of the answer may have come.
    init(
        _ response: HTTPResponse, errorResponse: ErrorResponse, limit: Int, members: [String]
    ) async throws(OpenAIError) {
        headers = response.headers
        self.errorResponse = errorResponse
        self.limit = limit
        bytes = response.body.makeAsyncIterator()
        parser = ServerSentEvents(limit: limit)
        do throws(OpenAIError) {
            first = .success(try await read(members))
        } catch {
            guard
                error.code == .connection || error.code == .timedOut && error.status == nil || error.code == .cancelled
            else { throw error }
            first = .failure(error)
        }
    }

    /// The next message, or `nil` at the end.
    mutating func next() async throws(OpenAIError) -> Message? {
        if let first = first.take() { return try first.get() }
        return try await read([])
    }

    private mutating func read(_ members: [String]) async throws(OpenAIError) -> Message? {
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

    private mutating func piece() async throws(OpenAIError) -> [UInt8]? {
        do throws(HTTPError) {
            return try await bytes.next()
        } catch {
            throw failure(OpenAIError(error))
        }
    }

    private mutating func take(_ piece: [UInt8]) throws(OpenAIError) {
        if form == .unknown, let byte = piece.first(where: { !Self.isSkipped($0) }) {
            form =
                byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "<")
                ? .document : .events
        }
        if form == .document {
            guard document.count + piece.count <= limit else {
                throw failure(OpenAIError(.responseTooLarge, "the response body is larger than \(limit) bytes"))
            }
            document += piece
            return
        }
        do throws(ServerSentEvents.TooLarge) {
            events = try parser.parse(piece)
            nextEvent = 0
        } catch {
            throw failure(
                OpenAIError(.responseTooLarge, "an event of the stream is larger than \(error.limit) bytes"))
        }
    }

    /// Space and the bytes of a byte order mark.
    private static func isSkipped(_ byte: UInt8) -> Bool {
        [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains(byte)
    }

    /// The message of an event, or `nil` where it has none.
    private mutating func message(of event: ServerSentEvent, isLast: Bool) throws(OpenAIError) -> Message? {
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
            throw failure(OpenAIError(error))
        }
        if let error = errorResponse.error(inEvent: json, type: event.type, headers: headers) { throw error }
        if case .object(var object) = json, object["type"] == nil, !event.type.isEmpty, object["choices"] == nil {
            object["type"] = .string(event.type)
            json = .object(object)
        }
        return Message(json: json)
    }

    private mutating func wholeAnswer(_ members: [String]) throws(OpenAIError) -> Message {
        isOver = true
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: document.withoutByteOrderMark)
        } catch {
            throw failure(OpenAIError(error))
        }
        document = []
        if let error = errorResponse.error(inAnswer: json, members: members, headers: headers) { throw error }
        return Message(json: json, isWhole: true)
    }

    /// The error with the server's name for the exchange.
    func failure(_ error: OpenAIError) -> OpenAIError {
        var error = error
        error.requestID = headers.requestID
        return error
    }
}

extension [UInt8] {
    /// The bytes without space at either end.
    fileprivate var trimmed: ArraySlice<UInt8> {
        var rest = self[...]
        while let byte = rest.first, byte == 0x20 || byte == 0x0A || byte == 0x09 { rest.removeFirst() }
        while let byte = rest.last, byte == 0x20 || byte == 0x0A || byte == 0x09 { rest.removeLast() }
        return rest
    }

    /// The bytes without a byte order mark at their start.
    var withoutByteOrderMark: [UInt8] { starts(with: [0xEF, 0xBB, 0xBF]) ? Array(dropFirst(3)) : self }
}
