// SPDX-License-Identifier: MIT

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension URLRequest {
    /// Creates the platform's form of a request.
    init(_ request: CheckedRequest) {
        // The exchange watches the limits, so the platform's own must not pass first. Its maximum is a week.
        self.init(url: request.url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: 604_800)
        httpMethod = request.method
        httpShouldHandleCookies = false
        if !request.body.isEmpty { httpBody = Data(request.body) }
        for field in request.headers.fields { addValue(field.value, forHTTPHeaderField: field.name) }
    }
}

extension HTTPTransportError {
    /// Creates an error from one of URLSession. The original text is never used, because it may hold the URL.
    init(_ error: any Error, from origin: String, hasHead: Bool) {
        guard let error = error as? URLError else {
            self.init(.connection, "the exchange with \(origin) failed")
            return
        }
        let code = Code(error.code) ?? Code(libcurlText: error.localizedDescription) ?? .connection
        self.init(code, "\(code.problem(hasHead: hasHead)) \(origin): \(words(for: error.code))")
    }
}

private func words(for code: URLError.Code) -> String {
    switch code {
    case .cannotFindHost, .dnsLookupFailed: "the name cannot be resolved"
    case .cannotConnectToHost: "no server accepts connections there"
    case .networkConnectionLost: "the connection was lost"
    case .notConnectedToInternet, .internationalRoamingOff, .dataNotAllowed: "there is no network"
    case .serverCertificateHasBadDate: "the certificate has expired"
    case .serverCertificateUntrusted, .serverCertificateHasUnknownRoot:
        "the certificate is not signed by a trusted authority"
    case .serverCertificateNotYetValid: "the certificate is not valid yet"
    case .clientCertificateRejected, .clientCertificateRequired: "the server requires a client certificate"
    case .appTransportSecurityRequiresSecureConnection: "App Transport Security allows https only"
    default: "URLError \(code.rawValue)"
    }
}

extension HTTPTransportError.Code {
    fileprivate init?(_ code: URLError.Code) {
        switch code {
        case .badURL: self = .badURL
        case .timedOut: self = .timedOut
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired, .appTransportSecurityRequiresSecureConnection:
            self = .tls
        // The URL was checked before. "Unsupported URL" from libcurl means a response that is not HTTP.
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

    /// Classifies the libcurl errors that Linux reports under one code.
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
}
