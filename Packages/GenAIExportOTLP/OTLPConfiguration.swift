// SPDX-License-Identifier: MIT
public import GenAIHTTP
import GenAITelemetry

/// The settings of an OTLP exporter.
///
/// A `nil` property is read from the environment, first from the variable of the signal (`TRACES`, `LOGS` or
/// `METRICS`), then from the general one; otherwise it has the default. ``headers`` are never printed, not even by
/// `dump`.
///
/// Source: OpenTelemetry protocol exporter specification 1.60.0.
public struct OTLPConfiguration: Sendable, Hashable {
    /// The base URL, to which each signal's path is appended: `/v1/traces`, `/v1/logs`, `/v1/metrics`.
    ///
    /// Scheme, host, port, path and query are used; user info and fragment are left out. With ``OTLPProtocol/grpc``,
    /// only scheme, host and port are used. Default: `http://localhost:4318`, for gRPC `http://localhost:4317`.
    /// Variable: `OTEL_EXPORTER_OTLP_ENDPOINT`.
    public var endpoint: String?
    /// The complete URL of this signal, used unchanged. Takes precedence over ``endpoint``.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` and so on, which take precedence over
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` but not over ``endpoint``.
    public var signalEndpoint: String?
    /// The header fields to send, such as for authorization. They replace all those of the environment.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_EXPORTER_OTLP_{SIGNAL}_HEADERS`, written
    /// `name=value,name=value` with values percent-encoded.
    public var headers: HTTPHeaders?
    /// The time limit of one export, retries included; zero means no limit.
    ///
    /// Default: 10 s. Variables, in milliseconds: `OTEL_EXPORTER_OTLP_TIMEOUT`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_TIMEOUT`.
    public var timeout: Duration?
    /// The compression of request bodies.
    ///
    /// Default: ``OTLPCompression/uncompressed``. Variables: `OTEL_EXPORTER_OTLP_COMPRESSION`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_COMPRESSION`.
    public var compression: OTLPCompression?
    /// The protocol of requests and the encoding of bodies.
    ///
    /// Default: ``OTLPProtocol/httpProtobuf``. Variables: `OTEL_EXPORTER_OTLP_PROTOCOL`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_PROTOCOL`.
    public var `protocol`: OTLPProtocol?
    /// The path of a PEM file with the only trusted certificate authorities.
    ///
    /// Default: the system's. Variables: `OTEL_EXPORTER_OTLP_CERTIFICATE`, `OTEL_EXPORTER_OTLP_{SIGNAL}_CERTIFICATE`.
    /// Used only by the package's own transports, and only if the platform supports it.
    public var certificateFile: String?
    /// The path of a PEM file with the client's certificate.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_CLIENT_CERTIFICATE`. Used only by the package's own transports, and only if the
    /// platform supports it.
    public var clientCertificateFile: String?
    /// The path of a PEM file with the client's private key.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_CLIENT_KEY`, `OTEL_EXPORTER_OTLP_{SIGNAL}_CLIENT_KEY`. Used only
    /// by the package's own transports, and only if the platform supports it.
    public var clientKeyFile: String?
    /// The storage for batches that the server cannot accept now.
    ///
    /// Default: `nil`. Such batches are then retried until ``timeout`` has passed, and dropped after that. No variable.
    public var spool: DiskSpool?
    /// The maximum size of one request in bytes, before compression. A larger batch is sent in parts.
    ///
    /// Default: 64 MiB. No variable.
    public var maximumRequestBytes = 64 << 20
    /// The maximum size of a response in bytes. A longer one is an error.
    ///
    /// Default: 4 MiB. No variable.
    public var maximumResponseBytes = 4 << 20

    /// Creates a configuration. `nil` leaves the choice to the environment.
    public init(
        endpoint: String? = nil, headers: HTTPHeaders? = nil, timeout: Duration? = nil,
        compression: OTLPCompression? = nil, protocol: OTLPProtocol? = nil
    ) {
        self.endpoint = endpoint
        self.headers = headers
        self.timeout = timeout
        self.compression = compression
        self.protocol = `protocol`
    }
}

extension OTLPConfiguration: CustomStringConvertible, CustomReflectable {
    /// The settings that were made, with only the names of header fields.
    public var description: String {
        let settings = customMirror.children.map { "\($0.label ?? ""): \($0.value)" }
        return "OTLPConfiguration(\(settings.joined(separator: ", ")))"
    }

    /// The settings that were made, with only the names of header fields.
    public var customMirror: Mirror {
        let settings: [(label: String, value: Any?)] = [
            ("endpoint", endpoint.map { withoutSecrets(url: $0) }),
            ("signalEndpoint", signalEndpoint.map { withoutSecrets(url: $0) }),
            ("headers", headers?.fields.map(\.name)), ("timeout", timeout), ("compression", compression?.rawValue),
            ("protocol", `protocol`?.rawValue), ("certificateFile", certificateFile),
            ("clientCertificateFile", clientCertificateFile), ("clientKeyFile", clientKeyFile),
            ("spool", spool?.directory), ("maximumRequestBytes", maximumRequestBytes),
            ("maximumResponseBytes", maximumResponseBytes),
        ]
        let children = settings.compactMap { label, value in value.map { (label: Optional(label), value: $0) } }
        return Mirror(self, children: children)
    }
}
