// SPDX-License-Identifier: MIT

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
#if canImport(Security)
    import Security
#endif

/// The servers that a session trusts: the system's choice, or those of given certificate authorities.
struct ServerTrust: Sendable {
    private let authorities: [Data]

    /// Creates the system's trust.
    init() {
        authorities = []
    }

    /// Creates trust from the files of a configuration.
    ///
    /// - Throws: ``HTTPTransportError`` with code `tls` if the platform does not support the configuration, or a file
    ///   is unusable.
    init(_ configuration: HTTPTransportConfiguration) throws(HTTPTransportError) {
        guard configuration.clientCertificateFile == nil, configuration.clientKeyFile == nil else {
            throw HTTPTransportError(
                .tls,
                "URLSession cannot present a client certificate from a file: pass an HTTPTransport of your own,"
                    + " or let a local proxy or OpenTelemetry Collector add it")
        }
        guard let path = configuration.certificateAuthorityFile else {
            authorities = []
            return
        }
        #if canImport(Security)
            authorities = try Self.certificates(inFile: path)
        #else
            throw HTTPTransportError(
                .tls,
                "URLSession on this platform trusts the system's certificates only: add \(path) to them"
                    + " (for example with update-ca-certificates), or pass an HTTPTransport of your own")
        #endif
    }

    #if canImport(Security)
        private static func certificates(inFile path: String) throws(HTTPTransportError) -> [Data] {
            guard let file = FileManager.default.contents(atPath: path) else {
                throw HTTPTransportError(.tls, "the certificate authority file \(path) cannot be read")
            }
            let certificates = pemBlocks(in: String(decoding: file, as: UTF8.self)) ?? [file]
            guard certificates.allSatisfy({ SecCertificateCreateWithData(nil, $0 as CFData) != nil }) else {
                throw HTTPTransportError(.tls, "the certificate authority file \(path) contains other data")
            }
            return certificates
        }

        /// Returns the certificates of a PEM file in DER form, or `nil` if there are none.
        private static func pemBlocks(in text: String) -> [Data]? {
            let blocks = text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().compactMap { block in
                let base64 = block.components(separatedBy: "-----END CERTIFICATE-----")[0]
                return Data(base64Encoded: base64, options: .ignoreUnknownCharacters)
            }
            return blocks.isEmpty ? nil : blocks
        }

        /// Answers a challenge: checks a server against the given authorities, and leaves other challenges to the
        /// system.
        func answer(
            _ challenge: URLAuthenticationChallenge
        ) -> (URLSession.AuthChallengeDisposition, URLCredential?) {
            guard !authorities.isEmpty, let trust = challenge.protectionSpace.serverTrust else {
                return (.performDefaultHandling, nil)
            }
            let anchors = authorities.compactMap { SecCertificateCreateWithData(nil, $0 as CFData) }
            // No network look-ups while the session's only queue waits.
            guard SecTrustSetNetworkFetchAllowed(trust, false) == errSecSuccess,
                SecTrustSetAnchorCertificates(trust, anchors as CFArray) == errSecSuccess,
                SecTrustSetAnchorCertificatesOnly(trust, true) == errSecSuccess,
                SecTrustEvaluateWithError(trust, nil)
            else { return (.cancelAuthenticationChallenge, nil) }
            return (.useCredential, URLCredential(trust: trust))
        }
    #endif
}
