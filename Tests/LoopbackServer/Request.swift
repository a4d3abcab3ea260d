// SPDX-License-Identifier: MIT

extension LoopbackServer {
    /// One request as it came over the wire.
    public struct Request: Sendable {
        /// One header field.
        public struct Header: Sendable, Hashable {
            /// The name, as sent.
            public var name: String
            /// The value, without the blanks around it.
            public var value: String
        }

        /// The number of earlier requests on this server.
        public var index: Int
        /// The number of its connection, counted from 0.
        public var connection: Int
        /// The verb.
        public var method: String
        /// The request target before `?`, not decoded.
        public var path: String
        /// The request target after `?`, not decoded; `nil` without one.
        public var query: String?
        /// The header fields in the order they came.
        public var headers: [Header]
        /// The body: a chunked one put together, a compressed one as it came.
        public var body: [UInt8]

        /// The first value of a header field, its name compared without regard to case.
        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        /// The body read as UTF-8; bytes that are not are replaced.
        public var text: String { String(decoding: body, as: UTF8.self) }
    }
}

/// The head of a request.
struct RequestHead {
    var method: String
    var target: String
    var version: String
    var headers: [LoopbackServer.Request.Header] = []

    /// Reads the lines up to the empty one; `nil` when they are not HTTP/1.
    init?(parsing bytes: some Collection<UInt8>) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        guard let parts = lines.first?.split(separator: " "), parts.count == 3, parts[2].hasPrefix("HTTP/1.") else {
            return nil
        }
        (method, target, version) = (String(parts[0]), String(parts[1]), String(parts[2]))
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = String(line[..<colon])
            headers.append(.init(name: name, value: trimmed(line[line.index(after: colon)...])))
        }
    }

    func value(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    var isChunked: Bool { value("transfer-encoding")?.lowercased().hasSuffix("chunked") ?? false }
    var expectsContinue: Bool { value("expect")?.lowercased() == "100-continue" }
    var keepsAlive: Bool { version != "HTTP/1.0" && value("connection")?.lowercased() != "close" }

    /// The length announced: 0 without one, `nil` if it is no length.
    var contentLength: Int? {
        guard let text = value("content-length") else { return 0 }
        guard let length = Int(text), length >= 0 else { return nil }
        return length
    }

    func request(index: Int, connection: Int, body: [UInt8]) -> LoopbackServer.Request {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return .init(
            index: index, connection: connection, method: method, path: String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : nil, headers: headers, body: body)
    }
}

private func trimmed(_ text: Substring) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var rest = text.drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return String(rest)
}
