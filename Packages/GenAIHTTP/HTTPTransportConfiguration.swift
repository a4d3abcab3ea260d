// SPDX-License-Identifier: MIT

/// The connection settings of the package's own transports.
public struct HTTPTransportConfiguration: Sendable, Hashable {
    /// The maximum number of connections to one host and port. Further requests wait for one, within their own
    /// timeouts.
    ///
    /// 256 by default.
    public var maximumConnectionsPerHost = 256
    /// The maximum number of unread bytes to buffer for one response body; at least 32 KiB.
    ///
    /// 64 MiB by default. If the transport can, it stops reading from the network at half of it.
    public var bufferLimit = 67_108_864
    /// The path of a PEM file with the certificates of the only trusted authorities; `nil` for the system's.
    public var certificateAuthorityFile: String?
    /// The path of a PEM file with a client certificate, followed by its intermediate certificates, if any; `nil` for
    /// none.
    ///
    /// `CurlTransport` only: URLSession does not support it.
    public var clientCertificateFile: String?
    /// The path of a PEM file with the unencrypted key of the client certificate; `nil` if the key is in the
    /// certificate's file.
    ///
    /// `CurlTransport` only: URLSession does not support it.
    public var clientKeyFile: String?

    /// Creates a configuration with all defaults.
    public init() {}
}

/// Creates the default transport: `CurlTransport` on Linux with glibc, otherwise ``URLSessionTransport``.
///
/// If Linux has no usable libcurl, the result is ``URLSessionTransport`` too.
///
/// - Throws: ``HTTPTransportError`` with code `tls` if a certificate file cannot be read, or asks for a feature that
///   the transport does not support.
public func makeDefaultTransport(
    _ configuration: HTTPTransportConfiguration
) throws(HTTPTransportError) -> any HTTPTransport {
    #if canImport(Glibc)
        if CurlTransport.isAvailable { return try CurlTransport(configuration) }
    #endif
    return try URLSessionTransport(configuration)
}

/// A warning about the default transport, or `nil` if there is nothing to warn about.
package var defaultTransportWarning: String? {
    #if canImport(Glibc)
        if !CurlTransport.isAvailable {
            return
                "no libcurl 7.68 or newer with TLS, zlib and background name resolution was found; URLSession is used"
                + " instead, in which a faulty response can crash the process"
        }
    #endif
    return nil
}

/// Creates the default transport with the default configuration.
public func makeDefaultTransport() -> any HTTPTransport {
    #if canImport(Glibc)
        if let transport = try? CurlTransport() { return transport }
    #endif
    return URLSessionTransport()
}
