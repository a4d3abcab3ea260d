// SPDX-License-Identifier: MIT
import GenAICore
import GenAIHTTP
import GenAITelemetry

/// The differences between the signals in OTLP.
struct OTLPSignal: Sendable {
    /// The path that is appended to the base URL.
    let path: String
    /// The gRPC method that exports it.
    let method: String
    /// The infix of its environment variables.
    let variable: String
    /// The noun for its items, for messages.
    let noun: String

    static let traces = OTLPSignal("traces", service: "trace.v1.TraceService", noun: "spans")
    static let logs = OTLPSignal("logs", service: "logs.v1.LogsService", noun: "log records")
    static let metrics = OTLPSignal("metrics", service: "metrics.v1.MetricsService", noun: "data points")

    static let all = [traces, logs, metrics]

    private init(_ name: String, service: String, noun: String) {
        path = "v1/\(name)"
        method = "opentelemetry.proto.collector.\(service)/Export"
        variable = name.uppercased()
        self.noun = noun
    }
}

/// The resolved settings of one exporter: from code, the environment and the defaults.
struct OTLPSettings: Sendable {
    let signal: OTLPSignal
    let url: String
    let headers: HTTPHeaders
    /// `nil` means no limit.
    let timeout: Duration?
    let compression: OTLPCompression
    let wireProtocol: OTLPProtocol
    let tls: TLSFiles
    let maximumRequestBytes: Int
    let maximumResponseBytes: Int
    /// The texts that messages must not contain.
    let secrets: Secrets

    /// Files for TLS.
    struct TLSFiles: Sendable {
        var authority: (option: String, path: String)?
        var clientCertificate: (option: String, path: String)?
        var clientKey: (option: String, path: String)?
    }

    /// Resolves the settings.
    ///
    /// - Parameter hasHTTP2: Returns whether HTTP/2 can be used for a URL. If it cannot, `http/protobuf` replaces
    ///   `grpc`, which is reported.
    /// - Throws: ``ConfigurationError`` for an invalid endpoint URL.
    init(
        _ configuration: OTLPConfiguration, signal: OTLPSignal, environment: TelemetryEnvironment,
        hasHTTP2: (String) -> Bool = { _ in true }
    ) throws(ConfigurationError) {
        let source = OTLPVariables(environment: environment, signal: signal)
        self.signal = signal
        let wanted = configuration.protocol ?? source.wireProtocol() ?? .httpProtobuf
        let destination = try OTLPDestination(configuration, source: source, wireProtocol: wanted, hasHTTP2: hasHTTP2)
        (url, wireProtocol) = (destination.url, destination.wireProtocol)
        headers = configuration.headers ?? source.headers() ?? [:]
        let timeout = configuration.timeout ?? source.first("TIMEOUT", environment.milliseconds) ?? .seconds(10)
        self.timeout = timeout > .zero ? timeout : nil
        compression = configuration.compression ?? source.choice("COMPRESSION") ?? .uncompressed
        tls = source.tlsFiles(configuration)
        maximumRequestBytes = configuration.maximumRequestBytes
        maximumResponseBytes = configuration.maximumResponseBytes
        secrets = Secrets(headers: headers, urls: [url])
    }
}

/// The destination of one exporter's requests, and the protocol.
private struct OTLPDestination {
    let url: String
    let wireProtocol: OTLPProtocol

    init(
        _ configuration: OTLPConfiguration, source: OTLPVariables, wireProtocol: OTLPProtocol,
        hasHTTP2: (String) -> Bool
    ) throws(ConfigurationError) {
        let signal = source.signal
        let (endpoint, isWhole) = try Self.endpoint(configuration, source: source, isGRPC: wireProtocol == .grpc)
        guard wireProtocol == .grpc else {
            url = isWhole ? endpoint.verbatim : endpoint.appending(signal.path)
            self.wireProtocol = wireProtocol
            return
        }
        let method = endpoint.calling(signal.method)
        guard !hasHTTP2(method) else {
            (url, self.wireProtocol) = (method, .grpc)
            return
        }
        url = endpoint.forHTTP.appending(signal.path)
        self.wireProtocol = .httpProtobuf
        Diagnostics.report(
            .warning, "OTLPExporter",
            "OTLP over gRPC needs HTTP/2, which is not available here for \(withoutSecrets(url: method)): "
                + "\(signal.noun) are sent over http/protobuf to \(withoutSecrets(url: url)) instead; "
                + "set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf and an endpoint that supports it, usually at port 4318",
            key: "no HTTP/2")
    }

    /// Returns the endpoint, and whether it is this signal's own.
    private static func endpoint(
        _ configuration: OTLPConfiguration, source: OTLPVariables, isGRPC: Bool
    ) throws(ConfigurationError) -> (EndpointURL, isWhole: Bool) {
        if let text = configuration.signalEndpoint {
            return (try EndpointURL(text, option: "signalEndpoint"), true)
        }
        if let text = configuration.endpoint { return (try EndpointURL(text, option: "endpoint"), false) }
        for (variable, isWhole) in [(source.specific("ENDPOINT"), true), (source.general("ENDPOINT"), false)] {
            guard var text = source.environment.string(variable) else { continue }
            // gRPC's own form without a scheme, which the specification allows for gRPC.
            if isGRPC, !text.contains("://") { text = (source.isInsecure ? "http://" : "https://") + text }
            return (try EndpointURL(text, option: variable), isWhole)
        }
        return (try EndpointURL("http://localhost:\(isGRPC ? 4317 : 4318)", option: "endpoint"), false)
    }
}

/// The environment variables of one signal's exporter: the signal's own takes precedence over the general one.
struct OTLPVariables {
    let environment: TelemetryEnvironment
    let signal: OTLPSignal

    func general(_ name: String) -> String { "OTEL_EXPORTER_OTLP_\(name)" }
    func specific(_ name: String) -> String { "OTEL_EXPORTER_OTLP_\(signal.variable)_\(name)" }

    func first<Value>(_ name: String, _ read: (String) -> Value?) -> Value? {
        read(specific(name)) ?? read(general(name))
    }

    func choice(_ name: String) -> OTLPCompression? {
        let choices = Dictionary(uniqueKeysWithValues: OTLPCompression.allCases.map { ($0.rawValue, $0) })
        return first(name) { environment.choice($0, of: choices) }
    }

    func file(_ name: String) -> (option: String, path: String)? {
        first(name) { variable in environment.string(variable).map { (variable, $0) } }
    }

    func wireProtocol() -> OTLPProtocol? {
        let choices = Dictionary(uniqueKeysWithValues: OTLPProtocol.allCases.map { ($0.rawValue, $0) })
        return first("PROTOCOL") { environment.choice($0, of: choices) }
    }

    /// Indicates whether a gRPC endpoint without a scheme is used without TLS.
    var isInsecure: Bool { first("INSECURE", environment.bool) ?? false }

    func tlsFiles(_ configuration: OTLPConfiguration) -> OTLPSettings.TLSFiles {
        OTLPSettings.TLSFiles(
            authority: configuration.certificateFile.map { ("certificateFile", $0) } ?? file("CERTIFICATE"),
            clientCertificate: configuration.clientCertificateFile.map { ("clientCertificateFile", $0) }
                ?? file("CLIENT_CERTIFICATE"),
            clientKey: configuration.clientKeyFile.map { ("clientKeyFile", $0) } ?? file("CLIENT_KEY"))
    }

    /// Returns the header fields. Invalid ones are left out and reported by position, without their content.
    func headers() -> HTTPHeaders? {
        first("HEADERS") { variable in
            guard let text = environment.string(variable) else { return nil }
            var headers: HTTPHeaders = [:]
            for (index, member) in text.split(separator: ",").enumerated() {
                if member.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
                if let field = headerField(member) {
                    headers[field.name] = field.value
                } else {
                    Diagnostics.report(
                        .warning, "OTLPExporter",
                        "entry \(index + 1) of \(variable) is not name=value, percent-encoded; it is left out"
                    )
                }
            }
            return headers
        }
    }
}

/// Parses `name=value`, with the value percent-encoded as in the W3C baggage header; `nil` for an invalid header field.
private func headerField(_ member: Substring) -> (name: String, value: String)? {
    guard let border = member.firstIndex(of: "="),
        let decoded = ASCII.percentDecoded(member[member.index(after: border)...])
    else { return nil }
    let name = ASCII.trimmed(member[..<border].utf8)
    let value = String(Substring(ASCII.trimmed(decoded[...].utf8)))
    // Control characters would let a value add header fields.
    guard ASCII.isToken(name),
        value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" })
    else { return nil }
    return (String(Substring(name)), value)
}
