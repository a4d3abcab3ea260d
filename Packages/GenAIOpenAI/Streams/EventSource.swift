// SPDX-License-Identifier: MIT

import GenAIHTTP

/// The body of a streamed answer as JSON, one value per event.
///
/// The rules: an event stream is recognised whatever its content type, and JSON is a complete answer. The last event
/// counts without its blank line, but not if it is incomplete. Lines of JSON are events of their own, and data that is
/// not an object only keeps the connection alive. An error with any name is thrown. The end is regular after `[DONE]` or a
/// complete answer, and otherwise only if the last chunk says that it is last.
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
    private var messages: [Message] = []
    private var nextMessage = 0
    /// The last data that was neither JSON nor the end of the stream.
    private var lastWords: String?
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
        while true {
            if nextMessage < messages.count {
                nextMessage += 1
                return messages[nextMessage - 1]
            }
            if isOver { return nil }
            if nextEvent < events.count {
                nextEvent += 1
                messages = try messages(of: events[nextEvent - 1], isLast: hasEnded && nextEvent == events.count)
                nextMessage = 0
                continue
            }
            if hasEnded { return nil }
            if let piece = try await piece() {
                try take(piece)
            } else {
                try end(members)
            }
        }
    }

    /// Processes the end of the body.
    private mutating func end(_ members: [String]) throws(OpenAIClientError) {
        hasEnded = true
        nextEvent = 0
        guard form == .document else {
            events = [parser.finish()].compactMap(\.self)
            return
        }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(answer: document)
        } catch {
            // Lines of JSON, or JSON followed by the end of a stream.
            events = ServerSentEvents.events(of: document)
            let isStream = events.contains { (try? JSONValue(answer: $0.data)) != nil }
            guard isStream else { throw failure(OpenAIClientError(error)) }
            return document = []
        }
        document = []
        if let error = errorResponse.error(inAnswer: json, members: members, headers: headers) { throw error }
        messages = [Message(json: json.unwrapped(members: members), isWhole: true)]
        nextMessage = 0
        isOver = true
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

    /// Returns the messages of an event, usually one.
    private mutating func messages(of event: ServerSentEvent, isLast: Bool) throws(OpenAIClientError) -> [Message] {
        let data = event.data.trimmed
        if data.isEmpty { return [] }
        if data.isEnd {
            isOver = true
            return []
        }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(answer: Array(data))
        } catch {
            if let lines = lines(of: data) {
                var messages: [Message] = []
                for line in lines { messages += try self.messages(of: line, event.type) }
                return messages
            }
            if isLast { return [] }
            if event.type == "error" {
                throw errorResponse.error(text: String(decoding: data, as: UTF8.self), headers: headers)
            }
            guard data.first == UInt8(ascii: "{") || data.first == UInt8(ascii: "[") else {
                lastWords = String(decoding: data.prefix(2_000), as: UTF8.self)
                return []
            }
            throw failure(OpenAIClientError(error))
        }
        return try messages(of: json, event.type)
    }

    /// Returns the values of an event whose lines are separate events without blank lines between them; `nil` for any
    /// other.
    private mutating func lines(of data: ArraySlice<UInt8>) -> [JSONValue]? {
        var values: [JSONValue] = []
        for line in data.split(separator: UInt8(ascii: "\n")) {
            if Array(line).trimmed.isEnd {
                isOver = true
                return values
            }
            guard let value = try? JSONValue(answer: Array(line)) else { return nil }
            values.append(value)
        }
        return values
    }

    /// Returns the messages of a value. Only objects are messages; other values merely keep the connection alive.
    private func messages(of json: JSONValue, _ type: String) throws(OpenAIClientError) -> [Message] {
        if let error = errorResponse.error(inEvent: json, type: type, headers: headers) { throw error }
        switch json {
        case .object(var object):
            if object["type"] == nil, !type.isEmpty, object["choices"] == nil { object["type"] = .string(type) }
            return [Message(json: .object(object))]
        case .array(let elements):
            var messages: [Message] = []
            for element in elements { messages += try self.messages(of: element, type) }
            return messages
        default: return []
        }
    }

    /// The error of a stream that ended before the answer was complete, with the server's last text if that was not
    /// JSON.
    var truncation: OpenAIClientError {
        guard let lastWords else {
            return failure(OpenAIClientError(.truncated, "the stream ended before the answer was complete"))
        }
        return errorResponse.error(text: lastWords, headers: headers)
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
    var trimmed: ArraySlice<UInt8> {
        var rest = self[...]
        while let byte = rest.first, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { rest.removeFirst() }
        while let byte = rest.last, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { rest.removeLast() }
        return rest
    }
}

extension ArraySlice<UInt8> {
    /// Indicates whether the data marks the end of the stream.
    fileprivate var isEnd: Bool { elementsEqual("[DONE]".utf8) || elementsEqual("\"[DONE]\"".utf8) }
}
