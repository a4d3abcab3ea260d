// SPDX-License-Identifier: MIT

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Scheme, host and port: all of a URL that may stand in a message. The rest may hold secrets.
func describe(_ url: URL) -> String {
    let port = url.port.map { ":\($0)" } ?? ""
    return "\(url.scheme ?? "")://\(url.host ?? "")\(port)"
}

extension URLRequest {
    /// Turns a request into the platform's form.
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
        guard request.method != "GET" || request.body.isEmpty else {
            throw HTTPError(.invalidRequest, "a GET request must not have a body")
        }
        // The limits are watched by the exchange; the platform's own must not come first. A week is its longest.
        self.init(url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: 604_800)
        httpMethod = request.method
        httpShouldHandleCookies = false
        if !request.body.isEmpty { httpBody = Data(request.body) }
        try addFields(of: request)
    }

    private mutating func addFields(of request: HTTPRequest) throws(HTTPError) {
        for field in request.headers.fields {
            guard isToken(field.name) else { throw HTTPError(.invalidRequest, "a header name is not valid") }
            guard isFieldValue(field.value) else {
                throw HTTPError(.invalidRequest, "the value of the header \(field.name) is not valid")
            }
            // How the body is framed is the platform's business.
            guard !["content-length", "transfer-encoding"].contains(field.name.lowercased()) else { continue }
            addValue(field.value, forHTTPHeaderField: field.name)
        }
        if request.headers["Accept-Encoding"] == nil {
            setValue(HTTPHeaders.decodedCodings, forHTTPHeaderField: "Accept-Encoding")
        }
        // Without this, URLSession would call any body of a POST a web form.
        if !request.body.isEmpty, request.headers["Content-Type"] == nil {
            setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
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

extension HTTPError {
    /// Reads an error of URLSession. Its own text is never passed on, for it may hold the URL.
    init(_ error: any Error, from origin: String, hasHead: Bool) {
        guard let error = error as? URLError else {
            self.init(.connection, "the exchange with \(origin) failed")
            return
        }
        let code = Code(error.code) ?? Code(libcurlText: error.localizedDescription) ?? .connection
        self.init(code, "\(code.problem(hasHead: hasHead)) \(origin) (URLError \(error.code.rawValue))")
    }
}

extension HTTPError.Code {
    fileprivate init?(_ code: URLError.Code) {
        switch code {
        case .badURL: self = .badURL
        case .timedOut: self = .timedOut
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired:
            self = .tls
        // The URL was checked before; what libcurl does not support is an answer that is no HTTP.
        case .unsupportedURL, .cannotParseResponse, .cannotDecodeRawData, .cannotDecodeContentData,
            .dataLengthExceedsMaximum:
            self = .protocolViolation
        case .badServerResponse:
            #if canImport(FoundationNetworking)
                self = .connection  // there it means that the connection was closed without an answer
            #else
                self = .protocolViolation
            #endif
        case .unknown: return nil
        default: self = .connection
        }
    }

    /// Tells the many libcurl errors apart that Linux reports under one code.
    fileprivate init?(libcurlText text: String) {
        let text = text.lowercased()
        if ["ssl", "tls", "certificate"].contains(where: text.contains) {
            self = .tls
        } else if ["header", "encoding", "invalid", "http/"].contains(where: text.contains) {
            self = .protocolViolation
        } else {
            return nil
        }
    }

    fileprivate func problem(hasHead: Bool) -> String {
        switch self {
        case .badURL: "the platform refuses the URL of"
        case .timedOut: "the platform gave up waiting for"
        case .tls: "no trusted TLS connection to"
        case .protocolViolation: "no valid HTTP response from"
        default: hasHead ? "the response broke off from" : "no response from"
        }
    }
}
