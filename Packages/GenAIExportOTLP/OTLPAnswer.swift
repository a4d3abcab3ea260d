// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP

/// A server's response, parsed as far as possible.
struct OTLPAnswer {
    let status: Int
    let headers: HTTPHeaders
    /// `nil` if the body was interrupted.
    let body: [UInt8]?
    /// The trailer fields; `nil` if the transport cannot report them.
    var trailers: HTTPHeaders?

    /// The items that the server rejected in a response that is otherwise a success.
    struct PartialSuccess: Equatable {
        var rejectedCount = 0
        var message = ""
    }

    /// The response's body is not valid OTLP.
    struct Unreadable: Error {}

    var isSuccess: Bool { (200..<300).contains(status) }
    var isRedirect: Bool { (300..<400).contains(status) }
    /// Indicates whether the same request may succeed later. Source: OTLP specification, retryable response codes.
    var isRetryable: Bool { [429, 502, 503, 504].contains(status) }

    private var contentType: String {
        (headers["Content-Type"] ?? "").prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    }

    /// Indicates whether the response is a web page: the server at this URL is not an OTLP server.
    var isWebPage: Bool { contentType == "text/html" }

    /// Reads an `Export*ServiceResponse`. An empty body means that everything was accepted.
    func partialSuccess() throws(Unreadable) -> PartialSuccess {
        guard let body else { throw Unreadable() }
        guard !body.isEmpty else { return PartialSuccess() }
        do {
            return contentType == "application/json"
                ? try Self.partialSuccess(json: body) : try Self.partialSuccess(protobuf: body)
        } catch {
            throw Unreadable()
        }
    }

    /// The server's description of a failure; empty if there is none.
    ///
    /// The text of a `google.rpc.Status`, the message in JSON of any shape, or the body itself if it is text.
    var reason: String {
        guard let body, !body.isEmpty, !isWebPage else { return "" }
        if contentType.hasSuffix("json") || body.first == UInt8(ascii: "{") {
            return reasonInJSON(body) ?? String(decoding: body, as: UTF8.self)
        }
        if contentType.hasPrefix("text/") { return String(decoding: body, as: UTF8.self) }
        return (try? Self.text(2, of: body[...])) ?? ""
    }

    // MARK: - Protobuf

    static func partialSuccess(protobuf body: [UInt8]) throws -> PartialSuccess {
        var partial = PartialSuccess()
        var response = ProtobufReader(body[...])
        while let (field, value) = try response.next() {
            guard field == 1, case .bytes(let content) = value else { continue }
            var message = ProtobufReader(content)
            while let (field, value) = try message.next() {
                if field == 1, case .varint(let count) = value {
                    partial.rejectedCount = Int(clamping: Int64(bitPattern: count))
                }
            }
            partial.message = try text(2, of: content)
        }
        return partial
    }

    private static func text(_ wanted: UInt64, of body: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) -> String {
        var reader = ProtobufReader(body)
        var text = ""
        while let (field, value) = try reader.next() {
            if field == wanted, case .bytes(let content) = value { text = String(decoding: content, as: UTF8.self) }
        }
        return text
    }

    // MARK: - JSON

    private static func partialSuccess(json body: [UInt8]) throws(JSONSyntaxError) -> PartialSuccess {
        try JSONReader.read(body) { (reader) throws(JSONSyntaxError) in
            var partial = PartialSuccess()
            try reader.enterObject()
            while let name = try reader.nextMember() {
                if case "partialSuccess" = name, try reader.kind() != .null {
                    partial = try PartialSuccess(&reader)
                } else {
                    try reader.skipValue()
                }
            }
            return partial
        }
    }
}

extension OTLPAnswer.PartialSuccess {
    fileprivate init(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        self.init()
        try reader.enterObject()
        while let name = try reader.nextMember() {
            guard try reader.kind() != .null else {
                try reader.null()
                continue
            }
            switch name {
            case "rejectedSpans", "rejectedLogRecords", "rejectedDataPoints": rejectedCount = try reader.wireInteger()
            case "errorMessage": message = try reader.string()
            default: try reader.skipValue()
            }
        }
    }
}

extension JSONReader {
    /// Reads a 64-bit integer, which JSON may represent as text.
    fileprivate mutating func wireInteger() throws(JSONSyntaxError) -> Int {
        guard let value = try kind() == .string ? Int64(try string()) : try number().int64 else {
            throw failure("an integer")
        }
        return Int(clamping: value)
    }
}

/// Returns the description of a failure in JSON of any shape: the first text with the most specific name.
///
/// Handles `{"error":{"message":…}}`, `{"detail":…}`, `{"detail":[{"msg":…}]}`, `{"errors":[…]}` and the like.
func reasonInJSON(_ body: [UInt8]) -> String? {
    let names = ["message", "msg", "error_description", "detail", "details", "reason", "error", "errors", "title"]
    var found: (rank: Int, text: String)?
    var name = ""
    // The part before a syntax error is used.
    _ = try? JSONReader.read(body) { (reader) throws(JSONSyntaxError) in
        while let token = try reader.nextToken() {
            switch token {
            case .name(let text): name = text.string.lowercased()
            case .string(let text):
                guard let rank = names.firstIndex(of: name), rank < found?.rank ?? names.count else { continue }
                let string = text.string
                if !string.isEmpty { found = (rank, string) }
            default: break
            }
        }
    }
    return found?.text
}
