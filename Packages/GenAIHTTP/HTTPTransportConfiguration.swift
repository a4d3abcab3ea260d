// SPDX-License-Identifier: MIT

/// How one of the package's own transports connects.
public struct HTTPTransportConfiguration: Sendable, Hashable {
    /// The most connections to one host and port; further requests wait for one, within their own timeouts.
    ///
    /// 256 by default.
    public var maximumConnectionsPerHost = 256
    /// The most bytes of one response body to hold for a consumer that has not read them; 32 KiB at least.
    ///
    /// 64 MiB by default. Where the transport can, it stops reading from the network at half of it.
    public var bufferLimit = 67_108_864
    /// A PEM file with the certificates of the only authorities to trust; `nil` for the system's.
    public var certificateAuthorityFile: String?
    /// A PEM file with a client certificate, followed by those between it and its authority, if any; `nil` for none.
    ///
    /// `CurlTransport` only: URLSession cannot use one.
    public var clientCertificateFile: String?
    /// A PEM file with the key of the client certificate, not encrypted; `nil` if it is in the certificate's file.
    ///
    /// `CurlTransport` only: URLSession cannot use one.
    public var clientKeyFile: String?

    /// Creates a configuration with all defaults.
    public init() {}
}

/// Creates the best transport of the platform: `CurlTransport` on Linux with glibc, else ``URLSessionTransport``.
///
/// Where no usable libcurl is found on Linux, it is ``URLSessionTransport`` too.
///
/// - Throws: ``HTTPError`` with code `tls` if a certificate file cannot be read, or asks for what the transport cannot
///   do.
public func makeDefaultTransport(
    _ configuration: HTTPTransportConfiguration
) throws(HTTPError) -> any HTTPTransport {
    #if canImport(Glibc)
        if CurlTransport.isAvailable { return try CurlTransport(configuration) }
    #endif
    return try URLSessionTransport(configuration)
}

/// What is to be said about the default transport, or `nil`.
package var defaultTransportWarning: String? {
    #if canImport(Glibc)
        if !CurlTransport.isAvailable {
            return
                "no libcurl 7.68 or newer with TLS, zlib and background name resolution was found; URLSession is used"
                + " instead, in which a faulty answer can stop the process"
        }
    #endif
    return nil
}

/// Creates the best transport of the platform with the default configuration.
public func makeDefaultTransport() -> any HTTPTransport {
    #if canImport(Glibc)
        if let transport = try? CurlTransport() { return transport }
    #endif
    return URLSessionTransport()
}
