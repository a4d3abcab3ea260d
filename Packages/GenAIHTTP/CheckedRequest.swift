// SPDX-License-Identifier: MIT

import Foundation

/// Scheme, host and port: all of a URL that may stand in a message. The rest may hold secrets.
func describe(_ url: URL) -> String {
    let port = url.port.map { ":\($0)" } ?? ""
    return "\(url.scheme ?? "")://\(url.host ?? "")\(port)"
}

/// A request that may be sent as it is, with the fields that a transport adds.
struct CheckedRequest: Sendable {
    /// The codings that every transport undoes.
    static let decodedCodings = "gzip, deflate"

    let method: String
    let url: URL
    private(set) var headers: HTTPHeaders = [:]
    let body: [UInt8]
    let requiresHTTP2: Bool
    /// Where it goes to, and all of the URL that may stand in a message.
    var origin: String { describe(url) }

    /// Checks a request.
    ///
    /// - Throws: ``HTTPError`` with code `badURL` or `invalidRequest`. Messages name a header field, never its value.
    init(_ request: HTTPRequest) throws(HTTPError) {
        guard let url = URL(string: request.url, encodingInvalidCharacters: false) else {
            throw HTTPError(.badURL, "the URL cannot be parsed")
        }
        guard let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw HTTPError(.badURL, "the URL is neither http nor https")
        }
        guard let host = url.host, !host.isEmpty else { throw HTTPError(.badURL, "the URL has no host") }
        guard isToken(request.method) else { throw HTTPError(.invalidRequest, "the method is not valid") }
        guard request.body.isEmpty || !["GET", "HEAD"].contains(request.method) else {
            throw HTTPError(.invalidRequest, "a \(request.method) request must not have a body")
        }
        (method, self.url, body) = (request.method, url, request.body)
        requiresHTTP2 = request.requiresHTTP2
        try addFields(of: request)
    }

    private mutating func addFields(of request: HTTPRequest) throws(HTTPError) {
        for field in request.headers.fields {
            guard isToken(field.name) else { throw HTTPError(.invalidRequest, "a header name is not valid") }
            guard isFieldValue(field.value) else {
                throw HTTPError(.invalidRequest, "the value of the header \(field.name) is not valid")
            }
            // How the body is framed is the transport's business.
            guard !["content-length", "transfer-encoding"].contains(field.name.lowercased()) else { continue }
            headers.append(field.name, field.value)
        }
        if headers["Accept-Encoding"] == nil { headers.append("Accept-Encoding", Self.decodedCodings) }
        // Without this, the platforms would call any body of a POST a web form.
        if !body.isEmpty, headers["Content-Type"] == nil {
            headers.append("Content-Type", "application/octet-stream")
        }
    }
}

/// Whether this is a `token` of RFC 9110 section 5.6.2.
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

/// Whether this may be sent as a field value: no control characters but the tab. RFC 9110 section 5.5.
private func isFieldValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
}
