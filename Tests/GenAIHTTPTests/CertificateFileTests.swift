// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import GenAIHTTP

@Suite("Certificate files")
struct CertificateFileTests {
    @Test("URLSession refuses a client certificate and says what to do instead")
    func clientCertificate() {
        var configuration = HTTPTransportConfiguration()
        configuration.clientCertificateFile = "/nowhere/client.pem"
        let error = #expect(throws: HTTPTransportError.self) { _ = try URLSessionTransport(configuration) }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("HTTPTransport") == true)
    }

    static let options: [any WritableKeyPath<HTTPTransportConfiguration, String?> & Sendable] = [
        \.certificateAuthorityFile, \.clientCertificateFile, \.clientKeyFile,
    ]

    @Test("that do not exist are refused by name", arguments: Kind.all)
    func missing(kind: Kind) {
        for option in Self.options {
            var configuration = HTTPTransportConfiguration()
            configuration.clientCertificateFile = option == \.clientKeyFile ? #filePath : nil
            configuration[keyPath: option] = "/nowhere/file.pem"
            let error = #expect(throws: HTTPTransportError.self) { _ = try kind.makeTransport(configuration) }
            #expect(error?.code == .tls)
        }
    }

    #if canImport(Glibc)
        @Test("are named where they cannot be read")
        func names() {
            for option in [\HTTPTransportConfiguration.certificateAuthorityFile, \.clientCertificateFile] {
                var configuration = HTTPTransportConfiguration()
                configuration[keyPath: option] = "/nowhere/file.pem"
                let error = #expect(throws: HTTPTransportError.self) { _ = try makeDefaultTransport(configuration) }
                #expect(error?.message.contains("/nowhere/file.pem") == true)
            }
        }

        @Test("that hold something else are refused")
        func noPEM() throws {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).pem").path
            #expect(FileManager.default.createFile(atPath: path, contents: Data("certificate".utf8)))
            defer { try? FileManager.default.removeItem(atPath: path) }
            for option in [\HTTPTransportConfiguration.certificateAuthorityFile, \.clientCertificateFile] {
                var configuration = HTTPTransportConfiguration()
                configuration[keyPath: option] = path
                let error = #expect(throws: HTTPTransportError.self) { _ = try CurlTransport(configuration) }
                #expect(error?.code == .tls)
                #expect(error?.message.contains("not PEM") == true)
            }
        }

        @Test("of a key need the certificate it belongs to")
        func keyAlone() {
            var configuration = HTTPTransportConfiguration()
            configuration.clientKeyFile = "/nowhere/key.pem"
            let error = #expect(throws: HTTPTransportError.self) { _ = try CurlTransport(configuration) }
            #expect(error?.code == .tls)
        }
    #endif
}
