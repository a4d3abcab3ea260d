// SPDX-License-Identifier: MIT
public import GenAIHTTP
import GenAITelemetry

/// Where and how an OTLP exporter sends.
///
/// Whatever is `nil` is taken from the environment, first from the variable of the signal (`TRACES`, `LOGS` or
/// `METRICS`), then from the general one, and else has the default. So code beats environment beats default.
/// ``headers`` are never printed, not even by `dump`.
///
/// Source: OpenTelemetry protocol exporter specification 1.60.0.
public struct OTLPConfiguration: Sendable, Hashable {
    /// The URL that all signals' paths are appended to: `/v1/traces`, `/v1/logs`, `/v1/metrics`.
    ///
    /// Scheme, host, port, path and query count; user info and fragment are left out. With ``OTLPProtocol/grpc`` only
    /// scheme, host and port do. Default: `http://localhost:4318`, for gRPC `http://localhost:4317`. Variable:
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    public var endpoint: String?
    /// The whole URL of this signal, taken as it is; beats ``endpoint``.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` and so on, which beat
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` but not ``endpoint``.
    public var signalEndpoint: String?
    /// Header fields to send, for authorization above all; they replace those of the environment altogether.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_EXPORTER_OTLP_{SIGNAL}_HEADERS`, written
    /// `name=value,name=value` with values percent-encoded.
    public var headers: HTTPHeaders?
    /// How long one export may take, retries included; zero means no limit.
    ///
    /// Default: 10 s. Variables, in milliseconds: `OTEL_EXPORTER_OTLP_TIMEOUT`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_TIMEOUT`.
    public var timeout: Duration?
    /// How bodies are compressed.
    ///
    /// Default: ``OTLPCompression/uncompressed``. Variables: `OTEL_EXPORTER_OTLP_COMPRESSION`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_COMPRESSION`.
    public var compression: OTLPCompression?
    /// How requests are made and bodies encoded.
    ///
    /// Default: ``OTLPProtocol/httpProtobuf``. Variables: `OTEL_EXPORTER_OTLP_PROTOCOL`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_PROTOCOL`.
    public var `protocol`: OTLPProtocol?
    /// A PEM file with the only certificate authorities to trust.
    ///
    /// Default: those of the system. Variables: `OTEL_EXPORTER_OTLP_CERTIFICATE`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_CERTIFICATE`. Used by the package's own transport only, where the platform can.
    public var certificateFile: String?
    /// A PEM file with the client's certificate.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`,
    /// `OTEL_EXPORTER_OTLP_{SIGNAL}_CLIENT_CERTIFICATE`. Used by the package's own transport only, where the platform
    /// can.
    public var clientCertificateFile: String?
    /// A PEM file with the client's private key.
    ///
    /// Default: none. Variables: `OTEL_EXPORTER_OTLP_CLIENT_KEY`, `OTEL_EXPORTER_OTLP_{SIGNAL}_CLIENT_KEY`. Used by
    /// the package's own transport only, where the platform can.
    public var clientKeyFile: String?
    /// Where batches are kept that the server cannot take now.
    ///
    /// Default: `nil`; such batches are repeated for the time of ``timeout`` and then lost. No variable.
    public var spool: DiskSpool?
    /// The most bytes of one request before compression; a batch that needs more is sent in parts.
    ///
    /// Default: 64 MiB. No variable.
    public var maximumRequestBytes = 64 << 20
    /// The most bytes of an answer to read; a longer one is an error.
    ///
    /// Default: 4 MiB. No variable.
    public var maximumResponseBytes = 4 << 20

    /// Creates a configuration; `nil` leaves the choice to the environment.
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
    /// The settings that were made, with the names of the header fields only.
    public var description: String {
        let settings = customMirror.children.map { "\($0.label ?? ""): \($0.value)" }
        return "OTLPConfiguration(\(settings.joined(separator: ", ")))"
    }

    /// The settings that were made, with the names of the header fields only.
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
