// SPDX-License-Identifier: MIT

import Foundation

/// Returns the scheme, host and port of a URL. Only these may appear in messages, because the rest may hold secrets.
func describe(_ url: URL) -> String {
    let port = url.port.map { ":\($0)" } ?? ""
    return "\(url.scheme ?? "")://\(url.host ?? "")\(port)"
}

/// A validated request, with the header fields that a transport adds.
struct CheckedRequest: Sendable {
    /// The content codings that every transport decodes.
    static let decodedCodings = "gzip, deflate"

    let method: String
    let url: URL
    private(set) var headers: HTTPHeaders = [:]
    let body: [UInt8]
    let requiresHTTP2: Bool
    /// The scheme, host and port of the URL, for messages.
    var origin: String { describe(url) }

    /// Validates a request.
    ///
    /// - Throws: ``HTTPTransportError`` with code `badURL` or `invalidRequest`. Messages name a header field, never its
    ///   value.
    init(_ request: HTTPRequest) throws(HTTPTransportError) {
        guard let url = URL(string: request.url, encodingInvalidCharacters: false) else {
            throw HTTPTransportError(.badURL, "the URL cannot be parsed")
        }
        guard let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw HTTPTransportError(.badURL, "the URL is neither http nor https")
        }
        guard let host = url.host, !host.isEmpty else { throw HTTPTransportError(.badURL, "the URL has no host") }
        guard isToken(request.method) else { throw HTTPTransportError(.invalidRequest, "the method is not valid") }
        guard request.body.isEmpty || !["GET", "HEAD"].contains(request.method) else {
            throw HTTPTransportError(.invalidRequest, "a \(request.method) request must not have a body")
        }
        (method, self.url, body) = (request.method, url, request.body)
        requiresHTTP2 = request.requiresHTTP2
        try addFields(of: request)
    }

    private mutating func addFields(of request: HTTPRequest) throws(HTTPTransportError) {
        for field in request.headers.fields {
            guard isToken(field.name) else { throw HTTPTransportError(.invalidRequest, "a header name is not valid") }
            guard isFieldValue(field.value) else {
                throw HTTPTransportError(.invalidRequest, "the value of the header \(field.name) is not valid")
            }
            // The transport decides how the body is framed.
            guard !["content-length", "transfer-encoding"].contains(field.name.lowercased()) else { continue }
            headers.append(field.name, field.value)
        }
        if headers["Accept-Encoding"] == nil { headers.append("Accept-Encoding", Self.decodedCodings) }
        // Without this field, the platforms would label the body of any POST as a web form.
        if !body.isEmpty, headers["Content-Type"] == nil {
            headers.append("Content-Type", "application/octet-stream")
        }
    }
}

/// Returns whether this is a `token` of RFC 9110 section 5.6.2.
private func isToken(_ text: String) -> Bool {
    !text.isEmpty
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
}

/// Returns whether this is a valid field value: no control characters except the tab. RFC 9110 section 5.5.
private func isFieldValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
}
